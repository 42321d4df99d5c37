-- Guards against a CRM that silently falls behind: a version of a client without the event that tells it, or with several.
select client_history.client_id || ' version ' || client_history.version as subject
from core.client_history
left join core.outbox on outbox.client_id = client_history.client_id and outbox.decision_id = client_history.decision_id
group by client_history.client_id, client_history.version
having count(outbox.seq) <> 1
