-- Guards against clients whom an attribution model counts more or less than once.
select cast(client_id as text) as subject
from mart.credit
group by client_id
having (sum(first_touch), sum(last_touch), sum(last_non_direct), sum(linear), sum(time_decay), sum(position_based), sum(data_driven))
    <> (1, 1, 1, 1, 1, 1, 1)
