-- SPDX-License-Identifier: MIT
-- Verifications of the recordings. A run keeps here how far it came and what it found, so that one
-- that was killed goes on where it was, and who looks at the state of the site sees the last one.
-- One run at a time: its session holds the lock.
CREATE TABLE trunkline.verify_run (
  run          uuid PRIMARY KEY,
  who          text NOT NULL,
  host         text NOT NULL,
  root         text NOT NULL,
  location     uuid,
  per_thousand integer NOT NULL CHECK (per_thousand BETWEEN 1 AND 1000),
  seed         bigint NOT NULL,
  started_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  last         uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  recordings   bigint NOT NULL DEFAULT 0,
  bytes        bigint NOT NULL DEFAULT 0,
  finished_at  timestamptz,
  outcome      text CHECK (outcome IN ('good', 'remarks', 'bad', 'abandoned')),
  CONSTRAINT verify_run_ended_whole CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX verify_run_started ON trunkline.verify_run (started_at DESC);
COMMENT ON TABLE trunkline.verify_run IS 'runs of retention verify';
COMMENT ON COLUMN trunkline.verify_run.root IS 'recording.path then';
COMMENT ON COLUMN trunkline.verify_run.location IS 'the identity of the folder: the id in its .trunkline-storage';
COMMENT ON COLUMN trunkline.verify_run.last IS 'all recordings up to this id are done';
COMMENT ON COLUMN trunkline.verify_run.outcome IS 'good; remarks: no recording is damaged, but something is alone or could not be read; bad: a recording is damaged or lost; abandoned: another run began anew';

CREATE TABLE trunkline.verify_finding (
  run       uuid NOT NULL REFERENCES trunkline.verify_run (run) ON DELETE CASCADE,
  number    integer NOT NULL,
  what      text NOT NULL,
  recording uuid,
  path      text NOT NULL,
  message   text NOT NULL,
  mend      text NOT NULL,
  PRIMARY KEY (run, number)
);
COMMENT ON TABLE trunkline.verify_finding IS 'what runs of retention verify found';

-- The run to go on with: one of this host and folder that nobody ended, of the last ten days, with
-- the same share; else a new one under the given id. What is older than two years is forgotten.
CREATE FUNCTION trunkline.verify_begin(run uuid, host text, root text, location uuid,
                                       per_thousand integer, seed bigint, at timestamptz,
                                       is_fresh boolean)
RETURNS SETOF trunkline.verify_run LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  known uuid;
BEGIN
  IF NOT pg_try_advisory_lock(hashtextextended('trunkline.verify', 0)) THEN
    RAISE EXCEPTION 'another verification is under way' USING ERRCODE = 'lock_not_available';
  END IF;
  IF NOT is_fresh THEN
    SELECT v.run INTO known FROM trunkline.verify_run v
     WHERE v.finished_at IS NULL AND v.host = host AND v.root = root
       AND v.per_thousand = per_thousand AND v.seen_at > at - interval '10 days'
     ORDER BY v.started_at DESC LIMIT 1;
  END IF;
  UPDATE trunkline.verify_run v SET finished_at = at, outcome = 'abandoned'
   WHERE v.finished_at IS NULL AND v.host = host AND v.root = root
     AND v.run IS DISTINCT FROM known;
  DELETE FROM trunkline.verify_run v WHERE v.started_at < at - interval '2 years';
  IF known IS NULL THEN
    INSERT INTO trunkline.verify_run (run, who, host, root, location, per_thousand, seed,
                                      started_at, seen_at)
    VALUES (run, coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
            host, root, location, per_thousand, seed, at, at);
    known := run;
  END IF;
  RETURN QUERY SELECT * FROM trunkline.verify_run v WHERE v.run = known;
END
$$;

-- How far it came, and what it found since.
CREATE FUNCTION trunkline.verify_note(run uuid, at timestamptz, last uuid, recordings bigint,
                                      bytes bigint, findings jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  UPDATE trunkline.verify_run v
     SET seen_at = at, last = last, recordings = recordings, bytes = bytes
   WHERE v.run = run AND v.finished_at IS NULL;
  INSERT INTO trunkline.verify_finding (run, number, what, recording, path, message, mend)
  SELECT run, coalesce((SELECT max(f.number) FROM trunkline.verify_finding f WHERE f.run = run), 0)
              + e.number,
         left(e.f ->> 'what', 40), (e.f ->> 'recording')::uuid, left(e.f ->> 'path', 1000),
         left(e.f ->> 'message', 1000), left(e.f ->> 'mend', 1000)
    FROM jsonb_array_elements(findings) WITH ORDINALITY AS e (f, number);
END
$$;

CREATE FUNCTION trunkline.verify_end(run uuid, at timestamptz, outcome text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  ended trunkline.verify_run;
BEGIN
  UPDATE trunkline.verify_run v SET finished_at = at, outcome = outcome
   WHERE v.run = run AND v.finished_at IS NULL RETURNING * INTO ended;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM trunkline.audit_append(
    clock_timestamp(), '00000000-0000-0000-0000-000000000000',
    coalesce(nullif(current_setting('trunkline.who', true), ''), session_user::text),
    'verify.finished', run, '', coalesce('address ' || host(inet_client_addr()), 'local'),
    json_build_object('outcome', outcome, 'recordings', ended.recordings, 'bytes', ended.bytes,
                      'per_thousand', ended.per_thousand, 'host', ended.host, 'root', ended.root,
                      'findings', (SELECT coalesce(json_object_agg(f.what, f.count), '{}')
                                     FROM (SELECT v.what, count(*) AS count
                                             FROM trunkline.verify_finding v WHERE v.run = run
                                            GROUP BY v.what ORDER BY v.what) AS f))::text);
END
$$;

ALTER TABLE trunkline.verify_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE trunkline.verify_finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.verify_run FOR SELECT
  TO trunkline_operator, trunkline_retention USING (true);
CREATE POLICY site ON trunkline.verify_finding FOR SELECT
  TO trunkline_operator, trunkline_retention USING (true);
GRANT SELECT ON trunkline.verify_run, trunkline.verify_finding
  TO trunkline_operator, trunkline_retention;
REVOKE ALL ON FUNCTION
  trunkline.verify_begin(uuid, text, text, uuid, integer, bigint, timestamptz, boolean),
  trunkline.verify_note(uuid, timestamptz, uuid, bigint, bigint, jsonb),
  trunkline.verify_end(uuid, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  trunkline.verify_begin(uuid, text, text, uuid, integer, bigint, timestamptz, boolean),
  trunkline.verify_note(uuid, timestamptz, uuid, bigint, bigint, jsonb),
  trunkline.verify_end(uuid, timestamptz, text) TO trunkline_retention;
