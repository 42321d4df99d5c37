-- What `make crm-demo` looks at to tell whether a CRM holds what it should.

-- name: living_clients
select count(*) from core.client where state = 'live';

-- name: last_said
-- The word of a person that ties leads and was not taken back, the last one.
select decision_id from core.decision
where kind = 'match' and actor_kind = 'person' and actor = :actor
  and not exists (select from core.decision as later where later.supersedes = decision.decision_id)
order by decision_id desc limit 1;

-- name: records
select client_id::text as client_id, record_id from core.crm_record where crm = :crm and state = 'live';

-- name: party_of
select record_id from core.crm_record where crm = :crm and client_id = :client_id;

-- name: client_of
select client_id::text as client_id from core.crm_record where crm = :crm and record_id = :record_id and state = 'live';
