// SPDX-License-Identifier: MIT
#pragma once

// What a journal holds: entries, which are never changed, and the daemon's own state, which is.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/strong.h"
#include "core/time.h"
#include "core/uuid.h"
#include "crypto/hash.h"

namespace trunkline::journal {

/// 1, 2, 3, ... in the order of commits, without a gap.
using Sequence = core::Strong<std::uint64_t, struct SequenceTag>;

/// Something that happened (schemas/journal). `body` is the text of a JSON object.
struct Entry {
  std::string kind;
  core::TenantId tenant;
  core::CallRef call;  ///< nil where it concerns no call
  std::string body;
  core::Time at;

  bool operator==(const Entry&) const = default;
};

/// Sets (or with no value deletes) what a daemon must find again after a crash: a binding, a
/// dialog, an open recording.
struct StateChange {
  std::string kind;
  std::string key;
  std::optional<std::string> value;
};

/// A link of the chain: it depends on its entry and, through the one before, on all earlier ones.
using ChainHash = crypto::Sha256;

struct StoredEntry {
  Sequence sequence;
  Entry entry;
  ChainHash hash{};
};

/// What the first entry of a node is chained to: SHA-256("trunkline journal 1" || node id).
ChainHash first_link(core::NodeId node);

/// SHA-256(previous || u64 sequence || u64 microseconds || u32 length, kind || tenant || call ||
/// u32 length, body), numbers big-endian.
ChainHash next_link(const ChainHash& previous, Sequence sequence, const Entry& entry);

}  // namespace trunkline::journal
