-- SPDX-License-Identifier: MIT
-- What of the house a call went through: the trunk, the number of ours (DID), the campaign. Names and
-- digits, no references: the history says what was, whatever becomes of the object. Imports fill them
-- where the source says so. No index: they narrow a time, as a disposition does.
ALTER TABLE trunkline.cdr ADD COLUMN trunk text, ADD COLUMN did text, ADD COLUMN campaign text;
COMMENT ON COLUMN trunkline.cdr.trunk IS 'name of the trunk the call came from or went to; NULL within the house';
COMMENT ON COLUMN trunkline.cdr.did IS 'the number of ours (E.164) that was called or, on the way out, shown';
COMMENT ON COLUMN trunkline.cdr.campaign IS 'name of the campaign the call was made for';

CREATE OR REPLACE FUNCTION trunkline.report_keys()
RETURNS TABLE (key text, grouped text, shown text)
LANGUAGE sql IMMUTABLE AS $$
  VALUES ('period', 'width_bucket(c.started_at, $3)', '%s::text'),
         ('tenant', 'c.tenant_id',
          'coalesce((SELECT t.name::text FROM trunkline.tenant t WHERE t.id = %1$s), %1$s::text)'),
         ('device', 'c.caller_device',
          'coalesce((SELECT d.name::text FROM trunkline.device d WHERE d.id = %1$s), %1$s::text)'),
         ('user', 'w.owner_id',
          'coalesce((SELECT p.name::text FROM trunkline.person p WHERE p.id = %1$s), %1$s::text)'),
         ('country', 'c.country', '%s'),
         ('disposition', 'c.disposition', '%s'),
         ('direction', 'c.direction', '%s'),
         ('rule', 'c.rule', '%s'),
         ('trunk', 'c.trunk', '%s'),
         ('did', 'c.did', '%s'),
         ('campaign', 'c.campaign', '%s')
$$;

CREATE OR REPLACE VIEW trunkline.report_call WITH (security_barrier) AS
  SELECT c.call, t.name AS tenant, c.direction, c.state, c.disposition, c.sip_status, c.q850_cause,
         c.ended_by, c.caller_name, c.caller_number, c.dialled, c.called_name, c.called_number,
         c.started_at, c.ringing_at, c.answered_at, c.ended_at,
         c.pdd_ms / 1000.0 AS pdd_s, c.ring_ms / 1000.0 AS ring_s, c.talk_ms / 1000.0 AS talk_s,
         c.rule, c.reason, r.recording, r.status AS recording_status,
         r.duration_ms / 1000.0 AS recording_s, c.country, c.cost, c.cost_currency, c.trunk, c.did,
         c.campaign
    FROM trunkline.cdr c
    LEFT JOIN trunkline.tenant t ON t.id = c.tenant_id
    LEFT JOIN trunkline.recording r ON r.recording = c.recording
   WHERE trunkline.is_visible(c.tenant_id);

ALTER TABLE trunkline.import_staging
  ADD COLUMN trunk text, ADD COLUMN did text, ADD COLUMN campaign text;

CREATE OR REPLACE FUNCTION trunkline.import_store(batch uuid, OUT added bigint, OUT duplicates bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known  trunkline.import_batch;
  staged bigint;
BEGIN
  SELECT * INTO STRICT known FROM trunkline.import_batch b WHERE b.id = batch FOR UPDATE;
  SELECT count(*) INTO staged FROM trunkline.import_staging;
  INSERT INTO trunkline.cdr
    (call, tenant_id, node_id, seq, entry_at, node, direction, caller_name, caller_number, dialled,
     called_name, called_number, state, disposition, q850_cause, ended_by, reason, started_at,
     ringing_at, answered_at, ended_at, ring_ms, talk_ms, search_keys, import_batch, import_key,
     caller_original, trunk, did, campaign)
  SELECT s.call, known.tenant_id, '00000000-0000-0000-0000-000000000000', 0, known.began_at,
         known.source, s.direction, s.caller_name, s.caller_number, s.dialled, s.called_name,
         s.called_number, 'ended', s.disposition, s.q850_cause, s.ended_by, s.reason, s.started_at,
         s.ringing_at, s.answered_at, s.ended_at, s.ring_ms, s.talk_ms,
         array_remove(ARRAY[s.caller_name, s.caller_number, s.caller_original, s.dialled,
                            s.called_name, s.called_number, s.import_key], NULL),
         known.id, s.import_key, s.caller_original, s.trunk, s.did, s.campaign
    FROM trunkline.import_staging s
  ON CONFLICT (call, started_at) DO NOTHING;
  GET DIAGNOSTICS added = ROW_COUNT;
  duplicates := staged - added;
  UPDATE trunkline.import_batch b
     SET added = b.added + import_store.added, duplicates = b.duplicates + import_store.duplicates
   WHERE b.id = batch;
END
$$;

-- A DID is a number of the house: it stays when the party outside is masked, and reports by it stay
-- what they were. It may be one person's own, so it goes with the party of the house: the called of a
-- call that came in, the caller of one that went out, either where nobody knows which it was.
CREATE OR REPLACE FUNCTION trunkline.mask_calls(ids uuid[], sides text[]) RETURNS SETOF uuid
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH given AS (
    SELECT id, side IN ('caller', 'both') AS caller, side IN ('called', 'both') AS called
      FROM unnest(ids, sides) AS u (id, side)),
  masked AS (
    SELECT c.call, c.started_at,
           CASE WHEN g.caller THEN 'erased' ELSE c.caller_name END AS caller_name,
           CASE WHEN g.caller THEN 'erased' ELSE c.caller_number END AS caller_number,
           CASE WHEN NOT g.caller THEN c.caller_original END AS caller_original,
           CASE WHEN NOT g.caller THEN c.caller_call_id END AS caller_call_id,
           CASE WHEN NOT g.caller THEN c.caller_address END AS caller_address,
           CASE WHEN NOT g.caller THEN c.caller_user_agent END AS caller_user_agent,
           CASE WHEN g.called THEN 'erased' ELSE c.dialled END AS dialled,
           CASE WHEN g.called THEN 'erased' ELSE c.called_name END AS called_name,
           CASE WHEN g.called THEN 'erased' ELSE c.called_number END AS called_number,
           CASE WHEN NOT g.called THEN c.called_call_id END AS called_call_id,
           CASE WHEN NOT g.called THEN c.called_address END AS called_address,
           CASE WHEN NOT g.called THEN c.called_user_agent END AS called_user_agent,
           CASE WHEN NOT (g.called AND c.direction <> 'outbound'
                          OR g.caller AND c.direction <> 'inbound') THEN c.did END AS did
      FROM trunkline.cdr c JOIN given g ON g.id = c.call)
  UPDATE trunkline.cdr c SET
    (caller_name, caller_number, caller_original, caller_call_id, caller_address, caller_user_agent, dialled,
     called_name, called_number, called_call_id, called_address, called_user_agent, did, search_keys) =
    (m.caller_name, m.caller_number, m.caller_original, m.caller_call_id, m.caller_address, m.caller_user_agent,
     m.dialled, m.called_name, m.called_number, m.called_call_id, m.called_address,
     m.called_user_agent, m.did,
     array_remove(array_remove(ARRAY[m.caller_name, m.caller_number, m.dialled, m.called_name,
                                     m.called_number, m.caller_call_id, m.called_call_id],
                               NULL), 'erased'))
    FROM masked m WHERE c.call = m.call AND c.started_at = m.started_at
  RETURNING c.call
$$;
