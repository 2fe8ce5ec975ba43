-- SPDX-License-Identifier: MIT
-- Readers that follow the ledger: an export that goes on where the last one stopped, and tools that
-- show calls as they come. Live rows are not in the index, so a call costs one entry, at its end.
CREATE INDEX cdr_ended_order ON trunkline.cdr (node_id, seq) WHERE state = 'ended';

-- Once a batch, when a node's watermark has moved.
CREATE FUNCTION trunkline.ledger_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('trunkline_ledger', NEW.node_id::text);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION trunkline.ledger_moved() FROM PUBLIC;
CREATE TRIGGER ledger_moved AFTER UPDATE OF watermark ON trunkline.ledger_node
  FOR EACH ROW WHEN (NEW.watermark > OLD.watermark) EXECUTE FUNCTION trunkline.ledger_moved();
