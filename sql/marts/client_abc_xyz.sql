-- mart.client_abc_xyz. Grain: client who bought in the period of mart.client_build. Owner: clients over time.
insert into mart.client_abc_xyz (client_id, deals_won, revenue, share, abc, variation, xyz)
select client_id, deals_won, revenue, share, abc_class, variation, xyz_class
from mart.abc_xyz(cast(:first_month as date), cast(:months_per_period as integer), cast(:periods as integer),
                  cast(:abc as numeric[]), cast(:xyz as numeric[]));
