-- SPDX-License-Identifier: MIT
-- Who may do what. Row-level security shows a session that set trunkline.tenant only that tenant;
-- the owner is exempt, which the functions of 0002 and 0004 rely on. Daemons reach the ledger only
-- through functions, and nobody but the owner writes it.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA trunkline FROM PUBLIC;
GRANT USAGE ON SCHEMA trunkline TO trunkline_operator, trunkline_sipd, trunkline_recorderd;
GRANT EXECUTE ON FUNCTION trunkline.current_tenant(), trunkline.is_visible(uuid)
  TO trunkline_operator, trunkline_sipd, trunkline_recorderd;
GRANT SELECT ON trunkline.schema_migrations
  TO trunkline_operator, trunkline_sipd, trunkline_recorderd;

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['device', 'person', 'person_role', 'ledger_entry',
      'ledger_rejected', 'cdr', 'media_account', 'recording', 'registration', 'audit_log']
  LOOP
    EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant ON trunkline.%I TO trunkline_operator, trunkline_sipd, '
                   'trunkline_recorderd USING (trunkline.is_visible(tenant_id)) '
                   'WITH CHECK (trunkline.is_visible(tenant_id))', tenant_table);
  END LOOP;
END
$$;
ALTER TABLE trunkline.tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON trunkline.tenant TO trunkline_operator, trunkline_sipd, trunkline_recorderd
  USING (trunkline.is_visible(id)) WITH CHECK (trunkline.is_visible(id));

-- sipd: the directory, and its journal.
GRANT SELECT ON trunkline.tenant, trunkline.site, trunkline.device, trunkline.directory_version
  TO trunkline_sipd;
GRANT EXECUTE ON FUNCTION
  trunkline.ledger_watermark(uuid),
  trunkline.ledger_ship(uuid, text, bigint[], bigint[], text[], uuid[], uuid[], bytea[], bytea[])
  TO trunkline_sipd, trunkline_recorderd;

-- The operator's tools: change the directory, read the rest.
GRANT SELECT, INSERT, UPDATE, DELETE
  ON trunkline.tenant, trunkline.device, trunkline.person, trunkline.person_role
  TO trunkline_operator;
GRANT SELECT, INSERT ON trunkline.site TO trunkline_operator;
GRANT SELECT ON trunkline.directory_version, trunkline.ledger_node, trunkline.ledger_entry,
  trunkline.ledger_rejected, trunkline.cdr, trunkline.media_account, trunkline.recording,
  trunkline.registration, trunkline.audit_log
  TO trunkline_operator;
GRANT EXECUTE ON FUNCTION trunkline.audit_prove(),
  trunkline.ledger_accept_gap(uuid, bigint, bytea, text)
  TO trunkline_operator;
