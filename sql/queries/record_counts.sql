-- Where records are, in numbers.

-- name: received
select coalesce(sum(records), 0) from ops.record_count where source = :source;

-- name: settle
select ops.settle_record_counts();

-- name: recount
select ops.recount_records();

-- name: all
select coalesce(sum(records), 0) from ops.record_count;
