-- SPDX-License-Identifier: MIT
-- Whose phone it is: a device may belong to a person, and a person may have limits over all of
-- them together.
ALTER TABLE trunkline.person ADD CONSTRAINT person_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE trunkline.device
  ADD COLUMN owner_id uuid,
  ADD CONSTRAINT device_owner FOREIGN KEY (tenant_id, owner_id)
    REFERENCES trunkline.person (tenant_id, id);
CREATE INDEX device_by_owner ON trunkline.device (owner_id) WHERE owner_id IS NOT NULL;
COMMENT ON COLUMN trunkline.device.owner_id IS 'the person whose phone it is; NULL: nobody''s';

ALTER TABLE trunkline.party_limit
  ADD COLUMN person_id uuid UNIQUE REFERENCES trunkline.person (id) ON DELETE CASCADE,
  ADD CONSTRAINT party_limit_of_one CHECK (num_nonnulls(device_id, person_id) <= 1);
DROP INDEX trunkline.party_limit_of_tenant;
CREATE UNIQUE INDEX party_limit_of_tenant ON trunkline.party_limit (tenant_id)
  WHERE device_id IS NULL AND person_id IS NULL;
COMMENT ON TABLE trunkline.party_limit IS 'what a device, a person with all devices, or without either a tenant may have at the same time and begin in a minute';
