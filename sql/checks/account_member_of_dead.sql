-- Guards against figures per company that lose clients: a member of an account that does not live, or a member that does not live
-- though accounts were made since.
select cast(member.client_id as text) as subject
from core.account_member as member
inner join core.account on account.account_id = member.account_id
inner join core.client on client.client_id = member.client_id
cross join core.account_build as build
where member.to_decision is null
  and (account.state <> 'live' or (client.state <> 'live' and client.changed_by <= build.last_decision))
