-- Keys of leads that came since the last fold of everything. The index of all keys is the largest there is, and a batch would change
-- most of its pages, each of which is then written down whole; beside it, in a small one, the batch's rows lie together.

create table core.match_new_key (
    key     bigint   not null,
    lead_id uuid     not null,
    rule    smallint not null,
    primary key (key, lead_id, rule)
);
comment on table core.match_new_key is 'Further rows of core.match_key: of the leads that came or changed since the last fold of everything.';

alter table core.match_record add keys bigint[] not null default '{}';
comment on column core.match_record.keys is 'Its keys, by which its rows in core.match_key and core.match_new_key are found again.';
update core.match_record set keys = held.keys
from (select lead_id, array_agg(key order by key) as keys from core.match_key group by lead_id) as held
where match_record.lead_id = held.lead_id;
drop index core.match_key_lead;

grant select, insert, update, delete, truncate on core.match_new_key to leadfold_resolver;
