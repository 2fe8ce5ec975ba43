-- SPDX-License-Identifier: MIT
-- How good the media of calls was. The figures of a leg are in media_account.legs as recorderd
-- journaled them; here they become a column to search bad calls by, and rows to report.

-- A generated column, so that entries that were shipped before have it, too.
ALTER TABLE trunkline.media_account
  ADD COLUMN mos numeric GENERATED ALWAYS AS (
    least((legs -> 0 ->> 'mos')::numeric, (legs -> 0 -> 'heard' ->> 'mos')::numeric,
          (legs -> 1 ->> 'mos')::numeric, (legs -> 1 -> 'heard' ->> 'mos')::numeric)) STORED;
CREATE INDEX media_account_mos ON trunkline.media_account (mos) WHERE mos < 3.6;
COMMENT ON COLUMN trunkline.media_account.mos
  IS 'the worst mean opinion score (ITU-T G.107) of the call''s directions; NULL where none is known';

CREATE VIEW trunkline.report_media WITH (security_barrier) AS
  SELECT m.call, t.name AS tenant, m.started_at, m.ended_at, l ->> 'leg' AS leg,
         l ->> 'codec' AS codec, (l ->> 'packets_received')::bigint AS packets_received,
         (l ->> 'packets_lost')::bigint AS packets_lost,
         (l ->> 'loss_percent')::numeric AS loss_percent,
         (l ->> 'jitter_ms')::numeric AS jitter_ms,
         (l ->> 'round_trip_ms')::numeric AS round_trip_ms, (l ->> 'mos')::numeric AS mos,
         (l -> 'heard' ->> 'loss_percent')::numeric AS heard_loss_percent,
         (l -> 'heard' ->> 'jitter_ms')::numeric AS heard_jitter_ms,
         (l -> 'heard' ->> 'mos')::numeric AS heard_mos
    FROM trunkline.media_account m
    CROSS JOIN LATERAL jsonb_array_elements(m.legs) AS l
    LEFT JOIN trunkline.tenant t ON t.id = m.tenant_id
   WHERE trunkline.is_visible(m.tenant_id);
COMMENT ON VIEW trunkline.report_media IS 'one row a leg of a call: what came from that party, and what it says it heard';
COMMENT ON COLUMN trunkline.report_media.loss_percent IS 'lost between that party and recorderd';
COMMENT ON COLUMN trunkline.report_media.round_trip_ms IS 'between recorderd and that party';
COMMENT ON COLUMN trunkline.report_media.mos IS 'mean opinion score, 1 to 4.5, of what came from that party';
COMMENT ON COLUMN trunkline.report_media.heard_loss_percent IS 'of the other party''s stream, by that party''s RTCP: the whole way';

GRANT SELECT ON trunkline.report_media TO trunkline_operator, trunkline_tenant;
