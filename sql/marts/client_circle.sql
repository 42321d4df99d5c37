-- mart.client_circle. Grain: client. Owner: clients over time.
-- Brought up to date, not written anew: from one build to the next few clients change what is known of them.
with now as materialized (
    select profile.client_id, profile.depth, profile.source, profile.manager, profile.filled_bits, coalesce(segment.revenue, 0) as revenue
    from mart.client_profile as profile
    left join mart.client_segment as segment on segment.client_id = profile.client_id
),

gone as (
    delete from mart.client_circle where not exists (select from now where now.client_id = client_circle.client_id)
)

insert into mart.client_circle as known (client_id, depth, source, manager, filled_bits, revenue)
select client_id, depth, source, manager, filled_bits, revenue from now
on conflict (client_id) do update
set (depth, source, manager, filled_bits, revenue) = (excluded.depth, excluded.source, excluded.manager, excluded.filled_bits, excluded.revenue)
where (known.depth, known.source, known.manager, known.filled_bits, known.revenue)
      is distinct from (excluded.depth, excluded.source, excluded.manager, excluded.filled_bits, excluded.revenue);
