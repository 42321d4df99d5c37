-- Guards against a CRM that is told what never happened: an event whose decision left no version of that client.
select cast(outbox.seq as text) as subject
from core.outbox
left join core.client_history on client_history.client_id = outbox.client_id and client_history.decision_id = outbox.decision_id
where client_history.client_id is null and outbox.kind <> 'client.erased' and outbox.kind like 'client.%'
