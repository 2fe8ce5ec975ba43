-- SPDX-License-Identifier: MIT
-- How much recordings take, day by day: what trend and forecast are made of.
CREATE TABLE trunkline.usage_log (
  day         date NOT NULL,
  tenant_id   uuid NOT NULL,
  recordings  bigint NOT NULL CHECK (recordings >= 0),
  bytes       bigint NOT NULL CHECK (bytes >= 0),
  duration_ms bigint NOT NULL CHECK (duration_ms >= 0),
  taken_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (day, tenant_id)
);
COMMENT ON TABLE trunkline.usage_log IS 'the recordings there are, at the end of each day, by tenant';
COMMENT ON COLUMN trunkline.usage_log.day IS 'of UTC';

ALTER TABLE trunkline.usage_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.usage_log TO trunkline_operator USING (true) WITH CHECK (true);
CREATE POLICY retention ON trunkline.usage_log FOR SELECT TO trunkline_retention USING (true);
CREATE POLICY tenant ON trunkline.usage_log FOR SELECT TO trunkline_tenant
  USING (tenant_id = trunkline.current_tenant());
GRANT SELECT, INSERT, UPDATE ON trunkline.usage_log TO trunkline_operator;
GRANT SELECT ON trunkline.usage_log TO trunkline_tenant, trunkline_retention;
