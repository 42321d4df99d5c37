-- Runs of steps and what they took in and gave out.

-- name: begin
insert into ops.run (step, source, started_at) values (:step, :source, :now) returning run_id;

-- name: finish
update ops.run set finished_at = :now, state = :state, error = :error where run_id = :run_id;

-- name: count
insert into ops.count (run_id, name, value)
select :run_id, name, value from unnest(cast(:names as text[]), cast(:values as bigint[])) as counts (name, value)
on conflict (run_id, name) do update set value = excluded.value;
