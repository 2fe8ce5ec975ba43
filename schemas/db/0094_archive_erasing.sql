-- SPDX-License-Identifier: MIT
-- Erasing in archived months. A month that holds what has to go comes back, is erased in, and is
-- archived again; only then the file of before, which still holds it, is removed. So at every
-- moment the folder has a file for each month that any backup of the database calls archived: the
-- one it names, or one that took its place, which archive_adopt() makes known to it.
ALTER TABLE trunkline.archive
  ADD COLUMN reopened_at timestamptz,
  ADD COLUMN replaced_by uuid REFERENCES trunkline.archive (id),
  ADD CONSTRAINT archive_reopened_is_back CHECK (reopened_at IS NULL OR restored_at IS NOT NULL),
  ADD CONSTRAINT archive_replaced_is_back CHECK (replaced_by IS NULL OR restored_at IS NOT NULL);
COMMENT ON COLUMN trunkline.archive.reopened_at IS 'the month is back only to be erased in, and is to be archived again; NULL: it is not';
COMMENT ON COLUMN trunkline.archive.replaced_by IS 'the file that has its rows now, so that this one may be removed';

UPDATE trunkline.archive old SET replaced_by = (
  SELECT a.id FROM trunkline.archive a
   WHERE a.table_name = old.table_name AND a.month = old.month AND a.archived_at > old.restored_at
   ORDER BY a.archived_at LIMIT 1)
 WHERE old.restored_at IS NOT NULL;

-- Nobody archives, restores or makes a month until the transaction ends.
CREATE FUNCTION trunkline.archive_lock() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(500085845612);
END
$$;

-- What was restored is to be archived again, by whoever comes next.
CREATE FUNCTION trunkline.archive_reopen(archive uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE trunkline.archive a SET reopened_at = clock_timestamp()
   WHERE a.id = archive_reopen.archive AND a.restored_at IS NOT NULL AND a.replaced_by IS NULL
     AND a.reopened_at IS NULL
$$;

-- In the transaction of archive_end(): this archive has all that came back of its month before, of
-- which the files may be removed.
CREATE FUNCTION trunkline.archive_replace(archive uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE trunkline.archive old SET replaced_by = new.id, reopened_at = NULL
    FROM trunkline.archive new
   WHERE new.id = archive_replace.archive AND old.table_name = new.table_name
     AND old.month = new.month AND old.id <> new.id AND old.restored_at IS NOT NULL
     AND old.replaced_by IS NULL
$$;

-- A database restored from a backup names files that others took the place of since. One that is
-- there takes the place of those that are not. `nodes`, `firsts`, `lasts`, `entries`: as in
-- archive_node, of ledger_entry.
CREATE FUNCTION trunkline.archive_adopt(archive uuid, parent text, month date, part integer,
                                        file text, rows bigint, bytes bigint, sha256 bytea,
                                        nodes uuid[], firsts bigint[], lasts bigint[],
                                        entries bigint[], missing uuid[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  PERFORM trunkline.archive_table(parent);
  INSERT INTO trunkline.archive (id, table_name, month, part, file, rows, bytes, sha256, who)
  VALUES (archive, parent, month, part, file, rows, bytes, sha256, trunkline.acting_person());
  INSERT INTO trunkline.archive_node (archive, node_id, first, last, entries)
  SELECT archive, n.node_id, n.first, n.last, n.entries
    FROM unnest(nodes, firsts, lasts, entries) AS n (node_id, first, last, entries);
  UPDATE trunkline.archive a SET restored_at = clock_timestamp(), replaced_by = archive
   WHERE a.id = ANY (missing) AND a.table_name = parent AND a.month = month
     AND a.restored_at IS NULL AND a.id <> archive;
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000', trunkline.acting_person(),
    'ledger.adopted', archive, '', coalesce('address ' || host(inet_client_addr()), 'local'),
    jsonb_build_object('table', parent, 'month', to_char(month, 'YYYY-MM'), 'part', part,
                       'file', file, 'rows', rows, 'sha256', encode(sha256, 'hex'),
                       'instead_of', missing)::text);
END
$$;

-- A file that was adopted may have entries that were erased behind this database's back; the erasure
-- journal says so, and the audit log has to, or the proof takes them for changed. `entries`:
-- [["node", number, "hash"], ...].
CREATE FUNCTION trunkline.attest_erased(run uuid, call uuid, tenant uuid, why text, sides text,
                                        entries json)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  PERFORM trunkline.audit_append(
    clock_timestamp(), tenant, trunkline.erasing_person(),
    CASE sides WHEN 'all' THEN 'call.erased' ELSE 'call.masked' END, call, why,
    coalesce('address ' || host(inet_client_addr()), 'local'),
    json_build_object('erasure', run, 'sides', sides, 'entries', entries)::text);
  INSERT INTO trunkline.erased (id, kind, sides, tenant_id, run, why, erased_at)
  VALUES (call, 'call', sides, tenant, run, why, clock_timestamp())
  ON CONFLICT DO NOTHING;
END
$$;

-- Who erases takes months out of their files and puts them back. That reads every entry of a month.
CREATE POLICY retention ON trunkline.ledger_entry FOR SELECT TO trunkline_retention USING (true);
GRANT SELECT ON trunkline.ledger_entry, trunkline.archive TO trunkline_retention;
REVOKE ALL ON FUNCTION trunkline.archive_lock(), trunkline.archive_reopen(uuid),
  trunkline.archive_replace(uuid),
  trunkline.archive_adopt(uuid, text, date, integer, text, bigint, bigint, bytea, uuid[], bigint[],
                          bigint[], bigint[], uuid[]),
  trunkline.attest_erased(uuid, uuid, uuid, text, text, json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.archive_lock(), trunkline.archive_reopen(uuid),
  trunkline.archive_replace(uuid),
  trunkline.archive_adopt(uuid, text, date, integer, text, bigint, bigint, bytea, uuid[], bigint[],
                          bigint[], bigint[], uuid[]) TO trunkline_operator, trunkline_retention;
GRANT EXECUTE ON FUNCTION trunkline.archive_due(date), trunkline.archive_begin(text, date),
  trunkline.archive_end(uuid, text, date, integer, text, bigint, bigint, bytea),
  trunkline.archive_restore_begin(uuid, text[]), trunkline.archive_restore_end(uuid),
  trunkline.attest_erased(uuid, uuid, uuid, text, text, json)
  TO trunkline_retention;
