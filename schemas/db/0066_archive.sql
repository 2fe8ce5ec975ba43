-- SPDX-License-Identifier: MIT
-- Months of the ledger that are files now. cdrctl archive writes a month of a table to a file, reads
-- it back, and takes the month out of the database, which says so in the same transaction: before
-- it the month is what counts, from then on the file is, and there is no moment between. What came
-- late for an archived month is a month again, and another part.
CREATE TABLE trunkline.archive (
  id          uuid PRIMARY KEY,
  table_name  text NOT NULL,
  month       date NOT NULL,
  part        integer NOT NULL CHECK (part > 0),
  file        text NOT NULL UNIQUE,
  rows        bigint NOT NULL,
  bytes       bigint NOT NULL,
  sha256      bytea NOT NULL CHECK (length(sha256) = 32),
  who         text NOT NULL,
  archived_at timestamptz NOT NULL DEFAULT now(),
  restored_at timestamptz,
  UNIQUE (table_name, month, part)
);
COMMENT ON TABLE trunkline.archive IS 'months of the ledger that are files: cdrctl archive';
COMMENT ON COLUMN trunkline.archive.file IS 'its name in the folder of archives';
COMMENT ON COLUMN trunkline.archive.sha256 IS 'of the content, not compressed';
COMMENT ON COLUMN trunkline.archive.restored_at IS 'the month is back in the database since then, the file counts no more';

-- Which numbers of which journals an archived month of ledger_entry has.
CREATE TABLE trunkline.archive_node (
  archive uuid NOT NULL REFERENCES trunkline.archive (id),
  node_id uuid NOT NULL,
  first   bigint NOT NULL,
  last    bigint NOT NULL,
  entries bigint NOT NULL,
  PRIMARY KEY (archive, node_id)
);
CREATE INDEX archive_node_node ON trunkline.archive_node (node_id, first);
COMMENT ON TABLE trunkline.archive_node IS 'from which to which number an archived month has entries of a journal';

CREATE FUNCTION trunkline.archive_table(parent text)
RETURNS TABLE (by_column text, sorting text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT t.column_name, CASE t.name WHEN 'cdr' THEN 'started_at, call' ELSE t.primary_key END
    INTO by_column, sorting FROM trunkline.partitioned_tables() t WHERE t.name = parent;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'table % has no months', left(parent, 80) USING ERRCODE = 'undefined_table';
  END IF;
  RETURN NEXT;
END
$$;

-- Whole months that are over and in the database, oldest first.
CREATE FUNCTION trunkline.archive_due(before date)
RETURNS TABLE (table_name text, month date, bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.table_name, p.month, p.bytes FROM trunkline.partitions() p
   WHERE p.month < least(before, date_trunc('month', now() AT TIME ZONE 'UTC')::date)
   ORDER BY p.month, p.table_name
$$;

-- Holds writers off the month until the transaction ends, and says how it is copied out and as
-- which part.
CREATE FUNCTION trunkline.archive_begin(parent text, month date)
RETURNS TABLE (statement text, part integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
#variable_conflict use_variable
DECLARE
  kind record;
BEGIN
  SELECT * INTO kind FROM trunkline.archive_table(parent);
  IF month <> date_trunc('month', month)::date OR month + interval '1 month' > now() THEN
    RAISE EXCEPTION 'the month % is not over', to_char(month, 'YYYY-MM')
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(500085845612);
  EXECUTE format('LOCK TABLE trunkline.%I IN SHARE MODE', parent || to_char(month, '_YYYY_MM'));
  statement := format('COPY (SELECT %s FROM trunkline.%I WHERE %I >= %s AND %3$I < %5$s ORDER BY %6$s)'
                      ' TO STDOUT (FORMAT csv, HEADER)',
                      trunkline.stored_columns(format('trunkline.%I', parent)::regclass), parent,
                      kind.by_column, trunkline.partition_bound(kind.by_column, month),
                      trunkline.partition_bound(kind.by_column, (month + interval '1 month')::date),
                      kind.sorting);
  part := 1 + coalesce((SELECT max(a.part) FROM trunkline.archive a
                         WHERE a.table_name = parent AND a.month = month), 0);
  RETURN NEXT;
END
$$;

-- The month goes, the file counts. In the transaction of archive_begin().
CREATE FUNCTION trunkline.archive_end(archive uuid, parent text, month date, part integer, file text,
                                      rows bigint, bytes bigint, sha256 bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
#variable_conflict use_variable
DECLARE
  own   text := parent || to_char(month, '_YYYY_MM');
  there bigint;
BEGIN
  PERFORM trunkline.archive_table(parent);
  EXECUTE format('SELECT count(*) FROM trunkline.%I', own) INTO there;
  IF there <> rows THEN
    RAISE EXCEPTION '% has % rows, the file %', own, there, rows USING ERRCODE = 'data_exception';
  END IF;
  INSERT INTO trunkline.archive (id, table_name, month, part, file, rows, bytes, sha256, who)
  VALUES (archive, parent, month, part, file, rows, bytes, sha256, trunkline.acting_person());
  IF parent = 'ledger_entry' THEN
    EXECUTE format('INSERT INTO trunkline.archive_node (archive, node_id, first, last, entries) '
                   'SELECT $1, node_id, min(seq), max(seq), count(*) FROM trunkline.%I '
                   'GROUP BY node_id', own) USING archive;
  END IF;
  EXECUTE format('ALTER TABLE trunkline.%I DETACH PARTITION trunkline.%I', parent, own);
  EXECUTE format('DROP TABLE trunkline.%I', own);
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000', trunkline.acting_person(),
    'ledger.archived', archive, '', coalesce('address ' || host(inet_client_addr()), 'local'),
    jsonb_build_object('table', parent, 'month', to_char(month, 'YYYY-MM'), 'part', part,
                       'file', file, 'rows', rows, 'sha256', encode(sha256, 'hex'))::text);
END
$$;

-- Makes the place where a month waits while it is read in, with the columns its file has, and says
-- how it is copied there. It is seen by nobody else, and gone when the transaction is not committed.
CREATE FUNCTION trunkline.archive_restore_begin(archive uuid, columns text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
#variable_conflict use_variable
DECLARE
  known trunkline.archive;
  names text;
BEGIN
  SELECT * INTO STRICT known FROM trunkline.archive a WHERE a.id = archive FOR UPDATE;
  IF known.restored_at IS NOT NULL THEN
    RAISE EXCEPTION '% was restored before', known.file USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT string_agg(quote_ident(c), ', ') INTO names FROM unnest(columns) AS c;
  EXECUTE format('CREATE TABLE trunkline.archive_restored AS SELECT %s FROM trunkline.%I WITH NO DATA',
                 names, known.table_name);
  EXECUTE format('GRANT INSERT ON trunkline.archive_restored TO %I', current_setting('role'));
  RETURN format('COPY trunkline.archive_restored (%s) FROM STDIN (FORMAT csv, HEADER)', names);
END
$$;

-- Puts what was read in where it was. What the database has of it already is newer and stays.
CREATE FUNCTION trunkline.archive_restore_end(archive uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
#variable_conflict use_variable
DECLARE
  known trunkline.archive;
  names text := trunkline.stored_columns('trunkline.archive_restored'::regclass);
  there bigint;
BEGIN
  SELECT * INTO STRICT known FROM trunkline.archive a WHERE a.id = archive FOR UPDATE;
  SELECT count(*) INTO there FROM trunkline.archive_restored;
  IF there <> known.rows THEN
    RAISE EXCEPTION '% has % rows, % were archived', known.file, there, known.rows
      USING ERRCODE = 'data_exception';
  END IF;
  PERFORM pg_advisory_xact_lock(500085845612);
  PERFORM trunkline.partition_make(known.table_name, known.month);
  EXECUTE format('INSERT INTO trunkline.%I (%s) SELECT %2$s FROM trunkline.archive_restored '
                 'ON CONFLICT DO NOTHING', known.table_name, names);
  DROP TABLE trunkline.archive_restored;
  UPDATE trunkline.archive a SET restored_at = clock_timestamp() WHERE a.id = archive;
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000', trunkline.acting_person(),
    'ledger.restored', archive, '', coalesce('address ' || host(inet_client_addr()), 'local'),
    jsonb_build_object('table', known.table_name, 'month', to_char(known.month, 'YYYY-MM'),
                       'part', known.part, 'file', known.file, 'rows', known.rows)::text);
END
$$;

GRANT SELECT ON trunkline.archive, trunkline.archive_node TO trunkline_operator;
REVOKE ALL ON FUNCTION trunkline.archive_table(text), trunkline.archive_due(date),
  trunkline.archive_begin(text, date),
  trunkline.archive_end(uuid, text, date, integer, text, bigint, bigint, bytea),
  trunkline.archive_restore_begin(uuid, text[]), trunkline.archive_restore_end(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.archive_due(date), trunkline.archive_begin(text, date),
  trunkline.archive_end(uuid, text, date, integer, text, bigint, bigint, bytea),
  trunkline.archive_restore_begin(uuid, text[]), trunkline.archive_restore_end(uuid)
  TO trunkline_operator;
