-- Runs of steps and what they took in and gave out.

-- name: begin
insert into ops.run (step, source, started_at) values (:step, :source, :now) returning run_id;

-- name: hold
-- As ops.run_is_alive looks for it.
select pg_advisory_lock(720551301, cast(:run_id % 2147483648 as integer));

-- name: release
select pg_advisory_unlock(720551301, cast(:run_id % 2147483648 as integer));

-- name: close_killed
update ops.run set
    state = 'killed', finished_at = :now, error = 'its process or its connection ended without a word; the next run goes on from what was committed'
where state = 'running' and not ops.run_is_alive(run_id);

-- name: finish
update ops.run set finished_at = :now, state = :state, error = :error where run_id = :run_id;

-- name: count
insert into ops.count (run_id, name, value)
select :run_id, name, value from unnest(cast(:names as text[]), cast(:values as bigint[])) as counts (name, value)
on conflict (run_id, name) do update set value = excluded.value;
