-- Guards against changes that nobody can trace: a client whose present version is not in its history.
select cast(client.client_id as text) as subject
from core.client
left join core.client_history on client_history.client_id = client.client_id and client_history.version = client.version
where client_history.client_id is null
