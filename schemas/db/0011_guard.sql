-- SPDX-License-Identifier: MIT
-- What the guard does is shown: bans of this moment as far as shipped, and the report of all that it
-- ever did. They belong to no tenant, since a source is banned for all.
CREATE TABLE trunkline.ban (
  address  text PRIMARY KEY,
  node_id  uuid NOT NULL,
  seq      bigint NOT NULL,
  entry_at timestamptz NOT NULL,
  rule     text NOT NULL,
  reason   text NOT NULL,
  by       text NOT NULL,
  since    timestamptz NOT NULL,
  until    timestamptz
);
COMMENT ON TABLE trunkline.ban IS 'addresses that are banned, as far as shipped; ask sipd for the truth (sipctl ban list)';
COMMENT ON COLUMN trunkline.ban.until IS 'NULL: until somebody lifts it';
GRANT SELECT ON trunkline.ban TO trunkline_operator;

CREATE FUNCTION trunkline.project_bans(node uuid, first bigint, last bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH entries AS MATERIALIZED (
    SELECT e.node_id, e.seq, e.at, e.kind, e.body::jsonb AS b
      FROM trunkline.ledger_entry e
     WHERE e.node_id = node AND e.seq BETWEEN first AND last
       AND e.kind IN ('ban.banned', 'ban.lifted', 'ban.expired')),
  latest AS (
    SELECT DISTINCT ON (b ->> 'address') b ->> 'address' AS address, entries.*
      FROM entries WHERE trunkline.is_of_schema(b, 'ban.v1')
     ORDER BY b ->> 'address', seq DESC),
  ended AS (
    DELETE FROM trunkline.ban old USING latest l
     WHERE l.kind <> 'ban.banned' AND old.address = l.address
       AND (old.node_id <> l.node_id OR old.seq < l.seq))
  INSERT INTO trunkline.ban AS old
    (address, node_id, seq, entry_at, rule, reason, by, since, until)
  SELECT address, node_id, seq, at, left(b ->> 'rule', 255), left(b ->> 'detail', 255),
         left(b ->> 'by', 255), (b ->> 'at')::timestamptz, (b ->> 'until')::timestamptz
    FROM latest WHERE kind = 'ban.banned'
  ON CONFLICT (address) DO UPDATE SET
    (node_id, seq, entry_at, rule, reason, by, since, until) =
    (excluded.node_id, excluded.seq, excluded.entry_at, excluded.rule, excluded.reason, excluded.by,
     excluded.since, excluded.until)
   WHERE CASE WHEN old.node_id = excluded.node_id THEN excluded.seq > old.seq
              ELSE excluded.entry_at >= old.entry_at END
$$;
REVOKE ALL ON FUNCTION trunkline.project_bans(uuid, bigint, bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION trunkline.ledger_project(node uuid, first bigint, last bigint,
                                                    kinds text[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF 'call' = ANY (kinds) THEN PERFORM trunkline.project_calls(node, first, last); END IF;
  IF 'media' = ANY (kinds) THEN PERFORM trunkline.project_media(node, first, last); END IF;
  IF 'recording' = ANY (kinds) THEN
    PERFORM trunkline.project_recordings(node, first, last);
    PERFORM trunkline.project_accesses(node, first, last);
  END IF;
  IF 'registration' = ANY (kinds) THEN
    PERFORM trunkline.project_registrations(node, first, last);
  END IF;
  IF 'ban' = ANY (kinds) THEN PERFORM trunkline.project_bans(node, first, last); END IF;
END
$$;

CREATE VIEW trunkline.report_guard WITH (security_barrier) AS
  SELECT e.at, e.body ->> 'address' AS address, e.body ->> 'event' AS event,
         e.body ->> 'rule' AS rule, e.body ->> 'detail' AS detail, e.body ->> 'by' AS by,
         (e.body ->> 'until')::timestamptz AS until
    FROM trunkline.ledger_entry e
   WHERE e.kind LIKE 'ban.%' AND trunkline.is_visible(e.tenant_id);
COMMENT ON VIEW trunkline.report_guard IS 'every ban, spared address, locked device and end of a ban';
GRANT SELECT ON trunkline.report_guard TO trunkline_operator;
