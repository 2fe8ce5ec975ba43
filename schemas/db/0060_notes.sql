-- SPDX-License-Identifier: MIT
-- What people noted on calls: append-only. A note is about a person's call, so it goes with the
-- call and its text is not in the audit log, which keeps for ever that there was one.
CREATE TABLE trunkline.call_note (
  id        uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  call      uuid NOT NULL,
  at        timestamptz NOT NULL,
  who       text NOT NULL,
  text      text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000)
);
CREATE INDEX call_note_call ON trunkline.call_note (call, at);
CREATE INDEX call_note_at ON trunkline.call_note (at DESC, id DESC);
COMMENT ON TABLE trunkline.call_note IS 'what people noted on calls; append-only, it goes with its call';

CREATE FUNCTION trunkline.call_note_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'notes are append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE ON trunkline.call_note
  FOR EACH ROW EXECUTE FUNCTION trunkline.call_note_refuse();

-- No row for a call that this session may not see.
CREATE FUNCTION trunkline.note_add(note uuid, noted_call uuid, words text)
RETURNS TABLE (at timestamptz, who text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := (SELECT c.tenant_id FROM trunkline.cdr c WHERE c.call = noted_call LIMIT 1);
BEGIN
  IF tenant IS NULL OR NOT trunkline.is_visible(tenant) THEN RETURN; END IF;
  at := clock_timestamp();
  who := coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text);
  INSERT INTO trunkline.call_note (id, tenant_id, call, at, who, text)
  VALUES (note, tenant, noted_call, at, who, words);
  PERFORM trunkline.audit_append(
    at, tenant, who, 'call.noted', noted_call, '',
    coalesce('address ' || host(inet_client_addr()), 'local'),
    jsonb_build_object('note', note, 'length', length(words))::text);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION trunkline.note_add(uuid, uuid, text) IS 'notes something on a call, and that in the audit log';

CREATE VIEW trunkline.report_note WITH (security_barrier) AS
  SELECT n.call, t.name AS tenant, n.at, n.who, n.text
    FROM trunkline.call_note n
    LEFT JOIN trunkline.tenant t ON t.id = n.tenant_id
   WHERE trunkline.is_visible(n.tenant_id);
COMMENT ON VIEW trunkline.report_note IS 'one row a note on a call';

ALTER TABLE trunkline.call_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.call_note TO trunkline_operator USING (true) WITH CHECK (true);
CREATE POLICY tenant ON trunkline.call_note TO trunkline_tenant
  USING (tenant_id = trunkline.current_tenant()) WITH CHECK (tenant_id = trunkline.current_tenant());
GRANT SELECT ON trunkline.call_note, trunkline.report_note TO trunkline_operator, trunkline_tenant;
REVOKE ALL ON FUNCTION trunkline.call_note_refuse(), trunkline.note_add(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.note_add(uuid, uuid, text)
  TO trunkline_operator, trunkline_tenant;
