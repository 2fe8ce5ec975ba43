-- SPDX-License-Identifier: MIT
-- Views for reports: names and meanings of columns here stay; tables may change underneath. Views
-- run with their owner's rights, so each asks for the tenant itself.
CREATE VIEW trunkline.report_call WITH (security_barrier) AS
  SELECT c.call, t.name AS tenant, c.direction, c.state, c.disposition, c.sip_status, c.q850_cause,
         c.ended_by, c.caller_name, c.caller_number, c.dialled, c.called_name, c.called_number,
         c.started_at, c.ringing_at, c.answered_at, c.ended_at,
         c.pdd_ms / 1000.0 AS pdd_s, c.ring_ms / 1000.0 AS ring_s, c.talk_ms / 1000.0 AS talk_s,
         c.rule, c.reason, r.recording, r.status AS recording_status,
         r.duration_ms / 1000.0 AS recording_s
    FROM trunkline.cdr c
    LEFT JOIN trunkline.tenant t ON t.id = c.tenant_id
    LEFT JOIN trunkline.recording r ON r.recording = c.recording
   WHERE trunkline.is_visible(c.tenant_id);
COMMENT ON VIEW trunkline.report_call IS 'one row a call, live and ended, with its recording; durations in seconds';
COMMENT ON COLUMN trunkline.report_call.state IS 'initiated, ringing, connected, ended';
COMMENT ON COLUMN trunkline.report_call.disposition IS 'NULL while live; answered, busy, missed, rejected, cancelled, failed, refused, interrupted';
COMMENT ON COLUMN trunkline.report_call.sip_status IS 'final SIP status code';
COMMENT ON COLUMN trunkline.report_call.pdd_s IS 'post-dial delay: from INVITE to first ringing';
COMMENT ON COLUMN trunkline.report_call.rule IS 'which routing rule decided';

CREATE VIEW trunkline.report_recording WITH (security_barrier) AS
  SELECT r.recording, r.call, t.name AS tenant, r.status, r.reason, r.codec, r.channels,
         r.sample_rate, r.started_at, r.ended_at, r.duration_ms / 1000.0 AS duration_s, r.bytes,
         c.caller_number, c.called_number,
         (SELECT count(*) FROM trunkline.audit_log a
           WHERE a.object = r.recording AND a.event = 'recording.accessed') AS accesses
    FROM trunkline.recording r
    LEFT JOIN trunkline.tenant t ON t.id = r.tenant_id
    LEFT JOIN trunkline.cdr c ON c.call = r.call
   WHERE trunkline.is_visible(r.tenant_id);
COMMENT ON VIEW trunkline.report_recording IS 'one row a recording, with how often it was accessed';
COMMENT ON COLUMN trunkline.report_recording.status IS 'recording, complete, truncated, failed, unsupported';

CREATE VIEW trunkline.report_incomplete_recording WITH (security_barrier) AS
  SELECT c.call, c.tenant_id, c.started_at, c.recording, r.status, r.reason
    FROM trunkline.cdr c
    LEFT JOIN trunkline.recording r ON r.recording = c.recording
   WHERE c.state = 'ended' AND c.answered_at IS NOT NULL AND c.recording_mode = 'always'
     AND r.status IS DISTINCT FROM 'complete' AND trunkline.is_visible(c.tenant_id);
COMMENT ON VIEW trunkline.report_incomplete_recording IS 'answered calls that had to be recorded and have no complete recording';

CREATE VIEW trunkline.report_ledger AS
  SELECT n.node_id, n.daemon, n.watermark, n.rejected, n.first_seen_at, n.last_shipped_at
    FROM trunkline.ledger_node n;
COMMENT ON VIEW trunkline.report_ledger IS 'journals that ship here: how far, when last, how many entries were rejected';

GRANT SELECT ON trunkline.report_call, trunkline.report_recording,
  trunkline.report_incomplete_recording TO trunkline_operator, trunkline_tenant;
GRANT SELECT ON trunkline.report_ledger TO trunkline_operator;
