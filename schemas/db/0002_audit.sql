-- SPDX-License-Identifier: MIT
-- The audit log: append-only, each row chained to the one before by SHA-256. Rows come from
-- triggers on the directory and from the ledger (every access to a recording); no program writes it
-- directly, and nobody changes or deletes a row.
CREATE TABLE trunkline.audit_log (
  seq       bigint PRIMARY KEY,
  at        timestamptz NOT NULL,
  tenant_id uuid NOT NULL,
  who       text NOT NULL,
  event     text NOT NULL,
  object    uuid,
  why       text NOT NULL DEFAULT '',
  origin    text NOT NULL DEFAULT '',
  detail    text NOT NULL DEFAULT '{}',
  hash      bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_log_object ON trunkline.audit_log (object, seq);
CREATE INDEX audit_log_tenant ON trunkline.audit_log (tenant_id, seq);
COMMENT ON TABLE trunkline.audit_log IS 'who did what, when and why; append-only and hash-chained (see audit_prove)';
COMMENT ON COLUMN trunkline.audit_log.origin IS 'where it came from: a process, an address';
COMMENT ON COLUMN trunkline.audit_log.detail IS 'JSON text, never a secret';

-- The end of the chain. Appending locks this row, so numbers have no gap.
CREATE TABLE trunkline.audit_head (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  seq     bigint NOT NULL,
  hash    bytea NOT NULL
);
INSERT INTO trunkline.audit_head (seq, hash) VALUES (0, sha256('trunkline audit 1'));

-- Text with its length before it, so that fields cannot run into each other.
CREATE FUNCTION trunkline.framed(content text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT int4send(octet_length(content)) || convert_to(content, 'UTF8') $$;

CREATE FUNCTION trunkline.audit_link(previous bytea, entry trunkline.audit_log) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(previous || int8send(entry.seq)
                || int8send((extract(epoch FROM entry.at) * 1000000)::bigint)
                || uuid_send(entry.tenant_id) || trunkline.framed(entry.who)
                || trunkline.framed(entry.event) || trunkline.framed(coalesce(entry.object::text, ''))
                || trunkline.framed(entry.why) || trunkline.framed(entry.origin)
                || trunkline.framed(entry.detail))
$$;

CREATE FUNCTION trunkline.audit_append(at timestamptz, tenant uuid, who text, event text,
                                       object uuid, why text, origin text, detail text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head  trunkline.audit_head;
  entry trunkline.audit_log;
BEGIN
  SELECT * INTO STRICT head FROM trunkline.audit_head FOR UPDATE;
  entry := (head.seq + 1, at, tenant, who, event, object, why, origin, detail, NULL);
  entry.hash := trunkline.audit_link(head.hash, entry);
  INSERT INTO trunkline.audit_log SELECT entry.*;
  UPDATE trunkline.audit_head SET seq = entry.seq, hash = entry.hash;
END
$$;

CREATE FUNCTION trunkline.audit_prove() RETURNS TABLE (rows_checked bigint, first_broken bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH linked AS (
    SELECT a.seq, a.hash,
           trunkline.audit_link(coalesce(lag(a.hash) OVER by_seq, sha256('trunkline audit 1')),
                                a) AS expected,
           a.seq = 1 + coalesce(lag(a.seq) OVER by_seq, 0) AS follows
      FROM trunkline.audit_log a
    WINDOW by_seq AS (ORDER BY a.seq))
  SELECT count(*),
         coalesce(min(seq) FILTER (WHERE hash <> expected OR NOT follows),
                  CASE WHEN coalesce(max(seq), 0) <> (SELECT h.seq FROM trunkline.audit_head h)
                       THEN coalesce(max(seq), 0) + 1 END)
    FROM linked
$$;
COMMENT ON FUNCTION trunkline.audit_prove() IS 'walks the chain: rows checked, and the first that was changed or is missing, or NULL';

CREATE FUNCTION trunkline.audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trunkline.audit_log
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_refuse();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON trunkline.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.audit_refuse();

-- device.added, tenant.changed, person.removed, ...: the row without its secrets.
CREATE FUNCTION trunkline.audit_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  fields jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
  verb   text := CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed'
                            ELSE 'removed' END;
  tenant uuid := coalesce(fields ->> 'tenant_id', fields ->> 'id',
                          '00000000-0000-0000-0000-000000000000')::uuid;
  object uuid := coalesce(fields ->> 'id', fields ->> 'person_id')::uuid;
  detail jsonb := fields - 'sealed_ha1' - 'password_hash' - 'created_at' - 'changed_at';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(OLD) -> 'password_hash' <> fields -> 'password_hash' OR
       to_jsonb(OLD) -> 'sealed_ha1' <> fields -> 'sealed_ha1' THEN
      detail := detail || '{"password_changed": true}';
    END IF;
  END IF;
  PERFORM trunkline.audit_append(
    clock_timestamp(), tenant,
    coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
    TG_TABLE_NAME || '.' || verb, object, '',
    coalesce('address ' || host(inet_client_addr()), 'local'), detail::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.tenant
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.site
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.device
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.person
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.person_role
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();
