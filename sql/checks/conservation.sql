-- Guards against records that vanish or multiply, and against counts of them that go astray: the places of all records, looked up
-- one by one, differ from what was counted while they came and moved. After a restore of data without their triggers,
-- `leadfold db recount` counts anew.
with found as (
    select source, place, count(*) as records
    from ops.record_place
    group by source, place
),

counted as (
    select source, place, sum(records) as records
    from ops.record_count
    group by source, place
    having sum(records) <> 0
)

select distinct source as subject
from found
full join counted using (source, place)
where found.records is distinct from counted.records
