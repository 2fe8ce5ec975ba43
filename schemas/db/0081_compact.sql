-- SPDX-License-Identifier: MIT
-- Recordings whose samples were packed (retention compact). Whoever packs one takes the lock of
-- retention for the moment in which the recording gets another file, so that no sweep erases it
-- then: what was erased gets no file again.
ALTER TABLE trunkline.recording ADD COLUMN compacted_at timestamptz;
COMMENT ON COLUMN trunkline.recording.compacted_at IS 'when its samples were packed, or found not to become smaller by it';

-- Whether the recording may be packed: it is whole, and its file is where it was. Holds the locks
-- to the end of the transaction.
CREATE FUNCTION trunkline.compact_allow(recording uuid, path text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  PERFORM trunkline.retention_lock();
  PERFORM FROM trunkline.recording r
    WHERE r.recording = recording AND r.path = path AND r.status IN ('complete', 'truncated')
      FOR UPDATE;
  RETURN FOUND;
END
$$;

-- The row says what the file is now, and the audit log what it was.
CREATE FUNCTION trunkline.compact_done(recording uuid, codec text, key_id text, bytes bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  old trunkline.recording;
BEGIN
  SELECT * INTO STRICT old FROM trunkline.recording r WHERE r.recording = recording FOR UPDATE;
  IF codec NOT IN ('mulaw', 'alaw', 's16le', 'flac', 'opus')
     OR old.status NOT IN ('complete', 'truncated') THEN
    RAISE EXCEPTION 'recording % cannot be packed', recording
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  UPDATE trunkline.recording r
     SET codec = codec, key_id = key_id, bytes = bytes, compacted_at = clock_timestamp()
   WHERE r.recording = recording;
  IF codec IS DISTINCT FROM old.codec THEN
    PERFORM trunkline.audit_append(
      clock_timestamp(), old.tenant_id,
      coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
      'recording.compacted', recording, '',
      coalesce('address ' || host(inet_client_addr()), 'local'),
      json_build_object('codec', codec, 'bytes', bytes, 'codec_before', old.codec,
                        'bytes_before', old.bytes)::text);
  END IF;
END
$$;
REVOKE ALL ON FUNCTION trunkline.compact_allow(uuid, text),
  trunkline.compact_done(uuid, text, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.compact_allow(uuid, text),
  trunkline.compact_done(uuid, text, text, bigint) TO trunkline_retention;
