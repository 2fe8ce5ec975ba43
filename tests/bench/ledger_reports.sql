-- SPDX-License-Identifier: MIT
-- A year of calls for tests/bench/ledger_reports, put into the ledger's tables by months: \set calls,
-- of 20 tenants with 50 devices each, busy by day and quiet by night, three of ten to the world.
SET timezone = 'UTC';
SET max_parallel_workers_per_gather = 0;
SELECT count(*) FROM (SELECT trunkline.partition_make(t.name, m::date)
  FROM trunkline.partitioned_tables() t,
       generate_series(timestamp '2025-01-01', '2025-12-01', '1 month') m) AS made;
INSERT INTO trunkline.tenant (id, name, domain)
SELECT ('00000000-0000-7000-8000-0000000001' || lpad(to_hex(n), 2, '0'))::uuid, 'tenant' || n, 'tenant' || n || '.example'
  FROM generate_series(0, 19) n;
INSERT INTO trunkline.device (id, tenant_id, name, extension, algorithm, sealed_ha1)
SELECT ('00000000-0000-7000-8000-00000001' || lpad(to_hex(t), 2, '0') || lpad(to_hex(d), 2, '0'))::uuid,
       ('00000000-0000-7000-8000-0000000001' || lpad(to_hex(t), 2, '0'))::uuid, 'd' || d, (100 + d)::text, 'md5', 'none'
  FROM generate_series(0, 19) t, generate_series(0, 49) d;

-- Off for the load, which is not what is measured.
ALTER TABLE trunkline.cdr DISABLE TRIGGER country;
CREATE TEMPORARY TABLE made AS
SELECT n, timestamptz '2025-01-01 00:00:00+00'
          + floor(365.0 * (n - 1) / :calls) * interval '1 day'
          -- The middle of the day has the most.
          + ((random() + random() + random()) / 3 * 86400) * interval '1 second' AS at,
       floor(20 * random() * random())::int AS tenant, floor(50 * random())::int AS device, random() AS fate,
       random() AS place, random() AS luck, round((20 + 300 * -ln(random() + 1e-9)) * 1000)::bigint AS talk
  FROM generate_series(1, :calls) n;
INSERT INTO trunkline.cdr
  (call, tenant_id, node_id, seq, entry_at, node, direction, caller_device, caller_name, caller_number, caller_call_id,
   caller_address, caller_user_agent, dialled, called_name, called_number, called_call_id, called_address, called_user_agent,
   state, disposition, sip_status, q850_cause, ended_by, rule, started_at, ringing_at, answered_at, ended_at, pdd_ms, ring_ms,
   talk_ms, recording_mode, recording, search_keys, country, cost, cost_currency)
SELECT (left(trunkline.uuid_floor(at)::text, 14) || '7' || right(md5(n::text), 3) || '-8' || substr(md5(n::text), 1, 3) || '-'
        || substr(md5(n::text), 4, 12))::uuid,
       ('00000000-0000-7000-8000-0000000001' || lpad(to_hex(tenant), 2, '0'))::uuid,
       '00000000-0000-7000-8000-000000000001', n, at + talk * interval '1 millisecond', 'sipd', 'internal',
       ('00000000-0000-7000-8000-00000001' || lpad(to_hex(tenant), 2, '0') || lpad(to_hex(device), 2, '0'))::uuid,
       'd' || device, (100 + device)::text, md5(n::text) || '@192.0.2.' || device, '192.0.2.' || device || ':5060',
       'Phone 1.' || device, number, 'd' || (device + 7) % 50, number, md5(n::text) || '@198.51.100.1', '198.51.100.9:5060',
       'Phone 2.' || device, 'ended', disposition, CASE disposition WHEN 'answered' THEN 200 ELSE 486 END, 16, 'caller',
       'extension', at, CASE WHEN disposition <> 'refused' THEN at + interval '0.3 s' END,
       CASE WHEN disposition = 'answered' THEN at + interval '6 s' END, at + interval '6 s' + talk * interval '1 millisecond',
       CASE WHEN disposition <> 'refused' THEN 200 + floor(luck * 900)::bigint END, 5700,
       CASE WHEN disposition = 'answered' THEN talk END, 'off', NULL, ARRAY['d' || device, (100 + device)::text, number],
       country, CASE WHEN country IS NOT NULL AND disposition = 'answered' THEN round(talk / 60000.0 * 0.0123, 6) END,
       CASE WHEN country IS NOT NULL AND disposition = 'answered' THEN 'EUR' END
  FROM (SELECT m.*, CASE WHEN fate < 0.62 THEN 'answered' WHEN fate < 0.72 THEN 'busy' WHEN fate < 0.84 THEN 'missed'
                         WHEN fate < 0.94 THEN 'cancelled' WHEN fate < 0.97 THEN 'failed' ELSE 'refused' END AS disposition,
               CASE WHEN place > 0.3 THEN NULL ELSE (ARRAY['DE', 'US', 'FR', 'GB', 'AT', 'CH', 'PL', 'JP'])[1 + floor(place * 26)::int] END
                 AS country,
               CASE WHEN place > 0.3 THEN (100 + (device + 7) % 50)::text
                    ELSE '+49' || 3000000000 + floor(place * 1e9)::bigint END AS number
          FROM made m) AS calls;
INSERT INTO trunkline.media_account (call, tenant_id, node_id, seq, entry_at, started_at, ended_at, reason, legs, body)
SELECT c.call, c.tenant_id, c.node_id, c.seq, c.entry_at, c.answered_at, c.ended_at, 'deleted', l.legs,
       jsonb_build_object('schema', 'media.v1', 'call', c.call, 'tenant', c.tenant_id, 'ended_at', c.ended_at,
                          'reason', 'deleted', 'legs', l.legs)
  FROM trunkline.cdr c, LATERAL (SELECT jsonb_build_array(
         jsonb_build_object('leg', 'caller', 'codec', 'PCMU', 'packets_received', c.talk_ms / 20, 'packets_sent', c.talk_ms / 20,
                            'packets_lost', 3, 'jitter_ms', 0.4, 'mos', round(4.4 - c.pdd_ms / 2000.0, 2)),
         jsonb_build_object('leg', 'called', 'codec', 'PCMU', 'packets_received', c.talk_ms / 20, 'packets_sent', c.talk_ms / 20,
                            'packets_lost', 1, 'jitter_ms', 0.6, 'mos', 4.39)) AS legs) AS l
 WHERE c.talk_ms IS NOT NULL;
ALTER TABLE trunkline.cdr ENABLE TRIGGER country;
DROP TABLE made;
