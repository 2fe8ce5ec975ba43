-- SPDX-License-Identifier: MIT
-- The ledger: what the daemons' journals shipped, and its projections. No foreign keys here: a row
-- must never be refused because another is late. Text from the wire is cut at 255 characters in
-- projections; ledger_entry keeps it whole.
CREATE TABLE trunkline.ledger_node (
  node_id         uuid PRIMARY KEY,
  daemon          text NOT NULL,
  watermark       bigint NOT NULL DEFAULT 0,
  last_hash       bytea NOT NULL CHECK (length(last_hash) = 32),
  rejected        bigint NOT NULL DEFAULT 0,
  first_seen_at   timestamptz NOT NULL DEFAULT now(),
  last_shipped_at timestamptz
);
COMMENT ON TABLE trunkline.ledger_node IS 'one journal file of one daemon: everything up to watermark is here, once';
COMMENT ON COLUMN trunkline.ledger_node.last_hash IS 'the journal''s hash chain at the watermark';

CREATE TABLE trunkline.ledger_entry (
  node_id     uuid NOT NULL,
  seq         bigint NOT NULL CHECK (seq > 0),
  at          timestamptz NOT NULL,
  kind        text NOT NULL,
  tenant_id   uuid NOT NULL,
  call        uuid NOT NULL,
  body        json NOT NULL CHECK (json_typeof(body) = 'object'),
  hash        bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node_id, seq)
);
CREATE INDEX ledger_entry_call ON trunkline.ledger_entry (call, at)
  WHERE call <> '00000000-0000-0000-0000-000000000000';
COMMENT ON TABLE trunkline.ledger_entry IS 'the journals, entry by entry; vocabulary in schemas/journal';
COMMENT ON COLUMN trunkline.ledger_entry.body IS 'type json, not jsonb: the hash is over the exact text';

CREATE TABLE trunkline.ledger_rejected (
  node_id     uuid NOT NULL,
  seq         bigint NOT NULL,
  at          timestamptz NOT NULL,
  kind        text NOT NULL,
  tenant_id   uuid NOT NULL,
  call        uuid NOT NULL,
  body        bytea NOT NULL,
  hash        bytea NOT NULL,
  sqlstate    text NOT NULL,
  error       text NOT NULL,
  rejected_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node_id, seq)
);
COMMENT ON TABLE trunkline.ledger_rejected IS 'entries the ledger could not take, whole, with the reason; each is worth an alert';

CREATE TABLE trunkline.cdr (
  call              uuid PRIMARY KEY CHECK (call <> '00000000-0000-0000-0000-000000000000'),
  tenant_id         uuid NOT NULL,
  node_id           uuid NOT NULL,
  seq               bigint NOT NULL,
  entry_at          timestamptz NOT NULL,
  node              text,
  direction         text NOT NULL,
  caller_device     uuid,
  caller_name       text,
  caller_number     text,
  caller_call_id    text,
  caller_address    text,
  caller_user_agent text,
  dialled           text,
  called_device     uuid,
  called_name       text,
  called_number     text,
  called_call_id    text,
  called_address    text,
  called_user_agent text,
  state             text NOT NULL CHECK (state IN ('initiated', 'ringing', 'connected', 'ended')),
  disposition       text CHECK (disposition IN ('answered', 'busy', 'missed', 'rejected', 'cancelled',
                                                'failed', 'refused', 'interrupted')),
  sip_status        integer,
  q850_cause        integer,
  ended_by          text CHECK (ended_by IN ('caller', 'called', 'system')),
  reason            text,
  rule              text,
  started_at        timestamptz NOT NULL,
  ringing_at        timestamptz,
  answered_at       timestamptz,
  ended_at          timestamptz,
  pdd_ms            bigint,
  ring_ms           bigint,
  talk_ms           bigint,
  recording_mode    text,
  recording         uuid,
  -- Everything a call is asked for by, in one index.
  search_keys       text[] NOT NULL,
  CONSTRAINT cdr_ended_has_disposition CHECK ((state = 'ended') = (disposition IS NOT NULL))
);
CREATE INDEX cdr_started ON trunkline.cdr (started_at DESC, call DESC);
CREATE INDEX cdr_tenant_started ON trunkline.cdr (tenant_id, started_at DESC, call DESC);
CREATE INDEX cdr_search_keys ON trunkline.cdr USING gin (search_keys);
CREATE INDEX cdr_tail ON trunkline.cdr (reverse(call::text) text_pattern_ops);
CREATE INDEX cdr_live ON trunkline.cdr (started_at DESC) WHERE state <> 'ended';
COMMENT ON TABLE trunkline.cdr IS 'one row a call, live or ended: the last call.* entry of the call';
COMMENT ON COLUMN trunkline.cdr.pdd_ms IS 'post-dial delay: INVITE to first ringing';
COMMENT ON COLUMN trunkline.cdr.q850_cause IS 'ITU-T Q.850 cause value';

CREATE TABLE trunkline.media_account (
  call       uuid PRIMARY KEY,
  tenant_id  uuid NOT NULL,
  node_id    uuid NOT NULL,
  seq        bigint NOT NULL,
  entry_at   timestamptz NOT NULL,
  started_at timestamptz,
  ended_at   timestamptz,
  reason     text,
  legs       jsonb NOT NULL,
  body       jsonb NOT NULL
);
COMMENT ON TABLE trunkline.media_account IS 'what recorderd relayed in a call, leg by leg';

CREATE TABLE trunkline.recording (
  recording   uuid PRIMARY KEY CHECK (recording <> '00000000-0000-0000-0000-000000000000'),
  call        uuid NOT NULL,
  tenant_id   uuid NOT NULL,
  node_id     uuid NOT NULL,
  seq         bigint NOT NULL,
  entry_at    timestamptz NOT NULL,
  path        text,
  key_id      text,
  codec       text,
  channels    integer,
  sample_rate integer,
  segment_ms  integer,
  status      text NOT NULL CHECK (status IN ('recording', 'complete', 'truncated', 'failed',
                                              'unsupported')),
  reason      text,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  duration_ms bigint,
  bytes       bigint,
  legs        jsonb NOT NULL DEFAULT '[]',
  body        jsonb NOT NULL
);
CREATE INDEX recording_call ON trunkline.recording (call);
CREATE INDEX recording_started ON trunkline.recording (started_at DESC, recording DESC);
CREATE INDEX recording_tenant_started
  ON trunkline.recording (tenant_id, started_at DESC, recording DESC);
CREATE INDEX recording_tail ON trunkline.recording (reverse(recording::text) text_pattern_ops);
CREATE INDEX recording_call_tail ON trunkline.recording (reverse(call::text) text_pattern_ops);
COMMENT ON TABLE trunkline.recording IS 'one row a recording: the last recording.* entry; audio and keys are elsewhere';

CREATE TABLE trunkline.registration (
  tenant_id     uuid NOT NULL,
  device_id     uuid NOT NULL,
  contact       text NOT NULL,
  node_id       uuid NOT NULL,
  seq           bigint NOT NULL,
  entry_at      timestamptz NOT NULL,
  name          text,
  address       text,
  transport     text,
  user_agent    text,
  registered_at timestamptz,
  expires_at    timestamptz,
  PRIMARY KEY (device_id, contact)
);
CREATE INDEX registration_expires ON trunkline.registration (expires_at);
COMMENT ON TABLE trunkline.registration IS 'bindings of this moment as far as shipped; ask sipd for the truth';
