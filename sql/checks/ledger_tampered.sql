-- Guards against a ledger that was changed past its own rules: a decision changed, taken out or slipped in, a block of the chain replaced.
select coalesce('decision ' || cast(decision_id as text), 'block ' || cast(block_no as text)) || ': ' || flaw as subject
from core.ledger_flaw
