-- SPDX-License-Identifier: MIT
-- A backlog gets in with less work, the result being what it was: each batch is unpacked once, where
-- it was twice, the chain is computed in the statement, where it was a function call an entry, and
-- of a call's entries in a batch only the last one is taken apart.
CREATE FUNCTION trunkline.refuse_link(seq bigint) RETURNS bytea
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the hash chain is broken at entry %', seq USING ERRCODE = 'data_exception';
END
$$;
REVOKE ALL ON FUNCTION trunkline.refuse_link(bigint) FROM PUBLIC;

-- The link is trunkline.ledger_link()'s, written out.
CREATE OR REPLACE FUNCTION trunkline.ledger_store(node uuid, previous bytea, seqs bigint[],
                                                  ats bigint[], kinds text[], tenants uuid[],
                                                  calls uuid[], bodies bytea[], hashes bytea[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO trunkline.ledger_entry (node_id, seq, at, kind, tenant_id, call, body, hash)
  SELECT node, e.seq, 'epoch'::timestamptz + e.at_us * interval '1 microsecond', e.kind, e.tenant,
         e.call, convert_from(e.body, 'UTF8')::json,
         CASE WHEN e.hash = sha256(e.before || int8send(e.seq) || int8send(e.at_us)
                                   || int4send(octet_length(e.kind)) || convert_to(e.kind, 'UTF8')
                                   || uuid_send(e.tenant) || uuid_send(e.call)
                                   || int4send(octet_length(e.body)) || e.body)
              THEN e.hash ELSE trunkline.refuse_link(e.seq) END
    FROM unnest(seqs, ats, kinds, tenants, calls, bodies, hashes, array_prepend(previous, hashes))
         AS e (seq, at_us, kind, tenant, call, body, hash, before)
   WHERE e.seq IS NOT NULL;
  PERFORM trunkline.ledger_project(
    node, seqs[1], seqs[array_upper(seqs, 1)],
    (SELECT array_agg(DISTINCT split_part(kind, '.', 1)) FROM unnest(kinds) AS kind));
END
$$;

CREATE OR REPLACE FUNCTION trunkline.project_calls(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (e.call) e.node_id, e.seq, e.at, e.tenant_id, e.call, e.body
      FROM trunkline.ledger_entry e
     WHERE e.node_id = node AND e.seq BETWEEN first AND last AND e.kind LIKE 'call.%'
     ORDER BY e.call, e.seq DESC),
  entries AS MATERIALIZED (
    SELECT l.node_id, l.seq, l.at, l.tenant_id, l.call, l.body::jsonb AS b FROM latest l),
  parts AS MATERIALIZED (
    SELECT e.*, b -> 'caller' AS caller, b -> 'called' AS called
      FROM entries e WHERE trunkline.is_of_schema(b, 'call.v1'))
  INSERT INTO trunkline.cdr AS old
    (call, tenant_id, node_id, seq, entry_at, node, direction, caller_device, caller_name,
     caller_number, caller_call_id, caller_address, caller_user_agent, dialled, called_device,
     called_name, called_number, called_call_id, called_address, called_user_agent, state,
     disposition, sip_status, q850_cause, ended_by, reason, rule, started_at, ringing_at, answered_at,
     ended_at, pdd_ms, ring_ms, talk_ms, recording_mode, recording, search_keys)
  SELECT call, tenant_id, node_id, seq, at, left(b ->> 'node', 255), b ->> 'direction',
         (caller ->> 'device')::uuid, left(caller ->> 'name', 255), left(caller ->> 'number', 255),
         left(caller ->> 'call_id', 255), left(caller ->> 'address', 255),
         left(caller ->> 'user_agent', 255), left(called ->> 'dialled', 255),
         (called ->> 'device')::uuid, left(called ->> 'name', 255), left(called ->> 'number', 255),
         left(called ->> 'call_id', 255), left(called ->> 'address', 255),
         left(called ->> 'user_agent', 255), b ->> 'state', b ->> 'disposition',
         (b ->> 'sip_status')::integer, (b ->> 'q850_cause')::integer, b ->> 'ended_by',
         left(b ->> 'reason', 255), left(b ->> 'rule', 255), (b ->> 'started_at')::timestamptz,
         (b ->> 'ringing_at')::timestamptz, (b ->> 'answered_at')::timestamptz,
         (b ->> 'ended_at')::timestamptz, (b ->> 'pdd_ms')::bigint, (b ->> 'ring_ms')::bigint,
         (b ->> 'talk_ms')::bigint, b ->> 'recording_mode', (b ->> 'recording')::uuid,
         array_remove(ARRAY[left(caller ->> 'name', 255), left(caller ->> 'number', 255),
                            left(called ->> 'dialled', 255), left(called ->> 'name', 255),
                            left(called ->> 'number', 255), left(caller ->> 'call_id', 255),
                            left(called ->> 'call_id', 255)], NULL)
    FROM parts
  ON CONFLICT (call, started_at) DO UPDATE SET
    (tenant_id, node_id, seq, entry_at, node, direction, caller_device, caller_name, caller_number,
     caller_call_id, caller_address, caller_user_agent, dialled, called_device, called_name,
     called_number, called_call_id, called_address, called_user_agent, state, disposition, sip_status,
     q850_cause, ended_by, reason, rule, started_at, ringing_at, answered_at, ended_at, pdd_ms,
     ring_ms, talk_ms, recording_mode, recording, search_keys) =
    (excluded.tenant_id, excluded.node_id, excluded.seq, excluded.entry_at, excluded.node,
     excluded.direction, excluded.caller_device, excluded.caller_name, excluded.caller_number,
     excluded.caller_call_id, excluded.caller_address, excluded.caller_user_agent, excluded.dialled,
     excluded.called_device, excluded.called_name, excluded.called_number, excluded.called_call_id,
     excluded.called_address, excluded.called_user_agent, excluded.state, excluded.disposition,
     excluded.sip_status, excluded.q850_cause, excluded.ended_by, excluded.reason, excluded.rule,
     excluded.started_at, excluded.ringing_at, excluded.answered_at, excluded.ended_at,
     excluded.pdd_ms, excluded.ring_ms, excluded.talk_ms, excluded.recording_mode,
     excluded.recording, excluded.search_keys)
   WHERE CASE WHEN old.node_id = excluded.node_id THEN excluded.seq > old.seq
              ELSE excluded.entry_at >= old.entry_at END
$$;
