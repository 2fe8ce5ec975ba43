-- SPDX-License-Identifier: MIT
-- Alerts: what was told, to whom it still has to go, and what is known of each thing that alerts.
-- They are the operator's, so they have no tenant. A daemon or tool that finds the database away
-- tells directly.
CREATE TABLE trunkline.alert (
  id      uuid PRIMARY KEY,
  key     text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  level   text NOT NULL CHECK (level IN ('normal', 'warning', 'critical', 'emergency')),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 500),
  body    text NOT NULL,
  html    text NOT NULL DEFAULT '',
  host    text NOT NULL,
  at      timestamptz NOT NULL
);
CREATE INDEX alert_at ON trunkline.alert (at DESC, id DESC);
COMMENT ON TABLE trunkline.alert IS 'alerts that were told; what was held back is not here';
COMMENT ON COLUMN trunkline.alert.key IS 'what it is about: quota, unit NAME, doctor NAME, recordings, ...';

CREATE TABLE trunkline.alert_state (
  key               text PRIMARY KEY,
  level             text NOT NULL CHECK (level IN ('normal', 'warning', 'critical', 'emergency')),
  changed_at        timestamptz NOT NULL,
  warning_told_at   timestamptz,
  critical_told_at  timestamptz,
  emergency_told_at timestamptz
);
COMMENT ON TABLE trunkline.alert_state IS 'what is known of each thing that alerts, and when each level was last told';

CREATE TABLE trunkline.alert_delivery (
  alert        uuid NOT NULL REFERENCES trunkline.alert (id) ON DELETE CASCADE,
  channel      text NOT NULL,
  target       text NOT NULL,
  tries        integer NOT NULL DEFAULT 0,
  next_try_at  timestamptz NOT NULL,
  delivered_at timestamptz,
  given_up_at  timestamptz,
  error        text NOT NULL DEFAULT '',
  PRIMARY KEY (alert, channel, target),
  CONSTRAINT alert_delivery_ends_once CHECK (num_nonnulls(delivered_at, given_up_at) <= 1)
);
CREATE INDEX alert_delivery_due ON trunkline.alert_delivery (next_try_at)
  WHERE delivered_at IS NULL AND given_up_at IS NULL;
COMMENT ON TABLE trunkline.alert_delivery IS 'the spool: each alert to each channel and target, until it is delivered or given up';

-- How far what looks for news has come: failed recordings, refused entries, the daily report.
CREATE TABLE trunkline.watch_mark (
  name text PRIMARY KEY,
  at   timestamptz NOT NULL
);
COMMENT ON TABLE trunkline.watch_mark IS 'up to when each watch has looked';

DO $$
DECLARE
  ours text;
BEGIN
  FOREACH ours IN ARRAY ARRAY['alert', 'alert_state', 'alert_delivery', 'watch_mark'] LOOP
    EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', ours);
    EXECUTE format('CREATE POLICY site ON trunkline.%I TO trunkline_operator '
                   'USING (true) WITH CHECK (true)', ours);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON trunkline.%I TO trunkline_operator',
                   ours);
  END LOOP;
END
$$;

-- The watch looks every minute for what has come in, which is not in the order of time it happened.
CREATE INDEX ledger_entry_recorded ON trunkline.ledger_entry (received_at)
  WHERE kind IN ('recording.failed', 'recording.finished');
