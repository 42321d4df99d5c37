-- Clients over time.
select 1;
