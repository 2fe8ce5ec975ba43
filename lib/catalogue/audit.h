// SPDX-License-Identifier: MIT
#pragma once

// The audit log as it can be read and proved. The chain is computed here once more, from the rows,
// and not asked of the database: whoever could change the rows could have changed its functions,
// too. What the chain alone cannot show is a log that was rewritten from some line on, or cut off;
// an anchor can, the log's last hash as it was kept elsewhere.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "crypto/hash.h"
#include "db/connection.h"

namespace trunkline::catalogue {

struct AuditEntry {
  std::int64_t seq = 0;
  core::Time at = {};
  core::Uuid tenant = {};
  std::string who = {};
  std::string event = {};
  std::optional<core::Uuid> object = {};
  std::string why = {};
  std::string origin = {};
  std::string detail = {};  ///< JSON, exactly as written: the hash is over this text
  crypto::Sha256 hash = {};
};

/// "audit_entry.v1".
core::Json to_json(const AuditEntry& entry);
/// Any JSON. A fault (data) names the member that is missing or malformed.
[[nodiscard]] core::Result<AuditEntry> parse_audit_entry(const core::Json& json);

struct AuditFilter {
  std::optional<core::Time> since = {};
  std::optional<core::Time> until = {};
  std::string who = {};                   ///< part of it
  std::string event = {};                 ///< its beginning: "keys." or "recording.accessed"
  std::optional<core::Uuid> object = {};  ///< a recording, a device, ...
  std::int64_t after = 0;                 ///< only lines behind this one; oldest first then
  bool is_oldest_first = false;
  std::uint64_t limit = 50;  ///< 0 = all
};

/// Newest first, or as the filter says; stops when `use` returns false. Returns the number given.
std::uint64_t for_each_audit_entry(db::Connection& connection, const AuditFilter& filter,
                                   const std::function<bool(const AuditEntry&)>& use);

/// Takes the log line by line, from the first on, and says whether the chain is whole.
class AuditProof {
 public:
  AuditProof();
  /// A log that begins later (an export of a part) is taken from this line on trust.
  void begin_at(const AuditEntry& entry);

  void take(const AuditEntry& entry);

  std::uint64_t rows() const noexcept { return rows_; }
  std::int64_t last() const noexcept { return last_; }
  const crypto::Sha256& hash() const noexcept { return hash_; }
  /// The first line that was changed, or is missing; the lines behind it are not looked at.
  std::optional<std::int64_t> first_broken() const noexcept { return first_broken_; }
  std::string message() const;

 private:
  std::uint64_t rows_ = 0;
  std::int64_t last_ = 0;
  crypto::Sha256 hash_;
  std::optional<std::int64_t> first_broken_;
  bool is_missing_ = false;
};

struct Anchor {
  core::Time at = {};
  std::string host = {};
  std::string database = {};
  std::int64_t seq = 0;
  crypto::Sha256 hash = {};
};
/// The log's end at this moment.
Anchor read_anchor(db::Connection& connection, core::Time now);
core::Json to_json(const Anchor& anchor);
/// One anchor in each line, as `trunkline audit anchor` prints it; other lines (of a mail) are
/// passed over. A fault (data) where a line begins as one and is none, or there is none at all.
[[nodiscard]] core::Result<std::vector<Anchor>> parse_anchors(std::string_view text);

}  // namespace trunkline::catalogue
