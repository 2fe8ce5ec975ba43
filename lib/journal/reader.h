// SPDX-License-Identifier: MIT
#pragma once

// Reads a journal beside its writer, in this process or another: a connection of its own,
// read-only. One thread at a time; make one per thread. Reads never wait for a commit.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/uuid.h"
#include "journal/entry.h"

namespace trunkline::journal {

struct Proof {
  Sequence first;  ///< the oldest entry still here; 0 if there is none
  Sequence last;
  ChainHash last_hash{};  ///< the end of the chain, to compare with the ledger's
};

class JournalReader {
 public:
  /// Throws core::Error: missing (no_input), not a journal (data), disk (io).
  explicit JournalReader(const std::filesystem::path& path);
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

  core::NodeId node() const;
  /// The last committed number; 0 while there is none.
  Sequence last() const;

  /// Oldest first.
  std::vector<StoredEntry> entries_after(Sequence sequence, std::size_t limit) const;
  std::vector<StoredEntry> entries_of(core::CallRef call) const;
  /// The call's newest entry whose kind starts so ("call.").
  std::optional<StoredEntry> last_of(core::CallRef call, std::string_view kind_prefix) const;
  /// Newest first.
  std::vector<StoredEntry> recent(std::size_t limit) const;

  /// Keys and values of one kind of state, by key.
  std::vector<std::pair<std::string, std::string>> state(std::string_view kind) const;

  /// Walks every entry: no number is missing and each link fits. The fault (data) names the first
  /// entry that does not.
  [[nodiscard]] core::Result<Proof> prove() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::journal
