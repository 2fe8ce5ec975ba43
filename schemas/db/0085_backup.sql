-- SPDX-License-Identifier: MIT
-- Backups, restores and drills of the site: when, which, how it ended. The audit log has a line of
-- each, too; this is for questions. A restored database ends where its backup began, so the tools
-- keep the last of each beside their own state as well.
CREATE TABLE trunkline.backup_run (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind     text NOT NULL CHECK (kind IN ('backup', 'restore', 'drill')),
  name     text NOT NULL,
  is_good  boolean NOT NULL,
  took_ms  bigint NOT NULL CHECK (took_ms >= 0),
  host     text NOT NULL DEFAULT '',
  who      text NOT NULL DEFAULT coalesce(nullif(current_setting('trunkline.who', true), ''),
                                          session_user::text),
  detail   jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX backup_run_kind ON trunkline.backup_run (kind, at);
COMMENT ON TABLE trunkline.backup_run IS 'backups, restores and drills: when, which, and whether it went well';
COMMENT ON COLUMN trunkline.backup_run.name IS 'the backup''s name, which is when it began';

-- Rows of every table of the schema, all of them, whatever row-level security shows: what a drill
-- compares a restored database with.
CREATE FUNCTION trunkline.table_counts() RETURNS TABLE (table_name text, rows_in_it bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  FOR table_name IN
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'trunkline' AND c.relkind = 'r' ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT count(*) FROM trunkline.%I', table_name) INTO rows_in_it;
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION trunkline.table_counts() IS 'rows of every table, months of the ledger each by itself';

REVOKE ALL ON FUNCTION trunkline.table_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.table_counts() TO trunkline_operator;
GRANT SELECT, INSERT ON trunkline.backup_run TO trunkline_operator;
