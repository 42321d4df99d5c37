-- The report that travels. Its figures are those of dashboard.sql.

-- name: was_sent
-- A run of sending that succeeded for these days: a task that is run again must not send twice.
select exists (
    select
    from ops.run
    inner join ops.count using (run_id)
    where run.step = :step and run.state = 'succeeded' and count.name = 'last_day' and count.value = :last_day
);
