-- The chain of the ledger. What was decided before it makes the first block.

create table core.ledger_block (
    block_no  bigint         primary key check (block_no > 0),
    decisions int8multirange not null check (not isempty(decisions)),
    digests   bytea          not null,
    hash      bytea          not null check (octet_length(hash) = 32)
);
comment on table core.ledger_block is 'Decisions written by one statement, each with its digest, chained to the block before. Append-only.';
comment on column core.ledger_block.digests is 'Sixteen bytes per decision, in order of decision_id.';
comment on column core.ledger_block.hash is 'SHA-256 of the hash before (none for block 1), of the ids and of the digests.';

create function core.decision_text(
    decision_id bigint, kind text, lead_ids uuid[], client_id uuid, from_client_id uuid, actor_kind text, actor text, actor_version text,
    score double precision, evidence jsonb, supersedes bigint, decided_at timestamptz
) returns text language sql stable parallel safe
    return cast(row(decision_id, kind, lead_ids, client_id, from_client_id, actor_kind, actor, actor_version, score, evidence, supersedes,
                    extract(epoch from decided_at)) as text);
comment on function core.decision_text is 'A decision as its digest reads it: the same text on every server and in every time zone.';

create function core.decision_digest(text) returns bytea language sql immutable strict parallel safe
    return substring(sha256(convert_to($1, 'UTF8')) for 16);

create function core.block_hash(before bytea, decisions int8multirange, digests bytea) returns bytea language sql immutable strict parallel safe
    return sha256(before || convert_to(cast(decisions as text), 'UTF8') || digests);

create function core.seal_decisions() returns trigger language plpgsql set extra_float_digits = 1 as $$
begin
    if not exists (select from fresh) then
        return null;
    end if;
    -- Writers of the ledger take turns, until each commits: a chain has one end.
    perform pg_advisory_xact_lock(hashtextextended('leadfold ledger', 0));
    insert into core.ledger_block (block_no, decisions, digests, hash)
    select coalesce(last.block_no, 0) + 1, sealed.decisions, sealed.digests,
           core.block_hash(coalesce(last.hash, ''), sealed.decisions, sealed.digests)
    from (
        select range_agg(int8range(decision_id, decision_id, '[]')) as decisions,
               string_agg(core.decision_digest(core.decision_text(
                   decision_id, kind, lead_ids, client_id, from_client_id, actor_kind, actor, actor_version, score, evidence, supersedes,
                   decided_at)), '' order by decision_id) as digests
        from fresh
    ) as sealed
    left join lateral (select block_no, hash from core.ledger_block order by block_no desc limit 1) as last on true;
    return null;
end $$;

do $$
begin
    if exists (select from core.decision) then
        insert into core.ledger_block (block_no, decisions, digests, hash)
        select 1, decisions, digests, core.block_hash('', decisions, digests)
        from (
            select range_agg(int8range(decision_id, decision_id, '[]')) as decisions,
                   string_agg(core.decision_digest(core.decision_text(
                       decision_id, kind, lead_ids, client_id, from_client_id, actor_kind, actor, actor_version, score, evidence, supersedes,
                       decided_at)), '' order by decision_id) as digests
            from core.decision
        ) as sealed;
    end if;
end $$;

create trigger decisions_are_sealed after insert on core.decision
    referencing new table as fresh for each statement execute function core.seal_decisions();

create function core.keep_ledger() returns trigger language plpgsql as $$
begin
    raise exception '% only grows; take a decision back by another one', tg_table_schema || '.' || tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;

create trigger decision_is_kept before update or delete or truncate on core.decision
    for each statement execute function core.keep_ledger();
create trigger ledger_block_is_kept before update or delete or truncate on core.ledger_block
    for each statement execute function core.keep_ledger();

create view core.ledger_flaw as
with held as (
    select block_no, decision_id, row_number() over (partition by block_no order by decision_id) as place
    from core.ledger_block
    cross join lateral unnest(decisions) as part
    cross join lateral generate_series(lower(part), upper(part) - 1) as decision_id
),

standing as (
    select decision_id,
           core.decision_digest(core.decision_text(
               decision_id, kind, lead_ids, client_id, from_client_id, actor_kind, actor, actor_version, score, evidence, supersedes,
               decided_at)) as digest
    from core.decision
),

-- The digests of a block are compared as one; which of them differs is asked of broken blocks only.
broken as (
    select held.block_no
    from held
    left join standing using (decision_id)
    group by held.block_no
    having string_agg(coalesce(standing.digest, ''), '' order by held.decision_id)
           <> (select digests from core.ledger_block where ledger_block.block_no = held.block_no)
),

chain as (
    select block_no, decisions, digests, hash, lag(block_no, 1, 0) over in_order as block_before, lag(hash, 1, '') over in_order as hash_before
    from core.ledger_block
    window in_order as (order by block_no)
)

select block_no, null as decision_id, 'the chain is broken at this block' as flaw
from chain
where block_no <> block_before + 1 or hash <> core.block_hash(hash_before, decisions, digests)
union all
select block_no, decision_id, case when standing.decision_id is null then 'taken out' else 'changed' end
from broken
inner join core.ledger_block using (block_no)
inner join held using (block_no)
left join standing using (decision_id)
where standing.digest is distinct from substring(ledger_block.digests from (16 * (held.place - 1) + 1)::integer for 16)
union all
select null, standing.decision_id, 'slipped in'
from standing
left join held using (decision_id)
where held.decision_id is null;
comment on view core.ledger_flaw is 'What was done to the ledger past its own rules, by block or decision; empty while it is sound.';

grant select on core.ledger_block, core.ledger_flaw to leadfold_resolver;
grant insert on core.ledger_block to leadfold_resolver;
