-- SPDX-License-Identifier: MIT
-- The ledger by months (UTC): entries by when they were made, calls by their start, media accounts
-- by the time in the call's id, so that media_account keeps its key. A month is a table NAME_YYYY_MM;
-- what has no month of its own yet goes to NAME_other, so that no row is ever refused for want of a
-- partition, and partition_ensure() moves it later. Exactly-once rests on ledger_node's watermark,
-- and a call's start never changes, so (call, started_at) is as unique as the call.

-- The least UUIDv7 of a moment.
CREATE FUNCTION trunkline.uuid_floor(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
          || '00000000000000000000')::uuid
$$;
COMMENT ON FUNCTION trunkline.uuid_floor(timestamptz) IS 'the least UUIDv7 of a moment: ids of later calls are greater';

-- When a UUIDv7 was made; NULL for another kind.
CREATE FUNCTION trunkline.uuid_time(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN substr(id::text, 15, 1) = '7'
              THEN 'epoch'::timestamptz
                   + ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint
                     * interval '1 millisecond' END
$$;
COMMENT ON FUNCTION trunkline.uuid_time(uuid) IS 'when a UUIDv7 was made, NULL for another kind';

CREATE FUNCTION trunkline.partitioned_tables()
RETURNS TABLE (name text, column_name text, primary_key text, moment text)
LANGUAGE sql IMMUTABLE AS $$
  VALUES ('ledger_entry', 'at', 'node_id, seq, at', 'at'),
         ('cdr', 'started_at', 'call, started_at', 'started_at'),
         ('media_account', 'call', 'call', 'trunkline.uuid_time(call)')
$$;

-- The bound of a table's month, as a literal for FOR VALUES and conditions.
CREATE FUNCTION trunkline.partition_bound(column_name text, month date) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE column_name
         WHEN 'call' THEN format('%L::uuid', trunkline.uuid_floor(month::timestamp AT TIME ZONE 'UTC'))
         ELSE format('timestamptz %L', to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00') END
$$;

-- The columns that a row is copied by: all but generated ones.
CREATE FUNCTION trunkline.stored_columns(relation regclass) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_catalog.pg_attribute
   WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;

-- Makes one month of one table unless it is there, with the rows of it that waited in NAME_other.
-- How many rows those were, or NULL where the month was there.
CREATE FUNCTION trunkline.partition_make(parent text, month date) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  by_column text := (SELECT t.column_name FROM trunkline.partitioned_tables() t WHERE t.name = parent);
  part      text := parent || to_char(month, '_YYYY_MM');
  lower     text := trunkline.partition_bound(by_column, month);
  upper     text := trunkline.partition_bound(by_column, (month + interval '1 month')::date);
  columns   text := trunkline.stored_columns(format('trunkline.%I', parent)::regclass);
  moved     bigint;
BEGIN
  IF to_regclass(format('trunkline.%I', part)) IS NOT NULL THEN RETURN NULL; END IF;
  EXECUTE format('CREATE TABLE trunkline.%I (LIKE trunkline.%I INCLUDING DEFAULTS '
                 'INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)', part, parent);
  -- Whoever may read a month reads it through its table, whose policies then hold.
  EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', part);
  -- Nobody may put a row of the month into NAME_other between the move and the attachment.
  EXECUTE format('LOCK TABLE trunkline.%I IN ACCESS EXCLUSIVE MODE', parent || '_other');
  EXECUTE format('WITH moved AS (DELETE FROM trunkline.%1$I WHERE %2$I >= %3$s AND %2$I < %4$s '
                 'RETURNING %5$s) INSERT INTO trunkline.%6$I (%5$s) SELECT %5$s FROM moved',
                 parent || '_other', by_column, lower, upper, columns, part);
  GET DIAGNOSTICS moved = ROW_COUNT;
  EXECUTE format('ALTER TABLE trunkline.%I ATTACH PARTITION trunkline.%I FOR VALUES FROM (%s) TO (%s)',
                 parent, part, lower, upper);
  RETURN moved;
END
$$;

CREATE FUNCTION trunkline.partition_ensure(ahead integer)
RETURNS TABLE (table_name text, month date, rows_moved bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
  parent record;
  wanted date;
  moved  bigint;
  newest date := date_trunc('month', now() + make_interval(months => ahead))::date;
BEGIN
  IF ahead IS NULL OR ahead NOT BETWEEN 0 AND 120 THEN
    RAISE EXCEPTION 'months ahead are 0 to 120' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(500085845612);
  FOR parent IN SELECT * FROM trunkline.partitioned_tables() LOOP
    -- Months to come, and those of rows that found none. What lies further ahead is a clock's error
    -- and waits until it is true.
    FOR wanted IN EXECUTE format(
      'SELECT m::date FROM generate_series(date_trunc(''month'', now()), $1, interval ''1 month'') m'
      ' UNION SELECT date_trunc(''month'', %s)::date FROM trunkline.%I'
      ' WHERE %1$s >= ''1990-01-01'' AND %1$s < $1 + interval ''1 month'' ORDER BY 1',
      parent.moment, parent.name || '_other') USING newest
    LOOP
      moved := trunkline.partition_make(parent.name, wanted);
      IF moved IS NOT NULL THEN
        RETURN QUERY SELECT parent.name, wanted, moved;
      END IF;
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION trunkline.partition_ensure(integer)
  IS 'makes the months from this one to so many ahead, and those of rows without a month; what it made';

CREATE FUNCTION trunkline.partitions()
RETURNS TABLE (table_name text, month date, partition text, estimated_rows bigint, bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.name, to_date(substring(c.relname FROM '_(\d{4}_\d\d)$'), 'YYYY_MM'), c.relname::text,
         greatest(0, c.reltuples)::bigint, pg_total_relation_size(c.oid)
    FROM trunkline.partitioned_tables() t
    JOIN pg_inherits i ON i.inhparent = format('trunkline.%I', t.name)::regclass
    JOIN pg_class c ON c.oid = i.inhrelid
   ORDER BY t.name, 2 NULLS LAST
$$;
COMMENT ON FUNCTION trunkline.partitions() IS 'the months of each table; month is NULL for the rows that wait for one';

-- Moves a table that is there under its partitioned successor: with its columns, checks, indexes,
-- policies, grants, triggers, comment and the views upon it, whatever earlier migrations made of it.
CREATE FUNCTION pg_temp.partition_table(parent text, by_column text, key text, moment text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  plain    text := parent || '_before';
  old      regclass := format('trunkline.%I', parent)::regclass;
  again    text[];
  views    text[];
  step     text;
  month    date;
  comment  text := obj_description(old, 'pg_class');
  indexes  oid[];
  columns  text := trunkline.stored_columns(old);
BEGIN
  SELECT coalesce(array_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid), '{}')
    INTO again FROM pg_index WHERE indrelid = old AND NOT indisprimary;
  SELECT again || coalesce(array_agg(format('CREATE POLICY %I ON trunkline.%I AS %s FOR %s TO %s %s %s',
           policyname, tablename, permissive, cmd, array_to_string(roles, ', '),
           'USING (' || qual || ')', 'WITH CHECK (' || with_check || ')')), '{}')
    INTO again FROM pg_policies WHERE schemaname = 'trunkline' AND tablename = parent;
  SELECT again || coalesce(array_agg(format('GRANT %s ON trunkline.%I TO %I', a.privilege_type, parent,
                                            a.grantee::regrole)), '{}')
    INTO again FROM pg_class c, aclexplode(c.relacl) a
   WHERE c.oid = old AND a.grantee NOT IN (0, c.relowner);
  SELECT again || coalesce(array_agg(pg_get_triggerdef(t.oid)), '{}')
    INTO again FROM pg_trigger t WHERE t.tgrelid = old AND NOT t.tgisinternal;
  SELECT coalesce(array_agg(DISTINCT format('CREATE OR REPLACE VIEW trunkline.%I %s AS %s', v.relname,
           coalesce('WITH (' || array_to_string(v.reloptions, ', ') || ')', ''), pg_get_viewdef(v.oid))), '{}')
    INTO views FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_class v ON v.oid = r.ev_class
   WHERE d.refobjid = old AND d.refclassid = 'pg_class'::regclass AND v.relkind = 'v';

  EXECUTE format('ALTER TABLE trunkline.%I RENAME TO %I', parent, plain);
  SELECT array_agg(indexrelid) INTO indexes FROM pg_index WHERE indrelid = old;
  FOR step IN SELECT CASE WHEN k.conname IS NULL THEN format('DROP INDEX trunkline.%I', i.relname)
                          ELSE format('ALTER TABLE trunkline.%I DROP CONSTRAINT %I', plain, k.conname) END
                FROM pg_class i LEFT JOIN pg_constraint k ON k.conindid = i.oid WHERE i.oid = ANY (indexes)
  LOOP EXECUTE step; END LOOP;

  EXECUTE format('CREATE TABLE trunkline.%I (LIKE trunkline.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                 'INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMMENTS) PARTITION BY RANGE (%I)',
                 parent, plain, by_column);
  EXECUTE format('ALTER TABLE trunkline.%I ADD PRIMARY KEY (%s)', parent, key);
  EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', parent);
  EXECUTE format('COMMENT ON TABLE trunkline.%I IS %L', parent, comment);
  EXECUTE format('CREATE TABLE trunkline.%I PARTITION OF trunkline.%I DEFAULT', parent || '_other', parent);
  EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', parent || '_other');
  FOREACH step IN ARRAY again || views LOOP EXECUTE step; END LOOP;
  FOR month IN EXECUTE format(
    'SELECT DISTINCT date_trunc(''month'', %1$s)::date FROM trunkline.%2$I'
    ' WHERE %1$s >= ''1990-01-01'' AND %1$s < now() ORDER BY 1', moment, plain)
  LOOP PERFORM trunkline.partition_make(parent, month); END LOOP;
  EXECUTE format('INSERT INTO trunkline.%I (%s) SELECT %2$s FROM trunkline.%3$I', parent, columns, plain);
  EXECUTE format('DROP TABLE trunkline.%I', plain);
END
$$;

SET LOCAL timezone = 'UTC';
SELECT pg_temp.partition_table(name, column_name, primary_key, moment)
  FROM trunkline.partitioned_tables();
SELECT count(*) FROM trunkline.partition_ensure(3);
DROP FUNCTION pg_temp.partition_table(text, text, text, text);

-- The projection of calls names the key that is unique now, and is otherwise what it was.
DO $$
DECLARE
  before text := pg_get_functiondef('trunkline.project_calls(uuid, bigint, bigint)'::regprocedure);
  after  text := replace(before, 'ON CONFLICT (call) DO UPDATE',
                         'ON CONFLICT (call, started_at) DO UPDATE');
BEGIN
  IF before = after THEN RAISE EXCEPTION 'project_calls has another key than call'; END IF;
  EXECUTE after;
END
$$;

REVOKE ALL ON FUNCTION trunkline.uuid_floor(timestamptz), trunkline.uuid_time(uuid),
  trunkline.partitioned_tables(), trunkline.partition_bound(text, date),
  trunkline.stored_columns(regclass), trunkline.partition_make(text, date),
  trunkline.partition_ensure(integer), trunkline.partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.uuid_floor(timestamptz), trunkline.uuid_time(uuid)
  TO trunkline_operator, trunkline_tenant;
GRANT EXECUTE ON FUNCTION trunkline.partition_ensure(integer), trunkline.partitions()
  TO trunkline_operator;
