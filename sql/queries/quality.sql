-- Results of checks and the gate before publishing.

-- name: failed_now
-- What failed in the last run of each suite; checks that no longer exist do not hold the gate.
select check_result.suite, check_result.name
from ops.check_result
where not check_result.passed
  and check_result.checked_at = (select max(newest.checked_at) from ops.check_result as newest where newest.suite = check_result.suite)
group by check_result.suite, check_result.name
order by check_result.suite, check_result.name;

-- name: set_gate
-- Touched only when it moves or its reason changes.
insert into ops.gate (name, is_open, reason, changed_at)
values (:name, :is_open, :reason, :now)
on conflict (name) do update set is_open = excluded.is_open, reason = excluded.reason, changed_at = excluded.changed_at
where (gate.is_open, gate.reason) is distinct from (excluded.is_open, excluded.reason);
