-- SPDX-License-Identifier: MIT
-- When people logged in, and how often they failed to: five wrong passwords within a minute lock a
-- person out for fifteen. It stands apart from trunkline.person, whose changes are audited row by
-- row: a login changes nothing of the person.
CREATE TABLE trunkline.person_login (
  person_id     uuid PRIMARY KEY REFERENCES trunkline.person (id) ON DELETE CASCADE,
  tenant_id     uuid NOT NULL,
  last_login_at timestamptz,
  failures      integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  failing_since timestamptz,
  locked_until  timestamptz
);
COMMENT ON TABLE trunkline.person_login IS 'the last login of a person, and wrong passwords since';
COMMENT ON COLUMN trunkline.person_login.failures IS 'wrong passwords since failing_since';

ALTER TABLE trunkline.person_login ENABLE ROW LEVEL SECURITY;
CREATE POLICY site ON trunkline.person_login TO trunkline_operator USING (true) WITH CHECK (true);
CREATE POLICY tenant ON trunkline.person_login TO trunkline_tenant
  USING (tenant_id = trunkline.current_tenant()) WITH CHECK (tenant_id = trunkline.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON trunkline.person_login TO trunkline_operator, trunkline_tenant;
