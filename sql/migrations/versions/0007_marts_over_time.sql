-- Marts over time.
select 1;
