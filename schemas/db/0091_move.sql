-- SPDX-License-Identifier: MIT
-- Recordings that move between the hot and the cold tier (retention move): their path begins with
-- 'cold/' while they are cold. Who moves one asks compact_allow() first, which keeps every sweep
-- away to the end of the transaction.
COMMENT ON COLUMN trunkline.recording.path IS 'the sealed file below recording.path; in the cold tier it begins with cold/';

-- The row says where the file is now, and the audit log that it moved.
CREATE FUNCTION trunkline.move_done(recording uuid, path text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  old trunkline.recording;
BEGIN
  SELECT * INTO STRICT old FROM trunkline.recording r WHERE r.recording = recording FOR UPDATE;
  IF old.status NOT IN ('complete', 'truncated')
     OR path NOT IN ('cold/' || old.path, substr(old.path, 6))
     OR starts_with(path, 'cold/') = starts_with(old.path, 'cold/') THEN
    RAISE EXCEPTION 'recording % cannot be moved to %', recording, path
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  UPDATE trunkline.recording r SET path = path WHERE r.recording = recording;
  PERFORM trunkline.audit_append(
    clock_timestamp(), old.tenant_id,
    coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
    'recording.moved', recording, '',
    coalesce('address ' || host(inet_client_addr()), 'local'),
    json_build_object('path', path, 'path_before', old.path)::text);
END
$$;
REVOKE ALL ON FUNCTION trunkline.move_done(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.move_done(uuid, text) TO trunkline_retention;
