-- SPDX-License-Identifier: MIT
-- Who may do what. trunkline_operator works for the whole site; trunkline_tenant for one tenant,
-- the one of the setting trunkline.tenant, and sees nothing without it. They are two roles because
-- a policy with a condition keeps the planner from most indexes, which a whole site's ledger needs.
-- The owner is exempt from policies, which the functions of 0002 and 0004 rely on. Daemons reach the
-- ledger only through functions, and nobody but the owner writes it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA trunkline FROM PUBLIC;
GRANT USAGE ON SCHEMA trunkline
  TO trunkline_operator, trunkline_tenant, trunkline_sipd, trunkline_recorderd;
GRANT EXECUTE ON FUNCTION trunkline.current_tenant(), trunkline.is_visible(uuid)
  TO trunkline_operator, trunkline_tenant, trunkline_sipd, trunkline_recorderd;
GRANT SELECT ON trunkline.schema_migrations
  TO trunkline_operator, trunkline_tenant, trunkline_sipd, trunkline_recorderd;

DO $$
DECLARE
  tenant_table text;
  tenant_column text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['tenant', 'device', 'person', 'person_role', 'ledger_entry',
      'ledger_rejected', 'cdr', 'media_account', 'recording', 'registration', 'audit_log']
  LOOP
    tenant_column := CASE tenant_table WHEN 'tenant' THEN 'id' ELSE 'tenant_id' END;
    EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY site ON trunkline.%I TO trunkline_operator, trunkline_sipd '
                   'USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON trunkline.%I TO trunkline_tenant '
                   'USING (%2$I = trunkline.current_tenant()) '
                   'WITH CHECK (%2$I = trunkline.current_tenant())', tenant_table, tenant_column);
  END LOOP;
END
$$;

-- sipd: the directory, and its journal.
GRANT SELECT ON trunkline.tenant, trunkline.site, trunkline.device, trunkline.directory_version
  TO trunkline_sipd;
GRANT EXECUTE ON FUNCTION
  trunkline.ledger_watermark(uuid),
  trunkline.ledger_ship(uuid, text, bigint[], bigint[], text[], uuid[], uuid[], bytea[], bytea[])
  TO trunkline_sipd, trunkline_recorderd;

-- People at work: change the directory, read the rest.
GRANT SELECT, INSERT, UPDATE, DELETE ON trunkline.device, trunkline.person, trunkline.person_role
  TO trunkline_operator, trunkline_tenant;
GRANT SELECT ON trunkline.tenant, trunkline.site, trunkline.directory_version,
  trunkline.ledger_entry, trunkline.ledger_rejected, trunkline.cdr, trunkline.media_account,
  trunkline.recording, trunkline.registration, trunkline.audit_log
  TO trunkline_operator, trunkline_tenant;
GRANT INSERT, UPDATE, DELETE ON trunkline.tenant TO trunkline_operator;
GRANT INSERT ON trunkline.site TO trunkline_operator;
GRANT SELECT ON trunkline.ledger_node TO trunkline_operator;
GRANT EXECUTE ON FUNCTION trunkline.audit_prove(),
  trunkline.ledger_accept_gap(uuid, bigint, bytea, text)
  TO trunkline_operator;
