-- Neighbours of leads that go are found by value, each value once.

create or replace function core.trace_neighbours_of_gone() returns trigger language plpgsql as $$
begin
    -- A value once, however many of the gone leads had it: a form's own text, or a burst's.
    insert into core.trace_due
    select distinct near.lead_id
    from (
        select case kind when 'crm' then 'contact' else kind end as kind, value,
               case kind when 'crm' then '-infinity' else min(received_at) - reach end as first_at,
               case kind when 'crm' then 'infinity' else max(received_at) + reach end as last_at
        from gone
        cross join lateral (select case kind when 'call' then interval '90 days' else interval '1 day' end) as far (reach)
        where kind <> 'contact'
        group by gone.kind, value, reach
    ) as was
    inner join core.lead_trace as near
        on near.kind = was.kind and near.value = was.value and near.received_at between was.first_at and was.last_at
    where not exists (select from gone where gone.lead_id = near.lead_id and gone.value = near.value)
    on conflict do nothing;
    return null;
end $$;
