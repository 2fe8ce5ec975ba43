-- SPDX-License-Identifier: MIT
-- How a journal gets in: ledger_ship() takes a batch of entries in one transaction. It verifies
-- numbers and hash chain, stores the entries, projects them set by set and moves the watermark. If
-- an entry cannot be taken, the batch is taken one by one and the bad ones go to ledger_rejected.

-- The refusal of a body whose version we cannot read.
CREATE FUNCTION trunkline.refuse_schema(schema text, expected text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RAISE EXCEPTION 'the body''s schema is %, not %', coalesce(schema, 'missing'), expected
    USING ERRCODE = 'data_exception';
END
$$;

-- Inlined into the projections, so that the usual case costs no function call.
CREATE FUNCTION trunkline.is_of_schema(body jsonb, expected text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS
$$ SELECT body ->> 'schema' = expected OR trunkline.refuse_schema(body ->> 'schema', expected) $$;

-- Each projection takes entries [first, last] of a node that are in ledger_entry already. Within a
-- node the higher number wins, between nodes (a lost journal file) the later time.
CREATE FUNCTION trunkline.project_calls(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH entries AS MATERIALIZED (
    SELECT e.node_id, e.seq, e.at, e.tenant_id, e.call, e.body::jsonb AS b
      FROM trunkline.ledger_entry e
     WHERE e.node_id = node AND e.seq BETWEEN first AND last AND e.kind LIKE 'call.%'),
  latest AS (
    SELECT DISTINCT ON (call) * FROM entries WHERE trunkline.is_of_schema(b, 'call.v1')
     ORDER BY call, seq DESC),
  parts AS MATERIALIZED (
    SELECT l.*, b -> 'caller' AS caller, b -> 'called' AS called FROM latest l)
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
  ON CONFLICT (call) DO UPDATE SET
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

CREATE FUNCTION trunkline.project_media(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH entries AS MATERIALIZED (
    SELECT e.node_id, e.seq, e.at, e.tenant_id, e.call, e.body::jsonb AS b
      FROM trunkline.ledger_entry e
     WHERE e.node_id = node AND e.seq BETWEEN first AND last AND e.kind = 'media.ended'),
  latest AS (
    SELECT DISTINCT ON (call) * FROM entries WHERE trunkline.is_of_schema(b, 'media.v1')
     ORDER BY call, seq DESC)
  INSERT INTO trunkline.media_account AS old
    (call, tenant_id, node_id, seq, entry_at, started_at, ended_at, reason, legs, body)
  SELECT call, tenant_id, node_id, seq, at, (b ->> 'started_at')::timestamptz,
         (b ->> 'ended_at')::timestamptz, left(b ->> 'reason', 255), b -> 'legs', b
    FROM latest
  ON CONFLICT (call) DO UPDATE SET
    (tenant_id, node_id, seq, entry_at, started_at, ended_at, reason, legs, body) =
    (excluded.tenant_id, excluded.node_id, excluded.seq, excluded.entry_at, excluded.started_at,
     excluded.ended_at, excluded.reason, excluded.legs, excluded.body)
   WHERE CASE WHEN old.node_id = excluded.node_id THEN excluded.seq > old.seq
              ELSE excluded.entry_at >= old.entry_at END
$$;

CREATE FUNCTION trunkline.project_recordings(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH entries AS MATERIALIZED (
    SELECT e.node_id, e.seq, e.at, e.tenant_id, e.call, e.body::jsonb AS b
      FROM trunkline.ledger_entry e
     WHERE e.node_id = node AND e.seq BETWEEN first AND last
       AND e.kind IN ('recording.started', 'recording.finished', 'recording.failed')),
  latest AS (
    SELECT DISTINCT ON (b ->> 'recording') * FROM entries
     WHERE trunkline.is_of_schema(b, 'recording.v1') ORDER BY b ->> 'recording', seq DESC)
  INSERT INTO trunkline.recording AS old
    (recording, call, tenant_id, node_id, seq, entry_at, path, key_id, codec, channels, sample_rate,
     segment_ms, status, reason, started_at, ended_at, duration_ms, bytes, legs, body)
  SELECT (b ->> 'recording')::uuid, call, tenant_id, node_id, seq, at, b ->> 'path', b ->> 'key_id',
         b ->> 'codec', (b ->> 'channels')::integer, (b ->> 'sample_rate')::integer,
         (b ->> 'segment_ms')::integer, b ->> 'status', left(b ->> 'reason', 255),
         (b ->> 'started_at')::timestamptz, (b ->> 'ended_at')::timestamptz,
         (b ->> 'duration_ms')::bigint, (b ->> 'bytes')::bigint, coalesce(b -> 'legs', '[]'), b
    FROM latest
  ON CONFLICT (recording) DO UPDATE SET
    (call, tenant_id, node_id, seq, entry_at, path, key_id, codec, channels, sample_rate, segment_ms,
     status, reason, started_at, ended_at, duration_ms, bytes, legs, body) =
    (excluded.call, excluded.tenant_id, excluded.node_id, excluded.seq, excluded.entry_at,
     excluded.path, excluded.key_id, excluded.codec, excluded.channels, excluded.sample_rate,
     excluded.segment_ms, excluded.status, excluded.reason, excluded.started_at, excluded.ended_at,
     excluded.duration_ms, excluded.bytes, excluded.legs, excluded.body)
   WHERE CASE WHEN old.node_id = excluded.node_id THEN excluded.seq > old.seq
              ELSE excluded.entry_at >= old.entry_at END
$$;

CREATE FUNCTION trunkline.project_registrations(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH entries AS MATERIALIZED (
    SELECT e.node_id, e.seq, e.at, e.kind, e.tenant_id, e.body::jsonb AS b
      FROM trunkline.ledger_entry e
     WHERE e.node_id = node AND e.seq BETWEEN first AND last
       AND e.kind IN ('registration.bound', 'registration.unbound')),
  latest AS MATERIALIZED (
    SELECT DISTINCT ON (b ->> 'device', left(b ->> 'contact', 1000))
           (b ->> 'device')::uuid AS device, left(b ->> 'contact', 1000) AS contact, entries.*
      FROM entries WHERE trunkline.is_of_schema(b, 'registration.v1')
     ORDER BY b ->> 'device', left(b ->> 'contact', 1000), seq DESC),
  ended AS (
    DELETE FROM trunkline.registration r USING latest l
     WHERE l.kind = 'registration.unbound' AND r.device_id = l.device AND r.contact = l.contact
       AND (r.node_id <> l.node_id OR r.seq < l.seq))
  INSERT INTO trunkline.registration AS old
    (tenant_id, device_id, contact, node_id, seq, entry_at, name, address, transport, user_agent,
     registered_at, expires_at)
  SELECT tenant_id, device, contact, node_id, seq, at, left(b ->> 'name', 255),
         left(b ->> 'address', 255), left(b ->> 'transport', 255), left(b ->> 'user_agent', 255),
         (b ->> 'registered_at')::timestamptz, (b ->> 'expires_at')::timestamptz
    FROM latest WHERE kind = 'registration.bound'
  ON CONFLICT (device_id, contact) DO UPDATE SET
    (tenant_id, node_id, seq, entry_at, name, address, transport, user_agent, registered_at,
     expires_at) =
    (excluded.tenant_id, excluded.node_id, excluded.seq, excluded.entry_at, excluded.name,
     excluded.address, excluded.transport, excluded.user_agent, excluded.registered_at,
     excluded.expires_at)
   WHERE CASE WHEN old.node_id = excluded.node_id THEN excluded.seq > old.seq
              ELSE excluded.entry_at >= old.entry_at END
$$;

-- Accesses to recordings become rows of the audit log, in the order they happened.
CREATE FUNCTION trunkline.project_accesses(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  access record;
BEGIN
  FOR access IN
    SELECT e.at, e.tenant_id, e.body, e.b
      FROM (SELECT l.*, l.body::jsonb AS b FROM trunkline.ledger_entry l
             WHERE l.node_id = node AND l.seq BETWEEN first AND last
               AND l.kind = 'recording.accessed') AS e
     WHERE trunkline.is_of_schema(e.b, 'access.v1')
     ORDER BY e.seq
  LOOP
    PERFORM trunkline.audit_append(
      coalesce((access.b ->> 'at')::timestamptz, access.at), access.tenant_id,
      coalesce(access.b ->> 'who', 'unknown'), 'recording.accessed',
      (access.b ->> 'recording')::uuid, coalesce(access.b ->> 'why', ''),
      coalesce(access.b ->> 'from', ''), access.body::text);
  END LOOP;
END
$$;

CREATE FUNCTION trunkline.ledger_project(node uuid, first bigint, last bigint, kinds text[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF 'call' = ANY (kinds) THEN PERFORM trunkline.project_calls(node, first, last); END IF;
  IF 'media' = ANY (kinds) THEN PERFORM trunkline.project_media(node, first, last); END IF;
  IF 'recording' = ANY (kinds) THEN
    PERFORM trunkline.project_recordings(node, first, last);
    PERFORM trunkline.project_accesses(node, first, last);
  END IF;
  IF 'registration' = ANY (kinds) THEN
    PERFORM trunkline.project_registrations(node, first, last);
  END IF;
END
$$;

-- The journal's chain (lib/journal/entry.h).
CREATE FUNCTION trunkline.ledger_first_link(node uuid) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$ SELECT sha256('trunkline journal 1' || uuid_send(node)) $$;

CREATE FUNCTION trunkline.ledger_link(previous bytea, seq bigint, at_us bigint, kind text,
                                      tenant uuid, call uuid, body bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(previous || int8send(seq) || int8send(at_us) || int4send(octet_length(kind))
                || convert_to(kind, 'UTF8') || uuid_send(tenant) || uuid_send(call)
                || int4send(octet_length(body)) || body)
$$;

-- Stores and projects entries that are known to follow the watermark.
CREATE FUNCTION trunkline.ledger_store(node uuid, previous bytea, seqs bigint[], ats bigint[],
                                       kinds text[], tenants uuid[], calls uuid[], bodies bytea[],
                                       hashes bytea[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  broken bigint;
BEGIN
  SELECT min(e.seq) INTO broken
    FROM unnest(seqs, ats, kinds, tenants, calls, bodies, hashes, array_prepend(previous, hashes))
         AS e (seq, at_us, kind, tenant, call, body, hash, before)
   WHERE e.seq IS NOT NULL
     AND e.hash <> trunkline.ledger_link(e.before, e.seq, e.at_us, e.kind, e.tenant, e.call, e.body);
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'the hash chain is broken at entry %', broken USING ERRCODE = 'data_exception';
  END IF;
  INSERT INTO trunkline.ledger_entry (node_id, seq, at, kind, tenant_id, call, body, hash)
  SELECT node, e.seq, 'epoch'::timestamptz + e.at_us * interval '1 microsecond', e.kind, e.tenant,
         e.call, convert_from(e.body, 'UTF8')::json, e.hash
    FROM unnest(seqs, ats, kinds, tenants, calls, bodies, hashes)
         AS e (seq, at_us, kind, tenant, call, body, hash);
  PERFORM trunkline.ledger_project(
    node, seqs[1], seqs[array_upper(seqs, 1)],
    (SELECT array_agg(DISTINCT split_part(kind, '.', 1)) FROM unnest(kinds) AS kind));
END
$$;

CREATE FUNCTION trunkline.ledger_watermark(node uuid)
RETURNS TABLE (watermark bigint, last_hash bytea, rejected bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.watermark, n.last_hash, n.rejected FROM trunkline.ledger_node n WHERE n.node_id = node
$$;
COMMENT ON FUNCTION trunkline.ledger_watermark(uuid) IS 'how far a node''s journal is here; no row for an unknown node';

CREATE FUNCTION trunkline.ledger_ship(node uuid, daemon text, seqs bigint[], ats bigint[],
                                      kinds text[], tenants uuid[], calls uuid[], bodies bytea[],
                                      hashes bytea[])
RETURNS TABLE (watermark bigint, accepted bigint, duplicates bigint, rejected bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  known   trunkline.ledger_node;
  total   integer := coalesce(array_length(seqs, 1), 0);
  first   integer;
  refused bigint := 0;
  i       integer;
BEGIN
  INSERT INTO trunkline.ledger_node (node_id, daemon, last_hash)
  VALUES (node, daemon, trunkline.ledger_first_link(node))
  ON CONFLICT DO NOTHING;
  -- Two shippers of one journal, or one whose first try is still running, wait for each other.
  SELECT * INTO STRICT known FROM trunkline.ledger_node n WHERE n.node_id = node FOR UPDATE;

  FOR i IN 2 .. total LOOP
    IF seqs[i] <> seqs[i - 1] + 1 THEN
      RAISE EXCEPTION 'entry % does not follow entry %', seqs[i], seqs[i - 1]
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;
  first := CASE WHEN total = 0 THEN 1
                ELSE greatest(1, least(total + 1, known.watermark - seqs[1] + 2)) END;
  IF first <= total THEN
    IF seqs[first] <> known.watermark + 1 THEN
      RAISE EXCEPTION 'a gap: the ledger has entries up to % and was given %', known.watermark,
        seqs[first] USING ERRCODE = 'invalid_parameter_value';
    END IF;
    BEGIN
      PERFORM trunkline.ledger_store(node, known.last_hash, seqs[first:], ats[first:],
                                     kinds[first:], tenants[first:], calls[first:],
                                     bodies[first:], hashes[first:]);
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR cardinality_violation
        OR program_limit_exceeded OR raise_exception THEN
        refused := trunkline.ledger_store_singly(node, known.last_hash, seqs[first:], ats[first:],
                                                 kinds[first:], tenants[first:], calls[first:],
                                                 bodies[first:], hashes[first:]);
    END;
    UPDATE trunkline.ledger_node n
       SET watermark = seqs[total], last_hash = hashes[total], rejected = n.rejected + refused,
           last_shipped_at = clock_timestamp()
     WHERE n.node_id = node
    RETURNING * INTO known;
  END IF;
  RETURN QUERY SELECT known.watermark, (total - first + 1 - refused)::bigint, (first - 1)::bigint,
                      known.rejected;
END
$$;
COMMENT ON FUNCTION trunkline.ledger_ship(uuid, text, bigint[], bigint[], text[], uuid[], uuid[], bytea[], bytea[])
  IS 'takes a batch of journal entries exactly once; the answer''s rejected counts all of the node';

CREATE FUNCTION trunkline.ledger_store_singly(node uuid, previous bytea, seqs bigint[],
                                              ats bigint[], kinds text[], tenants uuid[],
                                              calls uuid[], bodies bytea[], hashes bytea[])
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  refused bigint := 0;
  before  bytea := previous;
  i       integer;
BEGIN
  FOR i IN 1 .. array_length(seqs, 1) LOOP
    BEGIN
      PERFORM trunkline.ledger_store(node, before, seqs[i:i], ats[i:i], kinds[i:i], tenants[i:i],
                                     calls[i:i], bodies[i:i], hashes[i:i]);
    EXCEPTION
      WHEN data_exception OR integrity_constraint_violation OR cardinality_violation
        OR program_limit_exceeded OR raise_exception THEN
        INSERT INTO trunkline.ledger_rejected
          (node_id, seq, at, kind, tenant_id, call, body, hash, sqlstate, error)
        VALUES (node, seqs[i], 'epoch'::timestamptz + ats[i] * interval '1 microsecond', kinds[i],
                tenants[i], calls[i], bodies[i], hashes[i], SQLSTATE, SQLERRM);
        refused := refused + 1;
    END;
    before := hashes[i];
  END LOOP;
  RETURN refused;
END
$$;

-- An operator's decision that entries are lost for good (a journal pruned beyond a restored
-- database): the ledger goes on behind them, and the audit log says who decided.
CREATE FUNCTION trunkline.ledger_accept_gap(node uuid, upto bigint, hash bytea, why text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known trunkline.ledger_node;
BEGIN
  SELECT * INTO STRICT known FROM trunkline.ledger_node n WHERE n.node_id = node FOR UPDATE;
  IF upto <= known.watermark THEN
    RAISE EXCEPTION 'the ledger has entries up to % already', known.watermark
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  UPDATE trunkline.ledger_node n SET watermark = upto, last_hash = hash WHERE n.node_id = node;
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000',
    coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
    'ledger.gap_accepted', node, why, coalesce('address ' || host(inet_client_addr()), 'local'),
    jsonb_build_object('from', known.watermark + 1, 'to', upto)::text);
END
$$;
COMMENT ON FUNCTION trunkline.ledger_accept_gap(uuid, bigint, bytea, text)
  IS 'gives up entries that no longer exist anywhere; hash is the journal''s at upto';
