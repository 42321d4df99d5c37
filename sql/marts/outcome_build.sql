-- mart.outcome_build. Grain: one row. Owner: outcomes.
insert into mart.outcome_build (built_at, idle_from, is_told, unworked, leads, responses)
select
    :now, :idle_from,
    :is_told,
    (select count(*) from mart.unworked_lead),
    (select coalesce(sum(leads), 0) from mart.first_response_per_manager_day),
    (select coalesce(sum(responses), 0) from mart.first_response_per_manager_day);
