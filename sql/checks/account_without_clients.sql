-- Guards against companies of nobody: a living account without a client, or one that counts others than it has.
select cast(account.account_id as text) as subject
from core.account
left join core.account_member as member on member.account_id = account.account_id and member.to_decision is null
where account.state = 'live'
group by account.account_id
having count(member.client_id) <> account.client_count or count(member.client_id) = 0
