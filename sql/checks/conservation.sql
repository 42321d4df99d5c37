-- Guards against records that vanish or multiply: a source's records received, and the same records by their places, differ.
select received.source as subject
from (select source, count(*) as records from raw.record group by source) as received
left join ops.conservation using (source)
where received.records is distinct from
    conservation.clients + conservation.rejected + conservation.quarantined + conservation.erased + conservation.pending
