-- Outcomes.
select 1;
