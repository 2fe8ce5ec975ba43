-- SPDX-License-Identifier: MIT
-- The figures of calls by any keys. One statement is made for the keys that are asked for, so that
-- the server groups by nothing else. Sums only: what is a ratio of them (ASR, ACD, ...) is made of
-- them by who asks, and sums of groups can be added.
CREATE FUNCTION trunkline.report_keys()
RETURNS TABLE (key text, grouped text, shown text)
LANGUAGE sql IMMUTABLE AS $$
  VALUES ('period', 'width_bucket(c.started_at, $3)', '%s::text'),
         ('tenant', 'c.tenant_id',
          'coalesce((SELECT t.name::text FROM trunkline.tenant t WHERE t.id = %1$s), %1$s::text)'),
         ('device', 'c.caller_device',
          'coalesce((SELECT d.name::text FROM trunkline.device d WHERE d.id = %1$s), %1$s::text)'),
         ('user', 'w.owner_id',
          'coalesce((SELECT p.name::text FROM trunkline.person p WHERE p.id = %1$s), %1$s::text)'),
         ('country', 'c.country', '%s'),
         ('disposition', 'c.disposition', '%s'),
         ('direction', 'c.direction', '%s'),
         ('rule', 'c.rule', '%s')
$$;

CREATE FUNCTION trunkline.report_calls(since timestamptz, until timestamptz, starts timestamptz[],
                                       by_keys text[], only_tenant uuid)
RETURNS TABLE (keys text[], currency text, calls bigint, live bigint, refused bigint,
               answered bigint, delivered bigint, talked bigint, talk_ms numeric, alerted bigint,
               pdd_ms numeric, heard bigint, mos numeric, cost numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  grouped text;
  shown   text;
  known   bigint;
BEGIN
  SELECT count(k.key), string_agg(k.grouped || ' AS k' || o.n, ', ' ORDER BY o.n),
         string_agg(format(k.shown, 'g.k' || o.n), ', ' ORDER BY o.n)
    INTO known, grouped, shown
    FROM unnest(by_keys) WITH ORDINALITY AS o (key, n)
    LEFT JOIN trunkline.report_keys() k ON k.key = o.key;
  IF known <> cardinality(by_keys) THEN
    RAISE EXCEPTION 'calls are reported by %, not by %',
      (SELECT string_agg(k.key, ', ') FROM trunkline.report_keys() k), by_keys
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN QUERY EXECUTE
    'SELECT ARRAY[' || coalesce(shown, '') || ']::text[], g.currency, g.calls, g.live, g.refused,'
    '       g.answered, g.delivered, g.talked, g.talk_ms, g.alerted, g.pdd_ms, g.heard, g.mos, g.cost'
    '  FROM (SELECT ' || coalesce(grouped || ', ', '') ||
    '               c.cost_currency AS currency, count(*) AS calls,'
    '               count(*) FILTER (WHERE c.state <> ''ended'') AS live,'
    '               count(*) FILTER (WHERE c.disposition = ''refused'') AS refused,'
    '               count(c.answered_at) FILTER (WHERE c.state = ''ended'') AS answered,'
    '               count(*) FILTER (WHERE c.state = ''ended'' AND (c.answered_at IS NOT NULL'
    '                 OR c.disposition IN (''busy'', ''missed'', ''rejected'')'
    '                 OR c.disposition = ''cancelled'' AND c.ringing_at IS NOT NULL)) AS delivered,'
    '               count(c.talk_ms) AS talked, coalesce(sum(c.talk_ms), 0) AS talk_ms,'
    '               count(c.pdd_ms) AS alerted, coalesce(sum(c.pdd_ms), 0) AS pdd_ms,'
    '               count(m.mos) AS heard, coalesce(sum(m.mos), 0) AS mos, sum(c.cost) AS cost'
    '          FROM trunkline.cdr c'
    -- A call''s id is made when it begins; a day covers every clock.
    '          LEFT JOIN trunkline.media_account m ON m.call = c.call'
    '            AND m.call >= trunkline.uuid_floor($1 - interval ''1 day'')'
    '            AND m.call < trunkline.uuid_floor($2 + interval ''1 day'')'
    -- The server leaves it out where no key asks for it.
    '          LEFT JOIN trunkline.device w ON w.id = c.caller_device'
    '         WHERE c.started_at >= $1 AND c.started_at < $2'
    '           AND ($4::uuid IS NULL OR c.tenant_id = $4)'
    '         GROUP BY ' ||
    coalesce((SELECT string_agg('k' || n || ', ', '') FROM generate_series(1, cardinality(by_keys)) n), '')
    || 'currency) g'
    USING since, until, starts, only_tenant;
END
$$;
COMMENT ON FUNCTION trunkline.report_calls(timestamptz, timestamptz, timestamptz[], text[], uuid)
  IS 'sums of the calls of a period by keys and currency; a period''s number is its place in starts';

REVOKE ALL ON FUNCTION trunkline.report_keys(),
  trunkline.report_calls(timestamptz, timestamptz, timestamptz[], text[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.report_keys(),
  trunkline.report_calls(timestamptz, timestamptz, timestamptz[], text[], uuid)
  TO trunkline_operator, trunkline_tenant;

CREATE OR REPLACE VIEW trunkline.report_call WITH (security_barrier) AS
  SELECT c.call, t.name AS tenant, c.direction, c.state, c.disposition, c.sip_status, c.q850_cause,
         c.ended_by, c.caller_name, c.caller_number, c.dialled, c.called_name, c.called_number,
         c.started_at, c.ringing_at, c.answered_at, c.ended_at,
         c.pdd_ms / 1000.0 AS pdd_s, c.ring_ms / 1000.0 AS ring_s, c.talk_ms / 1000.0 AS talk_s,
         c.rule, c.reason, r.recording, r.status AS recording_status,
         r.duration_ms / 1000.0 AS recording_s, c.country, c.cost, c.cost_currency
    FROM trunkline.cdr c
    LEFT JOIN trunkline.tenant t ON t.id = c.tenant_id
    LEFT JOIN trunkline.recording r ON r.recording = c.recording
   WHERE trunkline.is_visible(c.tenant_id);

-- The scores of a month without its accounts, which are a kilobyte each.
ALTER TABLE trunkline.media_account DROP CONSTRAINT media_account_pkey,
  ADD PRIMARY KEY (call) INCLUDE (mos);
