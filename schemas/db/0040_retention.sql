-- SPDX-License-Identifier: MIT
-- How long things live: policies, and holds of cases. Whoever changes a policy
-- or a hold waits for the page a sweep has in hand, so that when the change is there, nothing it
-- protects goes any more.
CREATE FUNCTION trunkline.retention_lock() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS
$$ SELECT pg_advisory_xact_lock(hashtextextended('trunkline.retention', 0)) $$;
CREATE FUNCTION trunkline.retention_lock_shared() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS
$$ SELECT pg_advisory_xact_lock_shared(hashtextextended('trunkline.retention', 0)) $$;
CREATE FUNCTION trunkline.retention_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM trunkline.retention_lock();
  RETURN NULL;
END
$$;

CREATE TABLE trunkline.retention_policy (
  id               uuid PRIMARY KEY,
  tenant_id        uuid NOT NULL REFERENCES trunkline.tenant (id) ON DELETE CASCADE,
  name             trunkline.object_name NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('recording', 'call', 'voicemail', 'transcript',
                                                 'message')),
  level            text NOT NULL CHECK (level IN ('campaign', 'agent', 'tenant')),
  subject          uuid,
  keep_days        integer CHECK (keep_days BETWEEN 0 AND 36500),
  is_increase_only boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL DEFAULT now(),
  changed_at       timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT retention_policy_has_subject CHECK ((level = 'tenant') = (subject IS NULL)),
  CONSTRAINT retention_policy_name_taken UNIQUE (tenant_id, name)
);
CREATE UNIQUE INDEX retention_policy_one ON trunkline.retention_policy
  (tenant_id, kind, level, coalesce(subject, '00000000-0000-0000-0000-000000000000'));
COMMENT ON TABLE trunkline.retention_policy IS 'how long things are kept: one policy a kind, level and subject';
COMMENT ON COLUMN trunkline.retention_policy.subject IS 'the campaign or agent (a device, a person); NULL for the tenant''s own';
COMMENT ON COLUMN trunkline.retention_policy.keep_days IS 'from the end of the call; NULL: for ever';
COMMENT ON COLUMN trunkline.retention_policy.is_increase_only IS 'a duty to keep: only ever lengthened, and a floor for all that it covers';

CREATE FUNCTION trunkline.retention_policy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_increase_only AND
     (TG_OP = 'DELETE' OR NOT NEW.is_increase_only
      OR (NEW.tenant_id, NEW.kind, NEW.level) <> (OLD.tenant_id, OLD.kind, OLD.level)
      OR NEW.subject IS DISTINCT FROM OLD.subject
      OR coalesce(NEW.keep_days, 36501) < coalesce(OLD.keep_days, 36501)) THEN
    RAISE EXCEPTION 'policy ''%'' is increase-only', OLD.name
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER increase_only BEFORE UPDATE OR DELETE ON trunkline.retention_policy
  FOR EACH ROW EXECUTE FUNCTION trunkline.retention_policy_guard();
CREATE TRIGGER retention_changes BEFORE INSERT OR UPDATE OR DELETE ON trunkline.retention_policy
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.retention_changes();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.retention_policy
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();

-- A hold is only ever added and released. A tenant with a hold cannot be removed.
CREATE TABLE trunkline.legal_hold (
  id               uuid PRIMARY KEY,
  tenant_id        uuid NOT NULL REFERENCES trunkline.tenant (id),
  case_name        text NOT NULL CHECK (length(case_name) BETWEEN 1 AND 200),
  owner            text NOT NULL CHECK (length(owner) BETWEEN 1 AND 200),
  reason           text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  items            uuid[] NOT NULL DEFAULT '{}',
  numbers          text[] NOT NULL DEFAULT '{}',
  campaign         uuid,
  since            timestamptz,
  until            timestamptz,
  ends_at          timestamptz,
  needs_two        boolean NOT NULL DEFAULT false,
  added_by         text NOT NULL,
  added_at         timestamptz NOT NULL DEFAULT now(),
  first_release_by text,
  first_release_at timestamptz,
  released_by      text,
  released_at      timestamptz,
  release_reason   text CHECK (length(release_reason) BETWEEN 1 AND 2000),
  CONSTRAINT legal_hold_case_taken UNIQUE (tenant_id, case_name),
  CONSTRAINT legal_hold_has_scope CHECK (
    cardinality(items) > 0 OR cardinality(numbers) > 0 OR num_nonnulls(campaign, since, until) > 0),
  CONSTRAINT legal_hold_released_whole CHECK (
    num_nulls(released_by, released_at, release_reason) IN (0, 3)),
  CONSTRAINT legal_hold_by_two CHECK (
    NOT needs_two OR released_by IS NULL
    OR (first_release_by IS NOT NULL AND first_release_by <> released_by))
);
COMMENT ON TABLE trunkline.legal_hold IS 'cases for which calls and all that belongs to them must stay, whatever policies say';
COMMENT ON COLUMN trunkline.legal_hold.items IS 'ids of calls, or of recordings and the like';
COMMENT ON COLUMN trunkline.legal_hold.since IS 'with until: which calls, by their time';
COMMENT ON COLUMN trunkline.legal_hold.needs_two IS 'two persons have to release it';

CREATE TRIGGER retention_changes BEFORE INSERT OR UPDATE ON trunkline.legal_hold
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.retention_changes();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON trunkline.legal_hold
  FOR EACH ROW EXECUTE FUNCTION trunkline.audit_directory();

-- What a person's release of a hold came to: 'released', 'first' (another person has to do it, too),
-- 'same' (the person who began it cannot end it), 'again' (it was released before), or no row.
CREATE FUNCTION trunkline.hold_release(hold uuid, person text, why text)
RETURNS TABLE (outcome text) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known trunkline.legal_hold;
BEGIN
  SELECT * INTO known FROM trunkline.legal_hold h WHERE h.id = hold FOR UPDATE;
  IF NOT FOUND OR NOT trunkline.is_visible(known.tenant_id) THEN RETURN; END IF;
  IF known.released_at IS NOT NULL THEN
    outcome := 'again';
  ELSIF known.needs_two AND known.first_release_by IS NULL THEN
    UPDATE trunkline.legal_hold h SET first_release_by = person, first_release_at = now()
     WHERE h.id = hold;
    outcome := 'first';
  ELSIF known.needs_two AND known.first_release_by = person THEN
    outcome := 'same';
  ELSE
    UPDATE trunkline.legal_hold h SET released_by = person, released_at = now(),
           release_reason = why WHERE h.id = hold;
    outcome := 'released';
  END IF;
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION trunkline.hold_release(uuid, text, text) IS 'releases a hold, or takes the first of two releases';

DO $$
DECLARE
  seen text;
BEGIN
  FOREACH seen IN ARRAY ARRAY['retention_policy', 'legal_hold'] LOOP
    EXECUTE format('ALTER TABLE trunkline.%I ENABLE ROW LEVEL SECURITY', seen);
    EXECUTE format('CREATE POLICY site ON trunkline.%I TO trunkline_operator '
                   'USING (true) WITH CHECK (true)', seen);
    EXECUTE format('CREATE POLICY tenant ON trunkline.%I TO trunkline_tenant '
                   'USING (tenant_id = trunkline.current_tenant()) '
                   'WITH CHECK (tenant_id = trunkline.current_tenant())', seen);
  END LOOP;
  FOREACH seen IN ARRAY ARRAY['retention_policy', 'legal_hold', 'tenant', 'device', 'cdr',
      'recording'] LOOP
    EXECUTE format('CREATE POLICY retention ON trunkline.%I FOR SELECT TO trunkline_retention '
                   'USING (true)', seen);
    EXECUTE format('GRANT SELECT ON trunkline.%I TO trunkline_retention', seen);
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION trunkline.retention_lock(), trunkline.retention_lock_shared(),
  trunkline.retention_changes(), trunkline.retention_policy_guard(),
  trunkline.hold_release(uuid, text, text) FROM PUBLIC;
GRANT USAGE ON SCHEMA trunkline TO trunkline_retention;
GRANT SELECT ON trunkline.schema_migrations TO trunkline_retention;
GRANT EXECUTE ON FUNCTION trunkline.current_tenant(), trunkline.is_visible(uuid),
  trunkline.retention_lock_shared() TO trunkline_retention;
GRANT SELECT, INSERT, UPDATE, DELETE ON trunkline.retention_policy
  TO trunkline_operator, trunkline_tenant;
GRANT SELECT, INSERT ON trunkline.legal_hold TO trunkline_operator, trunkline_tenant;
GRANT EXECUTE ON FUNCTION trunkline.hold_release(uuid, text, text)
  TO trunkline_operator, trunkline_tenant;
