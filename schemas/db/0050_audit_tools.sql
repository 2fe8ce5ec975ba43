-- SPDX-License-Identifier: MIT
-- What the operator does with keys and backups is in the audit log, too. Nothing in the database
-- changes by it, so no trigger sees it: the tools say it through this function, which only takes
-- events of these kinds, and puts the name of who acts there itself.
CREATE FUNCTION trunkline.audit_note(event text, why text, detail jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF event !~ '^(keys|backup|verify|audit)\.[a-z_]{1,40}$' THEN
    RAISE EXCEPTION 'no tool may note the event %', left(event, 80)
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000',
    coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
    event, NULL, left(why, 1000),
    coalesce('address ' || host(inet_client_addr()), 'local'), detail::text);
  RETURN (SELECT h.seq FROM trunkline.audit_head h);
END
$$;
COMMENT ON FUNCTION trunkline.audit_note(text, text, jsonb) IS 'the audit line of a tool''s act outside the database: keys, backups, verification';

-- The end of the chain, for the anchor that is kept off this host: whoever rewrote the whole log
-- would have to rewrite the anchors, too.
CREATE FUNCTION trunkline.audit_anchor() RETURNS TABLE (seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT h.seq, h.hash FROM trunkline.audit_head h $$;

REVOKE ALL ON FUNCTION trunkline.audit_note(text, text, jsonb), trunkline.audit_anchor()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.audit_note(text, text, jsonb), trunkline.audit_anchor()
  TO trunkline_operator;
