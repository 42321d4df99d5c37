-- Guards against a restored dump that brings an erased person back: an erasure of the file beside the database that the database
-- does not know, although its client or leads stand in it.
select cast(expected_erasure.erasure_id as text) as subject
from privacy.expected_erasure
left join privacy.erasure using (erasure_id)
where erasure.erasure_id is null
