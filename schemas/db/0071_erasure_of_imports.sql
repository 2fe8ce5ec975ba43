-- SPDX-License-Identifier: MIT
-- Imported calls and erasure: the caller as the source wrote it is masked with the rest of that
-- party, and rows that are on their way into the ledger hold nothing once they are there.
INSERT INTO trunkline.call_part (table_name, goes) VALUES ('import_staging', false);

CREATE OR REPLACE FUNCTION trunkline.mask_calls(ids uuid[], sides text[]) RETURNS SETOF uuid
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH given AS (
    SELECT id, side IN ('caller', 'both') AS caller, side IN ('called', 'both') AS called
      FROM unnest(ids, sides) AS u (id, side)),
  masked AS (
    SELECT c.call, c.started_at,
           CASE WHEN g.caller THEN 'erased' ELSE c.caller_name END AS caller_name,
           CASE WHEN g.caller THEN 'erased' ELSE c.caller_number END AS caller_number,
           CASE WHEN NOT g.caller THEN c.caller_original END AS caller_original,
           CASE WHEN NOT g.caller THEN c.caller_call_id END AS caller_call_id,
           CASE WHEN NOT g.caller THEN c.caller_address END AS caller_address,
           CASE WHEN NOT g.caller THEN c.caller_user_agent END AS caller_user_agent,
           CASE WHEN g.called THEN 'erased' ELSE c.dialled END AS dialled,
           CASE WHEN g.called THEN 'erased' ELSE c.called_name END AS called_name,
           CASE WHEN g.called THEN 'erased' ELSE c.called_number END AS called_number,
           CASE WHEN NOT g.called THEN c.called_call_id END AS called_call_id,
           CASE WHEN NOT g.called THEN c.called_address END AS called_address,
           CASE WHEN NOT g.called THEN c.called_user_agent END AS called_user_agent
      FROM trunkline.cdr c JOIN given g ON g.id = c.call)
  UPDATE trunkline.cdr c SET
    (caller_name, caller_number, caller_original, caller_call_id, caller_address, caller_user_agent, dialled,
     called_name, called_number, called_call_id, called_address, called_user_agent, search_keys) =
    (m.caller_name, m.caller_number, m.caller_original, m.caller_call_id, m.caller_address, m.caller_user_agent,
     m.dialled, m.called_name, m.called_number, m.called_call_id, m.called_address,
     m.called_user_agent,
     array_remove(array_remove(ARRAY[m.caller_name, m.caller_number, m.dialled, m.called_name,
                                     m.called_number, m.caller_call_id, m.called_call_id],
                               NULL), 'erased'))
    FROM masked m WHERE c.call = m.call AND c.started_at = m.started_at
  RETURNING c.call
$$;
