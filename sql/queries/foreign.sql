-- Statements for tables that are not ours: the call records of a PBX, read where the PBX writes them.
-- Each runs on the connection that the source's own secret names, never on the warehouse.

-- name: cdr_since
-- Call records from a point (since, uniqueid) on, that point included, oldest first, at most limit rows.
-- The whole row is taken, because which columns an Asterisk writes depends on its configuration. Runs on PostgreSQL and MySQL;
-- the first condition says nothing new, but MySQL takes no index for a comparison of rows.
select *
from cdr
where calldate >= :since
  and (calldate, uniqueid) >= (:since, :uniqueid)
order by calldate, uniqueid
limit :limit;

-- The demo company's telephone system: the two statements that stand in for an Asterisk that writes `cdr` itself.

-- name: cdr_create
-- The table as cdr_pgsql keeps it, with FreePBX's `did`; Asterisk's own has no key, this one refuses a record twice.
create table if not exists cdr (
    calldate timestamp not null,
    clid text not null default '',
    src text not null default '',
    dst text not null default '',
    dcontext text not null default '',
    channel text not null default '',
    dstchannel text not null default '',
    lastapp text not null default '',
    lastdata text not null default '',
    duration integer not null default 0,
    billsec integer not null default 0,
    disposition text not null default '',
    amaflags integer not null default 0,
    accountcode text not null default '',
    uniqueid text not null default '',
    userfield text not null default '',
    linkedid text not null default '',
    sequence integer not null default 0,
    did text not null default '',
    primary key (uniqueid, sequence)
);

-- name: cdr_insert
-- One call record; a record that is there already stays as it is.
insert into cdr (
    calldate, clid, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, duration, billsec, disposition,
    amaflags, accountcode, uniqueid, userfield, linkedid, sequence, did
)
values (
    :calldate, :clid, :src, :dst, :dcontext, :channel, :dstchannel, :lastapp, :lastdata, :duration, :billsec, :disposition,
    :amaflags, :accountcode, :uniqueid, :userfield, :linkedid, :sequence, :did
)
on conflict (uniqueid, sequence) do nothing;
