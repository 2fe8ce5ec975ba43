// SPDX-License-Identifier: MIT
#pragma once

// Puts journal entries into a test's ledger, projected as the shipper's would be, without a
// journal.

#include <string>

#include "core/json.h"
#include "db/connection.h"
#include "support/database.h"

namespace trunkline::test {

class LedgerRows {
 public:
  explicit LedgerRows(const Database& database) : connection_(database.open_as_superuser()) {}

  void add(const std::string& kind, core::TenantId tenant, core::CallRef call,
           const core::Json& body) {
    static constexpr db::Statement kAdd{
        "INSERT INTO trunkline.ledger_entry (node_id, seq, at, kind, tenant_id, call, body, hash)"
        " VALUES ($1, $2, now(), $3, $4, $5, $6, sha256('x'))"};
    static constexpr db::Statement kProject{
        "SELECT trunkline.ledger_project($1, $2, $2, ARRAY[split_part($3, '.', 1)])"};
    ++sequence_;
    connection_.query(kAdd, {node_, sequence_, kind, tenant, call, body});
    connection_.query(kProject, {node_, sequence_, kind});
  }
  /// Moves the node's watermark over all that was added, as a shipper's batch does at its end.
  void ship() {
    static constexpr db::Statement kNode{
        "INSERT INTO trunkline.ledger_node (node_id, daemon, last_hash)"
        " VALUES ($1, 'sipd', sha256('x')) ON CONFLICT DO NOTHING"};
    static constexpr db::Statement kMove{
        "UPDATE trunkline.ledger_node SET watermark = $2 WHERE node_id = $1"};
    connection_.query(kNode, {node_});
    connection_.query(kMove, {node_, sequence_});
  }

 private:
  db::Connection connection_;
  core::NodeId node_ = core::NodeId::make(core::from_microseconds(1'000'000));
  std::int64_t sequence_ = 0;
};

}  // namespace trunkline::test
