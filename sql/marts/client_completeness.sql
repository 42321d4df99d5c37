-- mart.client_completeness. Grain: circle, source, manager, field. Owner: clients over time.
-- Clients alike in circles, source, manager and filled fields are counted first: a million clients are some thousand kinds.
insert into mart.client_completeness (circle, source, manager, field, clients, filled)
with policy as (
    select circle, required
    from jsonb_to_recordset(cast(:policy as jsonb)) as policy (circle text, required text[])
),

kind as (
    select mart.circles_of(depth) as circles, source, manager, mart.fields_of(filled_bits) as filled, clients
    from (
        select depth, source, manager, filled_bits, count(*) as clients
        from mart.client_circle
        group by depth, source, manager, filled_bits
    ) as counted
)

select policy.circle, kind.source, kind.manager, field.name, sum(kind.clients), coalesce(sum(kind.clients) filter (where field.is_filled), 0)
from policy
inner join kind on policy.circle = any(kind.circles)
cross join lateral (
    select '(all)' as name, policy.required <@ kind.filled as is_filled
    union all
    select required.name, required.name = any(kind.filled) from unnest(policy.required) as required (name)
) as field
group by policy.circle, kind.source, kind.manager, field.name;
