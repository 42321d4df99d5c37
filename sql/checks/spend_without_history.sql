-- Guards against money that changed and nobody can say who said so: a row of spend that the newest version in its history does
-- not give.
select spend.name || ' ' || spend.day || ' ' || spend.campaign_id as subject
from core.spend
left join lateral (
    select spend_history.spend_original
    from core.spend_history
    where (spend_history.name, spend_history.day, spend_history.account, spend_history.campaign_id, spend_history.site, spend_history.currency)
          = (spend.name, spend.day, spend.account, spend.campaign_id, spend.site, spend.currency)
      and (spend.campaign_id <> '' or spend_history.campaign_name = spend.campaign_name)
    order by spend_history.spend_history_id desc
    limit 1
) as newest on true
where newest.spend_original is distinct from spend.spend_original
