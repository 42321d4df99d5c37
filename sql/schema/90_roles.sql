-- Least privilege from the start. Group roles without login: a login is granted the ones it needs.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['leadfold_ingest', 'leadfold_resolver', 'leadfold_publisher', 'leadfold_marketing', 'leadfold_crm']
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
grant select, insert, update on ops.run, ops.count to leadfold_ingest;

-- resolver: conforms, classifies, folds, attributes, loads spend and deals, builds marts, runs checks.
grant usage on schema raw, core, mart, ops, feed to leadfold_resolver;
grant select on all tables in schema raw, core, mart, ops, feed to leadfold_resolver;
grant insert, update, delete on core.lead, core.lead_record, core.classification, core.tag, core.review, core.hub, core.evidence,
    core.fx_rate, core.spend, core.spend_window, core.deal to leadfold_resolver;
grant insert, update, delete, truncate on core.match_snapshot, core.match_record, core.match_key, core.match_judgement, core.match_queue,
    core.model_change to leadfold_resolver;
grant insert on core.campaign_alias to leadfold_resolver;
grant update (revoked_by, revoked_at) on core.campaign_alias to leadfold_resolver;
grant insert, update on core.client, core.client_alias to leadfold_resolver;
grant delete on core.client_alias to leadfold_resolver;
grant insert on core.decision, core.ledger_block, core.client_history, core.outbox, core.spend_history to leadfold_resolver;
grant usage on sequence core.decision_decision_id_seq to leadfold_resolver; -- a fold numbers its decisions before it writes them
grant insert on core.membership to leadfold_resolver;
grant update (to_decision) on core.membership to leadfold_resolver;
grant insert, update, delete on core.lead_trace, core.trace_due, core.lead_surroundings to leadfold_resolver;
grant insert, update, delete on ops.quarantine, ops.spend_quarantine to leadfold_resolver;
grant insert, update, delete on ops.source_shape, ops.source_field, ops.source_change to leadfold_resolver;
grant insert, update on ops.run, ops.count, ops.gate to leadfold_resolver;
grant insert on ops.check_result to leadfold_resolver;
grant insert, update, delete, truncate on all tables in schema mart to leadfold_resolver;

-- publisher: reads the outbox through the feed, and whether the gate is open.
grant usage on schema feed, ops to leadfold_publisher;
grant select on all tables in schema feed to leadfold_publisher;
grant select on ops.gate to leadfold_publisher;
grant select, insert, update on ops.run, ops.count to leadfold_publisher;

-- marketing: marts only.
grant usage on schema mart to leadfold_marketing;
grant select on all tables in schema mart to leadfold_marketing;

-- crm: views of the feed only.
grant usage on schema feed to leadfold_crm;
grant select on all tables in schema feed to leadfold_crm;
