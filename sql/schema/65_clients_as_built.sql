-- What a page asks of each client over time: circles and what is filled in, kept as built, since finding it out reads every golden record.

create table mart.client_circle (
    client_id   uuid primary key,
    depth       integer        not null check (depth between 1 and 4),
    source      text           not null,
    manager     text           not null,
    filled_bits integer        not null,
    revenue     numeric(20, 4) not null
);
comment on table mart.client_circle is
    'mart.client_profile as of the build: how many circles a client is in, its source and manager, which fields are filled in, what it bought for. Grain: client.';
comment on column mart.client_circle.depth is 'The narrowest circle, by number; its name is the last of mart.circles_of(depth).';
comment on column mart.client_circle.filled_bits is 'Names of the fields: mart.fields_of(filled_bits).';
comment on column mart.client_circle.revenue is 'Of all won deals, in the reporting currency; nought for who bought nothing.';

-- Who lacks something is told the largest buyers first, some of them.
create index client_circle_largest on mart.client_circle (revenue desc, client_id);
