-- Statements for tables that are not ours: the call records of a PBX, read where the PBX writes them.
-- Each runs on the connection that the source's own secret names, never on the warehouse.

-- name: cdr_since
-- Call records from a point (since, uniqueid) on, that point included, oldest first, at most limit rows.
-- The whole row is taken, because which columns an Asterisk writes depends on its configuration.
select *
from cdr
where (calldate, uniqueid) >= (:since, :uniqueid)
order by calldate, uniqueid
limit :limit;
