-- Guards against deals whose stage nobody remembers: how far a lost deal had come would be told wrong.
select deal_id as subject
from core.deal
where stage is distinct from (
    select deal_history.stage from core.deal_history where deal_history.deal_id = deal.deal_id order by deal_history_id desc limit 1
)
