-- SPDX-License-Identifier: MIT
-- The site's objects: tenants, devices, people. What sipd needs of it is loaded as one snapshot
-- whenever trunkline_directory is notified.
CREATE SCHEMA trunkline;
COMMENT ON SCHEMA trunkline IS 'the telephone exchange trunkline; see schemas/db of its source';

CREATE TABLE trunkline.schema_migrations (
  version    integer PRIMARY KEY,
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE trunkline.schema_migrations IS 'which files of schemas/db were applied, with the SHA-256 of each';

-- Who a session works for. Only sessions of trunkline_tenant are bound to it by policies; views,
-- which run with their owner's rights, ask is_visible().
CREATE FUNCTION trunkline.current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('trunkline.tenant', true), '')::uuid $$;
COMMENT ON FUNCTION trunkline.current_tenant() IS 'the tenant of this session (setting trunkline.tenant), or NULL';

CREATE FUNCTION trunkline.is_visible(tenant uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT tenant = trunkline.current_tenant()
         OR trunkline.current_tenant() IS NULL
            AND current_user <> 'trunkline_tenant'
$$;
COMMENT ON FUNCTION trunkline.is_visible(uuid) IS 'whether this session may see rows of the tenant';

CREATE DOMAIN trunkline.object_name AS text
  CHECK (VALUE ~ '^[a-z0-9][a-z0-9._-]{0,63}$');
CREATE DOMAIN trunkline.extension AS text
  CHECK (VALUE ~ '^[0-9]{2,15}$');

CREATE TABLE trunkline.tenant (
  id         uuid PRIMARY KEY,
  name       trunkline.object_name NOT NULL UNIQUE,
  domain     text NOT NULL UNIQUE CHECK (domain = lower(domain) AND length(domain) BETWEEN 1 AND 253),
  is_default boolean NOT NULL DEFAULT false,
  recording  text NOT NULL DEFAULT 'off' CHECK (recording IN ('always', 'off')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX tenant_one_default ON trunkline.tenant (is_default) WHERE is_default;
COMMENT ON TABLE trunkline.tenant IS 'a party that shares the exchange; its domain is host and digest realm of its devices';

-- One row: what the whole site shares.
CREATE TABLE trunkline.site (
  is_site         boolean PRIMARY KEY DEFAULT true CHECK (is_site),
  sip_public_key  bytea NOT NULL CHECK (length(sip_public_key) = 32),
  created_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE trunkline.site IS 'sipd''s X25519 public key, to which devices'' secrets are sealed';

CREATE TABLE trunkline.device (
  id           uuid PRIMARY KEY,
  tenant_id    uuid NOT NULL REFERENCES trunkline.tenant (id),
  name         trunkline.object_name NOT NULL,
  extension    trunkline.extension,
  display_name text NOT NULL DEFAULT '' CHECK (octet_length(display_name) <= 100),
  algorithm    text NOT NULL CHECK (algorithm IN ('md5', 'sha256')),
  sealed_ha1   text NOT NULL,
  recording    text NOT NULL DEFAULT 'inherit' CHECK (recording IN ('inherit', 'always', 'off')),
  is_enabled   boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL DEFAULT now(),
  changed_at   timestamptz NOT NULL DEFAULT now(),
  -- Digits alone are an extension, and nobody may bear another's as a name.
  CONSTRAINT device_name_is_own_extension CHECK (name ~ '[a-z]' OR name = extension),
  CONSTRAINT device_name_taken UNIQUE (tenant_id, name),
  CONSTRAINT device_extension_taken UNIQUE (tenant_id, extension)
);
COMMENT ON TABLE trunkline.device IS 'a phone; sealed_ha1 is its digest secret, readable by sipd alone';

CREATE TABLE trunkline.person (
  id            uuid PRIMARY KEY,
  tenant_id     uuid NOT NULL REFERENCES trunkline.tenant (id),
  name          trunkline.object_name NOT NULL,
  display_name  text NOT NULL DEFAULT '' CHECK (octet_length(display_name) <= 100),
  password_hash text NOT NULL CHECK (password_hash LIKE '$2%'),
  is_enabled    boolean NOT NULL DEFAULT true,
  created_at    timestamptz NOT NULL DEFAULT now(),
  changed_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT person_name_taken UNIQUE (tenant_id, name)
);
COMMENT ON TABLE trunkline.person IS 'who may log in; the password is a bcrypt hash';

CREATE TABLE trunkline.person_role (
  person_id uuid NOT NULL REFERENCES trunkline.person (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  role      text NOT NULL CHECK (role IN ('admin', 'supervisor', 'agent', 'user', 'auditor')),
  PRIMARY KEY (person_id, role)
);
COMMENT ON TABLE trunkline.person_role IS 'what a person may do in the tenant';

-- Counts the changes that concern sipd, so that a lost notification is noticed.
CREATE TABLE trunkline.directory_version (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  version bigint NOT NULL
);
INSERT INTO trunkline.directory_version (version) VALUES (1);
COMMENT ON TABLE trunkline.directory_version IS 'grows with every change of tenant, site or device';

CREATE FUNCTION trunkline.directory_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  now_at bigint;
BEGIN
  UPDATE trunkline.directory_version SET version = version + 1 RETURNING version INTO now_at;
  PERFORM pg_notify('trunkline_directory', now_at::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE ON trunkline.tenant
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE ON trunkline.site
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE ON trunkline.device
  FOR EACH STATEMENT EXECUTE FUNCTION trunkline.directory_changed();
