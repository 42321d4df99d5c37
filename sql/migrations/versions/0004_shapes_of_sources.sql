-- What records of each source look like, which changes of them were told, and deliveries that hold an id only.

create index record_waiting on raw.record (source, record_id) where transport ? 'waiting';

create table ops.source_shape (
    source         text        not null,
    way            text        not null,
    looked         integer     not null,
    weight         integer     not null,
    last_record_id bigint      not null,
    last_at        timestamptz not null,
    primary key (source, way)
);
comment on table ops.source_shape is 'How many records of a source, and of one way in which they come, were looked at for their fields, and how far.';
comment on column ops.source_shape.weight is 'Records behind source_field.records; both are halved together, so that the past fades.';

create table ops.source_field (
    source   text        not null,
    way      text        not null,
    place    text        not null,
    kind     text        not null check (kind in ('text', 'number', 'yes-no', 'list', 'object')),
    records  integer     not null,
    seen     integer     not null,
    since    integer     not null,
    last     integer     not null,
    is_known boolean     not null,
    first_at timestamptz not null,
    last_at  timestamptz not null,
    primary key (source, way, place, kind)
);
comment on table ops.source_field is 'Fields of a source''s records: their names, never their values.';
comment on column ops.source_field.since is 'Records looked at before the first that had the field; last: up to the last one that had it.';
comment on column ops.source_field.is_known is 'Not to be told as new: it was there from the start, or was told.';

create table ops.source_change (
    source_change_id bigint generated always as identity primary key,
    source           text        not null,
    way              text        not null,
    place            text        not null,
    change           text        not null check (change in ('appeared', 'vanished', 'renamed', 'retyped')),
    became           text        not null default '',
    detail           text        not null,
    looked           integer     not null,
    noticed_at       timestamptz not null,
    last_at          timestamptz not null,
    ended_at         timestamptz
);
comment on table ops.source_change is 'Fields of a source that came, went or changed, each told once. A warning: nothing waits for it.';
comment on column ops.source_change.became is 'The new name of a renamed field, the new kind of a retyped one.';
comment on column ops.source_change.looked is 'Records looked at when it was noticed.';
comment on column ops.source_change.ended_at is 'When the field was as before again, or had been new for so long that it is the usual.';
create unique index source_change_open on ops.source_change (source, way, place, change) where ended_at is null;

create view mart.source_change_health as
select source, way, change, detail, noticed_at
from ops.source_change
where ended_at is null;
comment on view mart.source_change_health is 'Sources whose records look other than before: names of fields, no values. Grain: open change.';

grant select, insert, update, delete on ops.source_shape, ops.source_field, ops.source_change to leadfold_resolver;
grant select, insert, update, delete, truncate on mart.source_change_health to leadfold_resolver;
grant select on mart.source_change_health to leadfold_marketing;
