-- SPDX-License-Identifier: MIT
-- Limits of one device or one tenant, beside those the settings give to all. A column that is NULL
-- leaves it to the settings, 0 is no limit.
CREATE DOMAIN trunkline.quota AS integer CHECK (VALUE BETWEEN 0 AND 10000000);

CREATE TABLE trunkline.party_limit (
  tenant_id         uuid NOT NULL REFERENCES trunkline.tenant (id) ON DELETE CASCADE,
  device_id         uuid UNIQUE REFERENCES trunkline.device (id) ON DELETE CASCADE,
  max_calls         trunkline.quota,
  calls_per_minute  trunkline.quota,
  max_registrations trunkline.quota,
  CONSTRAINT party_limit_says_something
    CHECK (num_nonnulls(max_calls, calls_per_minute, max_registrations) > 0),
  CONSTRAINT party_limit_of_device CHECK (device_id IS NULL OR max_registrations IS NULL)
);
CREATE UNIQUE INDEX party_limit_of_tenant ON trunkline.party_limit (tenant_id)
  WHERE device_id IS NULL;
COMMENT ON TABLE trunkline.party_limit IS 'what a device, or without one a tenant, may have at the same time and begin in a minute';

ALTER TABLE trunkline.party_limit ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.party_limit TO trunkline_operator, trunkline_sipd
  USING (true) WITH CHECK (true);
CREATE POLICY tenant ON trunkline.party_limit TO trunkline_tenant
  USING (tenant_id = trunkline.current_tenant());
GRANT SELECT ON trunkline.party_limit TO trunkline_sipd, trunkline_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON trunkline.party_limit TO trunkline_operator;
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE ON trunkline.party_limit
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.directory_changed();
