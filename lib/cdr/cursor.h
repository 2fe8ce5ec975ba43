// SPDX-License-Identifier: MIT
#pragma once

// How far somebody has read the ledger: for each node's journal the number of the last entry. As
// text, "NODE:NUMBER,NODE:NUMBER", it is kept between two exports; "start" is the beginning.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/uuid.h"

namespace trunkline::cdr {

class Cursor {
 public:
  /// Faults have the code usage.
  [[nodiscard]] static core::Result<Cursor> parse(std::string_view text);
  std::string text() const;

  /// 0 for a node that was never read.
  std::int64_t position(const core::NodeId& node) const;
  /// Never backwards.
  void advance(const core::NodeId& node, std::int64_t position);
  const std::map<core::NodeId, std::int64_t>& positions() const { return positions_; }

 private:
  std::map<core::NodeId, std::int64_t> positions_;
};

}  // namespace trunkline::cdr
