-- SPDX-License-Identifier: MIT
-- Roles of the whole cluster, made by `trunkline init` as a superuser before the first migration.
-- Nobody logs in as one of these: login roles are members, and each program takes its role with
-- SET ROLE, so it has exactly the grants of migration 0005 whoever started it.
DO $$
DECLARE
  wanted text;
BEGIN
  -- Two at once would find each other's changes in the catalogue; one waits.
  PERFORM pg_catalog.pg_advisory_xact_lock(500085845612);
  FOREACH wanted IN ARRAY ARRAY['trunkline_owner', 'trunkline_operator', 'trunkline_tenant',
                                'trunkline_sipd', 'trunkline_recorderd', 'trunkline_retention']
  LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
END
$$;

COMMENT ON ROLE trunkline_owner IS 'trunkline: owns the schema, runs migrations';
COMMENT ON ROLE trunkline_operator IS 'trunkline: tools of the operator (sipctl, cdrctl, trunkline)';
COMMENT ON ROLE trunkline_tenant IS 'trunkline: the same tools, bound to the tenant of trunkline.tenant';
COMMENT ON ROLE trunkline_sipd IS 'trunkline: sipd reads the directory and ships its journal';
COMMENT ON ROLE trunkline_recorderd IS 'trunkline: recorderd ships its journal';
COMMENT ON ROLE trunkline_retention IS 'trunkline: retention erases what is due';
