-- Indexes of the dashboard.
select 1;
