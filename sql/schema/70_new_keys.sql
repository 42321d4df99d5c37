-- Keys of leads that came since the last fold of everything. The index of all keys is the largest there is, and a batch would change
-- most of its pages, each of which is then written down whole; beside it, in a small one, the batch's rows lie together.

create table core.match_new_key (
    key     bigint   not null,
    lead_id uuid     not null,
    rule    smallint not null,
    primary key (key, lead_id, rule)
);
comment on table core.match_new_key is 'Further rows of core.match_key: of the leads that came or changed since the last fold of everything.';
