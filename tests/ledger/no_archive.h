// SPDX-License-Identifier: MIT
#pragma once

// A site that has archived nothing; that prove walks through archives is tests/archive's.

#include <functional>
#include <vector>

#include "ledger/prove.h"

namespace trunkline::ledger {

struct NoArchive final : ArchivedEntries {
  void for_each(core::NodeId /*node*/, std::int64_t /*first*/, std::int64_t /*last*/,
                const std::function<void(const journal::StoredEntry&)>& /*use*/) override {}
  std::vector<Unread> unread(core::NodeId /*node*/) const override { return {}; }
};

}  // namespace trunkline::ledger
