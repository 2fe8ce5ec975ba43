-- SPDX-License-Identifier: MIT
-- Tariffs, and what calls cost by them. Money is numeric, never floating point; a cost is rounded
-- once, at its end, to millionths. Tariffs are the site's: tenants see what their calls cost.
CREATE TABLE trunkline.tariff (
  id         uuid PRIMARY KEY,
  name       trunkline.object_name NOT NULL UNIQUE,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE trunkline.tariff IS 'a list of prices in one currency (ISO 4217)';

CREATE TABLE trunkline.tariff_rate (
  tariff_id        uuid NOT NULL REFERENCES trunkline.tariff (id) ON DELETE CASCADE,
  prefix           text NOT NULL CHECK (prefix ~ '^[1-9][0-9]{0,14}$'),
  description      text NOT NULL DEFAULT '' CHECK (length(description) <= 255),
  price_per_minute numeric(18, 6) NOT NULL CHECK (price_per_minute BETWEEN 0 AND 1000000),
  connection_fee   numeric(18, 6) NOT NULL DEFAULT 0 CHECK (connection_fee BETWEEN 0 AND 1000000),
  minimum_s        integer NOT NULL DEFAULT 0 CHECK (minimum_s BETWEEN 0 AND 86400),
  increment_s      integer NOT NULL DEFAULT 1 CHECK (increment_s BETWEEN 1 AND 86400),
  effective_from   timestamptz NOT NULL,
  effective_to     timestamptz CHECK (effective_to > effective_from),
  PRIMARY KEY (tariff_id, prefix, effective_from)
);
COMMENT ON TABLE trunkline.tariff_rate IS 'the price of numbers that begin with a prefix, from a moment on';
COMMENT ON COLUMN trunkline.tariff_rate.minimum_s IS 'a call is charged for no less';
COMMENT ON COLUMN trunkline.tariff_rate.increment_s IS 'what was talked is rounded up to a multiple of it';

-- What a call of so many milliseconds costs.
CREATE FUNCTION trunkline.rate_amount(price_per_minute numeric, connection_fee numeric,
                                      minimum_s integer, increment_s integer, talk_ms bigint)
RETURNS TABLE (billed_s bigint, amount numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT b.s, round(connection_fee + price_per_minute * b.s / 60, 6)
    FROM (SELECT (ceil(greatest(talk_ms / 1000.0, minimum_s) / increment_s) * increment_s)::bigint)
         AS b (s)
$$;
COMMENT ON FUNCTION trunkline.rate_amount(numeric, numeric, integer, integer, bigint)
  IS 'seconds charged and their price: at least the minimum, in whole increments, half millionths up';

-- The price of a number (E.164 without +) at a moment: the longest prefix that has one then; of
-- several the one that came into effect last.
CREATE FUNCTION trunkline.rate_find(tariff uuid, digits text, at timestamptz)
RETURNS SETOF trunkline.tariff_rate LANGUAGE sql STABLE AS $$
  SELECT r.* FROM trunkline.tariff_rate r
   WHERE r.tariff_id = tariff
     AND r.prefix = ANY (ARRAY(SELECT left(digits, n) FROM generate_series(1, length(digits)) n))
     AND r.effective_from <= at AND (r.effective_to IS NULL OR r.effective_to > at)
   ORDER BY length(r.prefix) DESC, r.effective_from DESC LIMIT 1
$$;

-- The number in the world that was called: E.164 without +, or NULL within the house.
CREATE FUNCTION trunkline.destination_digits(called_number text, dialled text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN called_number ~ '^\+[1-9][0-9]{1,14}$' THEN substr(called_number, 2)
              WHEN dialled ~ '^\+[1-9][0-9]{1,14}$' THEN substr(dialled, 2) END
$$;
COMMENT ON FUNCTION trunkline.destination_digits(text, text) IS 'the E.164 number that was called, without +, or NULL';

-- The present cost of a call stands with the call; how it came about, and what it was before, here.
ALTER TABLE trunkline.cdr ADD COLUMN cost numeric(18, 6), ADD COLUMN cost_currency text;
COMMENT ON COLUMN trunkline.cdr.cost IS 'by the tariff it was rated with last; NULL while it was not';

CREATE TABLE trunkline.call_rating (
  call           uuid NOT NULL,
  revision       integer NOT NULL CHECK (revision > 0),
  tenant_id      uuid NOT NULL,
  rated_at       timestamptz NOT NULL,
  who            text NOT NULL,
  tariff         text NOT NULL,
  prefix         text NOT NULL,
  description    text NOT NULL,
  effective_from timestamptz NOT NULL,
  billed_s       bigint NOT NULL,
  amount         numeric(18, 6) NOT NULL,
  currency       text NOT NULL,
  PRIMARY KEY (call, revision)
);
COMMENT ON TABLE trunkline.call_rating IS 'every rating of a call, the last one being its cost; append-only';

CREATE FUNCTION trunkline.call_rating_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ratings are append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE ON trunkline.call_rating
  FOR EACH ROW EXECUTE FUNCTION trunkline.call_rating_refuse();

-- Rates the answered calls that began in [since, until). A call whose rating would say what its last
-- one says stays as it is, so to rate again changes nothing; a new rating is a revision more.
CREATE FUNCTION trunkline.rate_apply(by_tariff uuid, since timestamptz, until timestamptz)
RETURNS TABLE (calls bigint, rated bigint, changed bigint, unpriced bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known trunkline.tariff;
  actor text := coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text);
BEGIN
  SELECT * INTO STRICT known FROM trunkline.tariff t WHERE t.id = by_tariff FOR SHARE;
  -- Two at once would give the same revision twice.
  PERFORM pg_advisory_xact_lock(hashtextextended('trunkline.rate_apply', 0));
  WITH outside AS MATERIALIZED (
    SELECT c.call, c.started_at, c.tenant_id, c.talk_ms,
           trunkline.destination_digits(c.called_number, c.dialled) AS digits
      FROM trunkline.cdr c
     WHERE c.started_at >= since AND c.started_at < until AND c.state = 'ended'
       AND c.answered_at IS NOT NULL AND c.talk_ms IS NOT NULL
       AND trunkline.destination_digits(c.called_number, c.dialled) IS NOT NULL),
  priced AS MATERIALIZED (
    SELECT o.*, r.prefix, r.description, r.effective_from, a.billed_s, a.amount
      FROM outside o
      LEFT JOIN LATERAL trunkline.rate_find(by_tariff, o.digits, o.started_at) r ON true
      LEFT JOIN LATERAL trunkline.rate_amount(r.price_per_minute, r.connection_fee, r.minimum_s,
                                              r.increment_s, o.talk_ms) a ON r.prefix IS NOT NULL),
  fresh AS MATERIALIZED (
    SELECT p.*, l.revision AS last_revision
      FROM priced p
      LEFT JOIN LATERAL (SELECT g.* FROM trunkline.call_rating g WHERE g.call = p.call
                          ORDER BY g.revision DESC LIMIT 1) l ON true
     WHERE p.prefix IS NOT NULL
       AND (l.tariff, l.prefix, l.effective_from, l.billed_s, l.amount, l.currency)
           IS DISTINCT FROM (known.name::text, p.prefix, p.effective_from, p.billed_s, p.amount,
                             known.currency)),
  kept AS (
    INSERT INTO trunkline.call_rating
      (call, revision, tenant_id, rated_at, who, tariff, prefix, description, effective_from,
       billed_s, amount, currency)
    SELECT f.call, coalesce(f.last_revision, 0) + 1, f.tenant_id, clock_timestamp(), actor,
           known.name, f.prefix, f.description, f.effective_from, f.billed_s, f.amount,
           known.currency
      FROM fresh f),
  told AS (
    UPDATE trunkline.cdr c SET cost = f.amount, cost_currency = known.currency
      FROM fresh f WHERE c.call = f.call AND c.started_at = f.started_at)
  SELECT (SELECT count(*) FROM priced), (SELECT count(*) FROM fresh WHERE last_revision IS NULL),
         (SELECT count(*) FROM fresh WHERE last_revision IS NOT NULL),
         (SELECT count(*) FROM priced WHERE prefix IS NULL)
    INTO calls, rated, changed, unpriced;
  IF rated + changed > 0 THEN
    PERFORM trunkline.audit_append(
      clock_timestamp(), '00000000-0000-0000-0000-000000000000', actor, 'rate.applied', by_tariff,
      '', coalesce('address ' || host(inet_client_addr()), 'local'),
      jsonb_build_object('tariff', known.name, 'since', since, 'until', until, 'rated', rated,
                         'changed', changed)::text);
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION trunkline.rate_apply(uuid, timestamptz, timestamptz)
  IS 'rates answered calls to E.164 numbers; calls seen, rated first, rated anew, and without a price';

-- Takes prices of a tariff, which is made if it is not there. One with the same prefix and beginning
-- gives way. No row where the tariff has another currency.
CREATE FUNCTION trunkline.tariff_import(new_id uuid, tariff_name text, tariff_currency text,
                                        rates jsonb)
RETURNS TABLE (added bigint, changed bigint, unchanged bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known trunkline.tariff;
BEGIN
  INSERT INTO trunkline.tariff (id, name, currency) VALUES (new_id, tariff_name, tariff_currency)
  ON CONFLICT (name) DO NOTHING;
  SELECT * INTO STRICT known FROM trunkline.tariff t WHERE t.name = tariff_name FOR UPDATE;
  IF known.currency <> tariff_currency THEN RETURN; END IF;
  WITH given AS (
    SELECT g.* FROM jsonb_to_recordset(rates) AS g (
      prefix text, description text, price_per_minute numeric, connection_fee numeric,
      minimum_s integer, increment_s integer, effective_from timestamptz, effective_to timestamptz)),
  put AS (
    INSERT INTO trunkline.tariff_rate AS old
      (tariff_id, prefix, description, price_per_minute, connection_fee, minimum_s, increment_s,
       effective_from, effective_to)
    SELECT known.id, g.prefix, g.description, g.price_per_minute, g.connection_fee, g.minimum_s,
           g.increment_s, g.effective_from, g.effective_to FROM given g
    ON CONFLICT (tariff_id, prefix, effective_from) DO UPDATE SET
      (description, price_per_minute, connection_fee, minimum_s, increment_s, effective_to) =
      (excluded.description, excluded.price_per_minute, excluded.connection_fee,
       excluded.minimum_s, excluded.increment_s, excluded.effective_to)
     WHERE (old.description, old.price_per_minute, old.connection_fee, old.minimum_s,
            old.increment_s, old.effective_to) IS DISTINCT FROM
           (excluded.description, excluded.price_per_minute, excluded.connection_fee,
            excluded.minimum_s, excluded.increment_s, excluded.effective_to)
    RETURNING (xmax = 0) AS is_new)
  SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),
         jsonb_array_length(rates) - count(*)
    INTO added, changed, unchanged FROM put;
  IF added + changed > 0 THEN
    UPDATE trunkline.tariff t SET changed_at = clock_timestamp() WHERE t.id = known.id;
    PERFORM trunkline.audit_append(
      clock_timestamp(), '00000000-0000-0000-0000-000000000000',
      coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
      'tariff.imported', known.id, '',
      coalesce('address ' || host(inet_client_addr()), 'local'),
      jsonb_build_object('tariff', tariff_name, 'added', added, 'changed', changed)::text);
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION trunkline.tariff_import(uuid, text, text, jsonb)
  IS 'takes prices: how many were added, changed, and there already';

ALTER TABLE trunkline.call_rating ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.call_rating TO trunkline_operator USING (true) WITH CHECK (true);
CREATE POLICY tenant ON trunkline.call_rating TO trunkline_tenant
  USING (tenant_id = trunkline.current_tenant()) WITH CHECK (tenant_id = trunkline.current_tenant());
GRANT SELECT ON trunkline.call_rating TO trunkline_operator, trunkline_tenant;
GRANT SELECT ON trunkline.tariff, trunkline.tariff_rate TO trunkline_operator;
REVOKE ALL ON FUNCTION trunkline.rate_amount(numeric, numeric, integer, integer, bigint),
  trunkline.rate_find(uuid, text, timestamptz), trunkline.destination_digits(text, text),
  trunkline.call_rating_refuse(), trunkline.rate_apply(uuid, timestamptz, timestamptz),
  trunkline.tariff_import(uuid, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trunkline.rate_amount(numeric, numeric, integer, integer, bigint),
  trunkline.rate_find(uuid, text, timestamptz),
  trunkline.rate_apply(uuid, timestamptz, timestamptz), trunkline.tariff_import(uuid, text, text, jsonb)
  TO trunkline_operator;
GRANT EXECUTE ON FUNCTION trunkline.destination_digits(text, text)
  TO trunkline_operator, trunkline_tenant;
