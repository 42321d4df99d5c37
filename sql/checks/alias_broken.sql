-- Guards against merged ids that resolve to nobody or to themselves: an alias of an alias (or a ring of them), an alias that
-- stands for a merged client, an alias of a client that lives, a merged client without an alias.
select cast(client_alias.client_id as text) as subject
from core.client_alias
inner join core.client as old on old.client_id = client_alias.client_id
inner join core.client as living on living.client_id = client_alias.living_id
left join core.client_alias as further on further.client_id = client_alias.living_id
where further.client_id is not null or living.state = 'merged' or old.state = 'live'
union
select cast(client.client_id as text)
from core.client
left join core.client_alias using (client_id)
where client.state = 'merged' and client_alias.client_id is null
