-- Least privilege from the start. Group roles without login: a login is granted the ones it needs.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['leadfold_ingest', 'leadfold_resolver', 'leadfold_publisher', 'leadfold_marketing', 'leadfold_crm', 'leadfold_privacy']
    loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null; -- another database of this server made it at the same moment
            end;
        end if;
        if not pg_has_role(current_user, role_name, 'member') or not (select rolsuper from pg_roles where rolname = current_user) then
            execute format('grant %I to current_user', role_name);
        end if;
    end loop;
end $$;

-- ingest: lands records, moves cursors, counts. Reads nothing of clients.
grant usage on schema raw, ops to leadfold_ingest;
grant select, insert on raw.record to leadfold_ingest;
grant select, insert, update on ops.cursor to leadfold_ingest;
grant select on ops.record_count to leadfold_ingest;
grant select, insert, update on ops.run, ops.count to leadfold_ingest;

-- resolver: conforms, classifies, folds, attributes, loads spend and deals, builds marts, runs checks.
grant usage on schema raw, core, mart, ops, feed to leadfold_resolver;
grant select on all tables in schema raw, core, mart, ops, feed to leadfold_resolver;
grant insert, update, delete on core.lead, core.lead_record, core.classification, core.tag, core.review, core.hub, core.evidence,
    core.fx_rate, core.spend, core.spend_window, core.deal to leadfold_resolver;
grant insert, update, delete, truncate on core.match_snapshot, core.match_record, core.match_key, core.match_new_key, core.match_judgement, core.match_queue,
    core.model_change to leadfold_resolver;
grant insert on core.campaign_alias to leadfold_resolver;
grant update (revoked_by, revoked_at) on core.campaign_alias to leadfold_resolver;
grant insert, update on core.client, core.client_alias to leadfold_resolver;
grant delete on core.client_alias to leadfold_resolver;
grant insert, update on core.account, core.account_alias, core.account_build to leadfold_resolver;
grant insert on core.account_member to leadfold_resolver;
grant update (to_decision) on core.account_member to leadfold_resolver;
grant delete on core.account_alias to leadfold_resolver;
grant insert, update, delete on core.account_link, core.account_shared_domain, core.account_holding to leadfold_resolver;
grant insert, delete on core.account_key, core.account_mention, core.account_queue to leadfold_resolver;
grant delete on core.account_build to leadfold_resolver;
grant insert on core.decision, core.ledger_block, core.client_history, core.outbox, core.spend_history to leadfold_resolver;
grant usage on sequence core.decision_decision_id_seq to leadfold_resolver; -- a fold numbers its decisions before it writes them
grant insert on core.membership to leadfold_resolver;
grant update (to_decision) on core.membership to leadfold_resolver;
grant insert, update, delete on core.lead_trace, core.trace_due, core.lead_surroundings to leadfold_resolver;
grant insert, delete on core.judgement_note to leadfold_resolver;
grant insert on core.junk_model to leadfold_resolver;
grant update (numbers, vocabulary, ended_by, ended_at) on core.junk_model to leadfold_resolver;
grant insert, update, delete on ops.quarantine, ops.spend_quarantine to leadfold_resolver;
grant insert, update, delete on ops.source_shape, ops.source_field, ops.source_change to leadfold_resolver;
grant insert, update on ops.run, ops.count, ops.gate to leadfold_resolver;
grant insert, delete on ops.check_result to leadfold_resolver;
grant execute on function ops.recount_records(), ops.settle_record_counts() to leadfold_resolver;
grant insert, delete on core.mart_queue to leadfold_resolver;
grant insert on core.deal_history to leadfold_resolver;
grant insert, update, delete, truncate on all tables in schema mart to leadfold_resolver;
grant insert, update, delete on core.crm_status, core.outcome_word to leadfold_resolver;
grant insert on ops.unworked_told to leadfold_resolver;

-- publisher: reads the outbox through the feed, and whether the gate is open.
grant usage on schema feed, ops to leadfold_publisher;
grant select on all tables in schema feed to leadfold_publisher;
grant select on ops.gate to leadfold_publisher;
grant select, insert, update on ops.run, ops.count to leadfold_publisher;
grant usage on schema core to leadfold_publisher; -- only for the table below: which record of a CRM is which client
grant select, insert, update, delete on core.crm_record to leadfold_publisher;
grant select, insert, update on ops.consumer, ops.consumer_token to leadfold_publisher;
grant select, insert, update, delete on ops.delivery_hold, ops.delivery_waiting to leadfold_publisher;
grant select, insert on ops.delivery_skip to leadfold_publisher;

-- marketing: marts only.
grant usage on schema mart to leadfold_marketing;
grant select on all tables in schema mart to leadfold_marketing;
grant usage on schema mart to leadfold_publisher;
grant select on mart.consumer_health to leadfold_publisher;

-- crm: views of the feed only.
grant usage on schema feed to leadfold_crm;
grant select on all tables in schema feed to leadfold_crm;

-- privacy: at the door every role meets the tombstones; whoever conforms may empty a record, whoever folds tells opt-outs.
grant usage on schema privacy to leadfold_ingest, leadfold_resolver, leadfold_publisher;
grant select on privacy.tombstone to leadfold_ingest, leadfold_resolver;
grant insert on privacy.emptied_record to leadfold_ingest, leadfold_resolver;
grant select on privacy.erasure, privacy.erased_client, privacy.emptied_record, privacy.expected_erasure, privacy.acknowledgement, privacy.suppression,
    privacy.suppressed_lead, privacy.client_suppression, privacy.client_flag to leadfold_resolver;
grant insert on privacy.expected_erasure, privacy.suppressed_lead to leadfold_resolver;
grant insert, update, delete on privacy.client_flag to leadfold_resolver;
grant execute on function privacy.empty_records(bigint[], text[], text[], bytea[], timestamptz) to leadfold_resolver;

-- leadfold_privacy erases, suppresses and tells a person what is held: all that the resolver may, and what nobody else may.
do $$
begin
    if not pg_has_role('leadfold_privacy', 'leadfold_resolver', 'member') then
        grant leadfold_resolver to leadfold_privacy;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this server did it at the same moment
end $$;
grant select on all tables in schema privacy to leadfold_privacy;
grant insert on privacy.erasure, privacy.tombstone, privacy.erased_client, privacy.emptied_record, privacy.acknowledgement, privacy.search,
    privacy.suppression, privacy.suppressed_lead to leadfold_privacy;
grant update (erased_at, erasure_id) on privacy.tombstone to leadfold_privacy;
grant update (acknowledged_at, told_by) on privacy.acknowledgement to leadfold_privacy;
grant update (released_at, released_by) on privacy.suppression to leadfold_privacy;
grant delete on privacy.suppressed_lead to leadfold_privacy;
grant execute on function privacy.empty_records(bigint[], text[], text[], bytea[], timestamptz) to leadfold_privacy;
grant execute on function privacy.sightings(text[]) to leadfold_privacy;
grant update (golden) on core.client_history to leadfold_privacy;
grant update (payload) on core.outbox to leadfold_privacy;
