-- SPDX-License-Identifier: MIT
-- Calls that other systems recorded. They are rows of cdr like others, marked with the batch they
-- came in, and in no node's hash chain: their node is nil. A batch is one run over one file; it and
-- its counts are here and in the audit log.
CREATE TABLE trunkline.import_batch (
  id          uuid PRIMARY KEY,
  tenant_id   uuid NOT NULL,
  source      text NOT NULL CHECK (length(source) BETWEEN 1 AND 100),
  format      text NOT NULL,
  file        text NOT NULL,
  file_sha256 bytea CHECK (length(file_sha256) = 32),
  file_bytes  bigint,
  added       bigint NOT NULL DEFAULT 0,
  duplicates  bigint NOT NULL DEFAULT 0,
  rejected    bigint NOT NULL DEFAULT 0,
  who         text NOT NULL,
  began_at    timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz
);
CREATE INDEX import_batch_began ON trunkline.import_batch (began_at DESC);
COMMENT ON TABLE trunkline.import_batch IS 'one run of cdrctl import over one file';
COMMENT ON COLUMN trunkline.import_batch.source IS 'which system the calls are of; with their own ids it makes ours';
COMMENT ON COLUMN trunkline.import_batch.duplicates IS 'calls that were there already';
COMMENT ON COLUMN trunkline.import_batch.ended_at IS 'NULL: it was broken off, what had been added stays';

ALTER TABLE trunkline.cdr ADD COLUMN import_batch uuid, ADD COLUMN import_key text,
  ADD COLUMN caller_original text;
COMMENT ON COLUMN trunkline.cdr.import_batch IS 'the batch of an imported call; NULL for our own';
COMMENT ON COLUMN trunkline.cdr.import_key IS 'what the call is called where it was recorded';
COMMENT ON COLUMN trunkline.cdr.caller_original IS 'the caller as the source wrote it, where that is not caller_number';

-- Where a batch's rows wait for the moment between COPY and their place in cdr. Nothing here
-- outlives its transaction.
CREATE UNLOGGED TABLE trunkline.import_staging (
  call            uuid,
  direction       text,
  disposition     text,
  q850_cause      integer,
  ended_by        text,
  reason          text,
  caller_name     text,
  caller_number   text,
  caller_original text,
  dialled         text,
  called_name     text,
  called_number   text,
  started_at      timestamptz,
  ringing_at      timestamptz,
  answered_at     timestamptz,
  ended_at        timestamptz,
  ring_ms         bigint,
  talk_ms         bigint,
  import_key      text
);

CREATE FUNCTION trunkline.acting_person() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text) $$;

CREATE FUNCTION trunkline.import_begin(batch uuid, tenant uuid, source text, format text, file text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO trunkline.import_batch (id, tenant_id, source, format, file, who)
  VALUES (batch, tenant, source, format, file, trunkline.acting_person())
$$;

-- Makes the months that are wanted and not there, as partition_ensure() does.
CREATE FUNCTION trunkline.import_months(months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
DECLARE
  wanted date;
BEGIN
  PERFORM pg_advisory_xact_lock(500085845612);
  FOR wanted IN
    SELECT DISTINCT date_trunc('month', m)::date FROM unnest(months) AS m
     WHERE m >= '1990-01-01' AND m < now() + interval '2 months' ORDER BY 1
  LOOP
    PERFORM trunkline.partition_make('cdr', wanted);
  END LOOP;
END
$$;

-- Two imports at once wait for each other here, block by block.
CREATE FUNCTION trunkline.import_open() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ TRUNCATE trunkline.import_staging $$;

-- What is staged goes into cdr; what is there already stays as it is.
CREATE FUNCTION trunkline.import_store(batch uuid, OUT added bigint, OUT duplicates bigint)
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
     caller_original)
  SELECT s.call, known.tenant_id, '00000000-0000-0000-0000-000000000000', 0, known.began_at,
         known.source, s.direction, s.caller_name, s.caller_number, s.dialled, s.called_name,
         s.called_number, 'ended', s.disposition, s.q850_cause, s.ended_by, s.reason, s.started_at,
         s.ringing_at, s.answered_at, s.ended_at, s.ring_ms, s.talk_ms,
         array_remove(ARRAY[s.caller_name, s.caller_number, s.caller_original, s.dialled,
                            s.called_name, s.called_number, s.import_key], NULL),
         known.id, s.import_key, s.caller_original
    FROM trunkline.import_staging s
  ON CONFLICT (call, started_at) DO NOTHING;
  GET DIAGNOSTICS added = ROW_COUNT;
  duplicates := staged - added;
  UPDATE trunkline.import_batch b
     SET added = b.added + import_store.added, duplicates = b.duplicates + import_store.duplicates
   WHERE b.id = batch;
END
$$;

CREATE FUNCTION trunkline.import_end(batch uuid, rejected bigint, file_sha256 bytea, file_bytes bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  known trunkline.import_batch;
BEGIN
  UPDATE trunkline.import_batch b
     SET rejected = rejected, file_sha256 = file_sha256, file_bytes = file_bytes,
         ended_at = clock_timestamp()
   WHERE b.id = batch AND b.ended_at IS NULL
  RETURNING * INTO STRICT known;
  PERFORM trunkline.audit_append(
    clock_timestamp(), known.tenant_id, trunkline.acting_person(), 'calls.imported', known.id, '',
    coalesce('address ' || host(inet_client_addr()), 'local'),
    jsonb_build_object('source', known.source, 'format', known.format, 'file', known.file,
                       'sha256', encode(known.file_sha256, 'hex'), 'bytes', known.file_bytes,
                       'added', known.added, 'duplicates', known.duplicates,
                       'rejected', known.rejected)::text);
END
$$;
COMMENT ON FUNCTION trunkline.import_end(uuid, bigint, bytea, bigint) IS 'ends a batch and writes it into the audit log';

ALTER TABLE trunkline.import_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.import_batch TO trunkline_operator USING (true);
CREATE POLICY tenant ON trunkline.import_batch TO trunkline_tenant
  USING (tenant_id = trunkline.current_tenant());
GRANT SELECT ON trunkline.import_batch TO trunkline_operator, trunkline_tenant;
GRANT INSERT ON trunkline.import_staging TO trunkline_operator;
REVOKE ALL ON FUNCTION trunkline.acting_person(), trunkline.import_begin(uuid, uuid, text, text, text),
  trunkline.import_months(date[]), trunkline.import_open(), trunkline.import_store(uuid),
  trunkline.import_end(uuid, bigint, bytea, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.import_begin(uuid, uuid, text, text, text),
  trunkline.import_months(date[]), trunkline.import_open(), trunkline.import_store(uuid),
  trunkline.import_end(uuid, bigint, bytea, bigint) TO trunkline_operator;
