-- The text model of junk, as `leadfold junk learn --approve` stored it.

create table core.junk_model (
    number      bigint generated always as identity primary key,
    digest      text        not null,
    numbers     bytea,
    vocabulary  bytea,
    learnt_from jsonb       not null,
    measured    jsonb       not null,
    approved_by text        not null check (approved_by <> ''),
    approved_at timestamptz not null,
    ended_by    text,
    ended_at    timestamptz,
    constraint junk_model_ended_whole check ((ended_by is null) = (ended_at is null)),
    constraint junk_model_in_force_is_whole check (ended_at is not null or (numbers is not null and vocabulary is not null)),
    constraint junk_model_forgotten_whole check ((numbers is null) = (vocabulary is null))
);
comment on table core.junk_model is
    'Text models of junk that a person approved; the one without an end is in force. Pieces of words and numbers; no lead can be read from it.';
comment on column core.junk_model.numbers is 'Rarity and weight per piece, and four numbers more: an npz archive of arrays. Null: forgotten.';
comment on column core.junk_model.vocabulary is 'The pieces of two to five letters, each found with five senders at least: a JSON list.';
comment on column core.junk_model.learnt_from is 'How many verdicts, by kind.';
comment on column core.junk_model.measured is 'What was found on unseen texts when it was approved.';
create unique index junk_model_in_force on core.junk_model ((ended_at is null)) where ended_at is null;
