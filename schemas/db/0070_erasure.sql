-- SPDX-License-Identifier: MIT
-- Erasing what is due. A recording's row stays as a tombstone: what it was, when it went, why. A
-- call's row goes, or its erased party is masked; its journal entries stay as links of the chain:
-- number and hash are kept, the body becomes a mark, and the audit log holds the hashes of what was
-- marked, so that `cdrctl prove` still proves the whole ledger. Data keys and files are erased
-- before any of this, by retention(8), whose own journal lies outside the database.
ALTER TABLE trunkline.recording DROP CONSTRAINT recording_status_check;
ALTER TABLE trunkline.recording
  ADD COLUMN erased_at  timestamptz,
  ADD COLUMN erased_why text,
  ADD COLUMN erasure    uuid,
  ADD CONSTRAINT recording_status_check CHECK (
    status IN ('recording', 'complete', 'truncated', 'failed', 'unsupported', 'erased')),
  ADD CONSTRAINT recording_erased_whole CHECK (
    (status = 'erased') = (num_nonnulls(erased_at, erased_why, erasure) = 3));
-- Room in each page for the versions that a row has: recording, complete, erased. No index holds
-- what changes, so none is written.
ALTER TABLE trunkline.recording SET (fillfactor = 75);
COMMENT ON COLUMN trunkline.recording.erased_why IS 'the policy or the request that ended it';
COMMENT ON COLUMN trunkline.recording.erasure IS 'the run of retention that erased it (erasure_run)';

CREATE TABLE trunkline.erasure_run (
  run         uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('sweep', 'request', 'reapply')),
  who         text NOT NULL,
  host        text NOT NULL,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  outcome     text CHECK (outcome IN ('done', 'partly', 'refused', 'failed', 'interrupted')),
  recordings  bigint NOT NULL DEFAULT 0,
  calls       bigint NOT NULL DEFAULT 0,
  bytes       bigint NOT NULL DEFAULT 0,
  withheld    bigint NOT NULL DEFAULT 0,
  missing     bigint NOT NULL DEFAULT 0,
  failed      bigint NOT NULL DEFAULT 0,
  message     text NOT NULL DEFAULT '',
  CONSTRAINT erasure_run_ended_whole CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX erasure_run_started ON trunkline.erasure_run (started_at DESC);
COMMENT ON TABLE trunkline.erasure_run IS 'runs of retention that erase: sweeps, requests of persons, what was applied again after a restore';
COMMENT ON COLUMN trunkline.erasure_run.withheld IS 'beyond its time, but held by a case or bound by something that stays';
COMMENT ON COLUMN trunkline.erasure_run.missing IS 'recordings whose file was gone before';

-- What must not come back when a daemon's journal ships again what a restored database lacks.
CREATE TABLE trunkline.erased (
  id        uuid PRIMARY KEY,
  kind      text NOT NULL CHECK (kind IN ('recording', 'call')),
  sides     text NOT NULL DEFAULT 'all' CHECK (sides IN ('all', 'caller', 'called', 'both')),
  tenant_id uuid NOT NULL,
  run       uuid NOT NULL,
  why       text NOT NULL,
  erased_at timestamptz NOT NULL
);
COMMENT ON TABLE trunkline.erased IS 'calls that were erased or masked, and recordings erased before their row was here';
COMMENT ON COLUMN trunkline.erased.sides IS 'all: the call''s row went; else whose name and number were masked';

-- Tables that have rows of a call: they go with it. A migration that makes one adds its line; a test
-- looks for those that are missing.
CREATE TABLE trunkline.call_part (
  table_name  text PRIMARY KEY,
  goes        boolean NOT NULL
);
COMMENT ON TABLE trunkline.call_part IS 'tables with a column call: whether their rows go with an erased call, or hold nothing of the parties';
INSERT INTO trunkline.call_part (table_name, goes) VALUES
  ('cdr', true), ('media_account', true), ('ledger_entry', false), ('ledger_rejected', false),
  ('recording', false), ('call_note', true), ('call_rating', true);

CREATE FUNCTION trunkline.is_erased_body(body text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT body LIKE '{"schema":"erased.v1",%' $$;
CREATE FUNCTION trunkline.erased_body(run uuid) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT format('{"schema":"erased.v1","erasure":"%s"}', run) $$;
CREATE FUNCTION trunkline.erasing_person() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text) $$;

-- Runs of a host that never ended were interrupted.
CREATE FUNCTION trunkline.erasure_begin(run uuid, kind text, host text, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  UPDATE trunkline.erasure_run r SET finished_at = at, outcome = 'interrupted',
         message = 'it did not come to its end'
   WHERE r.host = host AND r.finished_at IS NULL;
  INSERT INTO trunkline.erasure_run (run, kind, who, host, started_at)
  VALUES (run, kind, trunkline.erasing_person(), host, at);
END
$$;

CREATE FUNCTION trunkline.erasure_end(run uuid, at timestamptz, outcome text, withheld bigint,
                                      missing bigint, failed bigint, message text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  ended trunkline.erasure_run;
BEGIN
  UPDATE trunkline.erasure_run r
     SET finished_at = at, outcome = outcome, withheld = withheld, missing = missing,
         failed = failed, message = left(message, 1000)
   WHERE r.run = run RETURNING * INTO STRICT ended;
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000', trunkline.erasing_person(),
    'erasure.' || outcome, run, ended.message,
    coalesce('address ' || host(inet_client_addr()), 'local'),
    json_build_object('kind', ended.kind, 'recordings', ended.recordings, 'calls', ended.calls,
                      'bytes', ended.bytes, 'withheld', withheld, 'missing', missing,
                      'failed', failed)::text);
END
$$;

-- Turns rows of recordings whose key and file are gone into tombstones; what is one already stays
-- as it is, so it can be said again. The audit log gets one line a tenant and reason, with all ids.
-- How many there were.
CREATE FUNCTION trunkline.erase_recordings(run uuid, ids uuid[], whys text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  line  record;
  count bigint := 0;
  size  bigint := 0;
BEGIN
  FOR line IN
    WITH gone AS (
      UPDATE trunkline.recording r
         SET status = 'erased', erased_at = clock_timestamp(), erased_why = given.why,
             erasure = run, path = NULL, key_id = NULL, reason = NULL, legs = '[]', body = '{}'
        FROM unnest(ids, whys) AS given (id, why)
       WHERE r.recording = given.id AND r.status <> 'erased'
      RETURNING r.recording, r.tenant_id, r.erased_why, r.bytes)
    SELECT tenant_id, erased_why, count(*) AS count, coalesce(sum(bytes), 0) AS bytes,
           json_agg(recording) AS recordings
      FROM gone GROUP BY tenant_id, erased_why ORDER BY tenant_id, erased_why
  LOOP
    PERFORM trunkline.audit_append(
      clock_timestamp(), line.tenant_id, trunkline.erasing_person(), 'recording.erased', run,
      line.erased_why, coalesce('address ' || host(inet_client_addr()), 'local'),
      json_build_object('count', line.count, 'bytes', line.bytes, 'recordings', line.recordings)::text);
    count := count + line.count;
    size := size + line.bytes;
  END LOOP;
  UPDATE trunkline.erasure_run r SET recordings = r.recordings + count, bytes = r.bytes + size
   WHERE r.run = run;
  RETURN count;
END
$$;

-- Marks the entries of calls; [["node", number, "hash"], ...] of those it marked, by call.
CREATE FUNCTION trunkline.mark_entries(run uuid, ids uuid[])
RETURNS TABLE (call uuid, entries json) LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  WITH marked AS (
    UPDATE trunkline.ledger_entry e SET body = trunkline.erased_body(run)::json
     WHERE e.call = ANY (ids) AND e.call <> '00000000-0000-0000-0000-000000000000'
       AND NOT trunkline.is_erased_body(e.body::text)
    RETURNING e.call, e.node_id, e.seq, e.hash),
  rejected AS (
    UPDATE trunkline.ledger_rejected e
       SET body = convert_to(trunkline.erased_body(run), 'UTF8'), error = 'erased'
     WHERE e.call = ANY (ids) AND e.call <> '00000000-0000-0000-0000-000000000000'
       AND e.error <> 'erased'
    RETURNING e.call, e.node_id, e.seq, e.hash)
  SELECT all_of.call, json_agg(json_build_array(node_id, seq, encode(hash, 'hex')) ORDER BY node_id, seq)
    FROM (SELECT * FROM marked UNION ALL SELECT * FROM rejected) AS all_of GROUP BY all_of.call
$$;

-- Hides a party of calls: what names it, and what finds it.
CREATE FUNCTION trunkline.mask_calls(ids uuid[], sides text[]) RETURNS SETOF uuid
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH given AS (
    SELECT id, side IN ('caller', 'both') AS caller, side IN ('called', 'both') AS called
      FROM unnest(ids, sides) AS u (id, side)),
  masked AS (
    SELECT c.call, c.started_at,
           CASE WHEN g.caller THEN 'erased' ELSE c.caller_name END AS caller_name,
           CASE WHEN g.caller THEN 'erased' ELSE c.caller_number END AS caller_number,
           CASE WHEN NOT g.caller THEN c.caller_call_id END AS caller_call_id,
           CASE WHEN NOT g.caller THEN c.caller_address END AS caller_address,
           CASE WHEN NOT g.caller THEN c.caller_user_agent END AS caller_user_agent,
           CASE WHEN g.called THEN 'erased' ELSE c.dialled END AS dialled,
           CASE WHEN g.called THEN 'erased' ELSE c.called_name END AS called_name,
           CASE WHEN g.called THEN 'erased' ELSE c.called_number END AS called_number,
           CASE WHEN NOT g.called THEN c.called_call_id END AS called_call_id,
           CASE WHEN NOT g.called THEN c.called_address END AS called_address,
           CASE WHEN NOT g.called THEN c.called_user_agent END AS called_user_agent
      FROM trunkline.cdr c JOIN given g ON g.id = c.call)
  UPDATE trunkline.cdr c SET
    (caller_name, caller_number, caller_call_id, caller_address, caller_user_agent, dialled,
     called_name, called_number, called_call_id, called_address, called_user_agent, search_keys) =
    (m.caller_name, m.caller_number, m.caller_call_id, m.caller_address, m.caller_user_agent,
     m.dialled, m.called_name, m.called_number, m.called_call_id, m.called_address,
     m.called_user_agent,
     array_remove(array_remove(ARRAY[m.caller_name, m.caller_number, m.dialled, m.called_name,
                                     m.called_number, m.caller_call_id, m.called_call_id],
                               NULL), 'erased'))
    FROM masked m WHERE c.call = m.call AND c.started_at = m.started_at
  RETURNING c.call
$$;

-- Erases calls (side 'all'), or masks a party of them. Idempotent. The audit log gets a line a call
-- that it changed. How many those were.
CREATE FUNCTION trunkline.erase_calls(run uuid, ids uuid[], whys text[], sides text[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  whole   uuid[] := (SELECT coalesce(array_agg(u.id), '{}') FROM unnest(ids, sides) AS u (id, side)
                      WHERE u.side = 'all');
  part    record;
  line    record;
  tenants jsonb := (SELECT coalesce(jsonb_object_agg(e.call, e.tenant_id), '{}')
                      FROM (SELECT DISTINCT ON (e.call) e.call, e.tenant_id
                              FROM trunkline.ledger_entry e WHERE e.call = ANY (ids)
                             UNION SELECT c.call, c.tenant_id FROM trunkline.cdr c
                              WHERE c.call = ANY (ids)) AS e);
  there   uuid[] := (SELECT coalesce(array_agg(c.call), '{}') FROM trunkline.cdr c
                      WHERE c.call = ANY (ids));
  marked  jsonb := (SELECT coalesce(jsonb_object_agg(m.call, m.entries), '{}')
                      FROM trunkline.mark_entries(run, ids) m);
  known   uuid[] := (SELECT coalesce(array_agg(e.id), '{}') FROM trunkline.erased e
                      WHERE e.id = ANY (ids) AND e.kind = 'call');
  count   bigint := 0;
BEGIN
  FOR part IN SELECT p.table_name FROM trunkline.call_part p WHERE p.goes ORDER BY 1 LOOP
    EXECUTE format('DELETE FROM trunkline.%I WHERE call = ANY ($1)', part.table_name) USING whole;
  END LOOP;
  UPDATE trunkline.recording r SET legs = '[]', body = '{}'
   WHERE r.call = ANY (ids) AND r.status = 'erased' AND (r.body::text <> '{}' OR r.legs::text <> '[]');
  PERFORM trunkline.mask_calls(ids, sides)
    FROM (SELECT 1 WHERE EXISTS (SELECT FROM unnest(sides) s WHERE s <> 'all')) AS any_masked;
  FOR line IN SELECT u.id, u.why, u.side FROM unnest(ids, whys, sides) AS u (id, why, side) LOOP
    -- What is new of it: a row, or entries that were not marked yet.
    CONTINUE WHEN NOT marked ? line.id::text
              AND (line.id = ANY (known) AND (line.side <> 'all' OR NOT line.id = ANY (there)));
    PERFORM trunkline.audit_append(
      clock_timestamp(), coalesce((tenants ->> line.id::text)::uuid, nobody),
      trunkline.erasing_person(),
      CASE line.side WHEN 'all' THEN 'call.erased' ELSE 'call.masked' END, line.id, line.why,
      coalesce('address ' || host(inet_client_addr()), 'local'),
      json_build_object('erasure', run, 'sides', line.side,
                        'entries', coalesce(marked -> line.id::text, '[]'))::text);
    count := count + 1;
  END LOOP;
  INSERT INTO trunkline.erased AS old (id, kind, sides, tenant_id, run, why, erased_at)
  SELECT u.id, 'call', u.side, coalesce((tenants ->> u.id::text)::uuid, nobody), run, u.why,
         clock_timestamp()
    FROM unnest(ids, whys, sides) AS u (id, why, side)
  ON CONFLICT (id) DO UPDATE SET sides = CASE
    WHEN 'all' IN (old.sides, excluded.sides) THEN 'all'
    WHEN old.sides = excluded.sides THEN old.sides ELSE 'both' END;
  UPDATE trunkline.erasure_run r SET calls = r.calls + count WHERE r.run = run;
  RETURN count;
END
$$;

-- Recordings that were erased and have no row here: it would come back as if nothing had been.
CREATE FUNCTION trunkline.remember_erased(run uuid, ids uuid[], tenants uuid[], whys text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO trunkline.erased (id, kind, tenant_id, run, why, erased_at)
  SELECT u.id, 'recording', u.tenant, run, u.why, clock_timestamp()
    FROM unnest(ids, tenants, whys) AS u (id, tenant, why)
   WHERE NOT EXISTS (SELECT FROM trunkline.recording r WHERE r.recording = u.id)
  ON CONFLICT DO NOTHING
$$;

-- A restored database is filled again from the daemons' journals, which may still hold what was
-- erased: it goes again, in the transaction that brings it.
CREATE FUNCTION trunkline.erase_again() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone record;
BEGIN
  IF NOT EXISTS (SELECT FROM trunkline.erased) THEN RETURN NULL; END IF;
  -- Recordings first: the entries of an erased call say nothing of them afterwards.
  FOR gone IN
    SELECT x.run, array_agg(x.id) AS ids, array_agg(x.why) AS whys FROM trunkline.erased x
     WHERE x.kind = 'recording' AND x.id IN (
             SELECT (e.body ->> 'recording')::uuid FROM trunkline.ledger_entry e
              WHERE e.node_id = NEW.node_id AND e.seq > OLD.watermark AND e.seq <= NEW.watermark
                AND e.kind IN ('recording.started', 'recording.finished', 'recording.failed'))
     GROUP BY x.run
  LOOP
    PERFORM trunkline.erase_recordings(gone.run, gone.ids, gone.whys);
  END LOOP;
  FOR gone IN
    SELECT x.run, array_agg(x.id) AS ids, array_agg(x.why) AS whys, array_agg(x.sides) AS sides
      FROM trunkline.erased x
     WHERE x.kind = 'call' AND x.id IN (
             SELECT e.call FROM trunkline.ledger_entry e
              WHERE e.node_id = NEW.node_id AND e.seq > OLD.watermark AND e.seq <= NEW.watermark
             UNION SELECT e.call FROM trunkline.ledger_rejected e
              WHERE e.node_id = NEW.node_id AND e.seq > OLD.watermark AND e.seq <= NEW.watermark)
     GROUP BY x.run
  LOOP
    PERFORM trunkline.erase_calls(gone.run, gone.ids, gone.whys, gone.sides);
  END LOOP;
  RETURN NULL;
END
$$;
CREATE TRIGGER erase_again AFTER UPDATE OF watermark ON trunkline.ledger_node
  FOR EACH ROW WHEN (NEW.watermark > OLD.watermark) EXECUTE FUNCTION trunkline.erase_again();

-- A late entry does not bring back what was erased. The projection is otherwise what it was.
DO $$
DECLARE
  before text := pg_get_functiondef('trunkline.project_recordings(uuid, bigint, bigint)'::regprocedure);
  after  text := replace(before, 'WHERE CASE WHEN old.node_id',
                         'WHERE old.status <> ''erased'' AND CASE WHEN old.node_id');
BEGIN
  IF before = after THEN RAISE EXCEPTION 'project_recordings is not what it was'; END IF;
  EXECUTE after;
END
$$;

-- What was erased had to be recorded and was.
CREATE OR REPLACE VIEW trunkline.report_incomplete_recording WITH (security_barrier) AS
  SELECT c.call, c.tenant_id, c.started_at, c.recording, r.status, r.reason
    FROM trunkline.cdr c
    LEFT JOIN trunkline.recording r ON r.recording = c.recording
   WHERE c.state = 'ended' AND c.answered_at IS NOT NULL AND c.recording_mode = 'always'
     AND coalesce(r.status NOT IN ('complete', 'erased'), true)
     AND trunkline.is_visible(c.tenant_id);
COMMENT ON COLUMN trunkline.report_recording.status
  IS 'recording, complete, truncated, failed, unsupported, erased';

CREATE VIEW trunkline.report_erasure AS
  SELECT r.run, r.kind, r.who, r.host, r.started_at, r.finished_at, r.outcome, r.recordings, r.calls,
         r.bytes, r.withheld, r.missing, r.failed, r.message
    FROM trunkline.erasure_run r;
COMMENT ON VIEW trunkline.report_erasure IS 'one row a run of retention that erases: sweeps, requests, what was applied again after a restore';

ALTER TABLE trunkline.erasure_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE trunkline.erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE trunkline.call_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.erasure_run FOR SELECT
  TO trunkline_operator, trunkline_retention USING (true);
CREATE POLICY site ON trunkline.erased FOR SELECT
  TO trunkline_operator, trunkline_retention USING (true);
CREATE POLICY tenant ON trunkline.erased FOR SELECT
  TO trunkline_tenant USING (tenant_id = trunkline.current_tenant());
CREATE POLICY retention ON trunkline.media_account FOR SELECT TO trunkline_retention USING (true);

REVOKE ALL ON FUNCTION trunkline.is_erased_body(text), trunkline.erased_body(uuid),
  trunkline.erasing_person(), trunkline.erasure_begin(uuid, text, text, timestamptz),
  trunkline.erasure_end(uuid, timestamptz, text, bigint, bigint, bigint, text),
  trunkline.erase_recordings(uuid, uuid[], text[]), trunkline.mark_entries(uuid, uuid[]),
  trunkline.mask_calls(uuid[], text[]), trunkline.erase_calls(uuid, uuid[], text[], text[]),
  trunkline.remember_erased(uuid, uuid[], uuid[], text[]), trunkline.erase_again() FROM PUBLIC;
GRANT SELECT ON trunkline.erasure_run, trunkline.erased, trunkline.report_erasure
  TO trunkline_operator, trunkline_retention;
GRANT SELECT ON trunkline.erased TO trunkline_tenant;
GRANT SELECT ON trunkline.ledger_node, trunkline.media_account TO trunkline_retention;
GRANT EXECUTE ON FUNCTION trunkline.erasure_begin(uuid, text, text, timestamptz),
  trunkline.erasure_end(uuid, timestamptz, text, bigint, bigint, bigint, text),
  trunkline.erase_recordings(uuid, uuid[], text[]),
  trunkline.erase_calls(uuid, uuid[], text[], text[]),
  trunkline.remember_erased(uuid, uuid[], uuid[], text[]), trunkline.audit_anchor()
  TO trunkline_retention;
