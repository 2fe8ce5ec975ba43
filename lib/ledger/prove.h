// SPDX-License-Identifier: MIT
#pragma once

// Whether the ledger in PostgreSQL is whole: no number of any journal is missing, each link of the
// hash chain fits, the end is where the watermark says, every call has its row and every row its
// entry, with the same content. Beside it, where a daemon's own journal can be read, whether what
// it holds is what PostgreSQL has. Everything is seen as of one moment, while shipping goes on.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"
#include "journal/entry.h"

namespace trunkline::ledger {

/// What is told of a range of a journal's numbers.
enum class Finding : std::uint8_t {
  intact,     ///< the sum of a node: nothing is wrong from `first` to `last`
  archived,   ///< in archived months whose files cannot be read here
  imported,   ///< the sum of a source: calls that are in no chain
  accepted,   ///< missing, and an operator took that into account (ledger_accept_gap)
  erased,     ///< without content any more, as the audit log says; number and hash are there
  waiting,    ///< in the daemon's journal, not shipped yet
  missing,    ///< neither an entry nor a rejected one
  changed,    ///< the entry, or its hash, is not what was written
  end,        ///< the chain does not end with the hash that was shipped last
  unlisted,   ///< an entry of a call that has no row, or an older one, in cdr
  unfounded,  ///< a row of cdr without its entry
  differing,  ///< a row of cdr that says something else than its entry
  journal,    ///< the daemon's journal and PostgreSQL have different entries, or it is damaged
};

/// "intact", "missing", ... as --json has it.
std::string_view name_of(Finding finding);
/// Whether it spoils the proof.
bool is_hole(Finding finding);

struct Proved {
  Finding finding = Finding::intact;
  core::NodeId node = {};
  std::string daemon = {};
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::optional<core::Time> after = {};  ///< the entry before was made then
  std::optional<core::Time> before =
      {};  ///< this entry, or the one behind the range, was made then
  std::string detail = {};
};

using Tell = std::function<void(const Proved&)>;

/// Entries of months that are files now (trunkline::archive).
class ArchivedEntries {
 public:
  ArchivedEntries() = default;
  virtual ~ArchivedEntries() = default;
  ArchivedEntries(const ArchivedEntries&) = delete;
  ArchivedEntries& operator=(const ArchivedEntries&) = delete;

  /// A node's entries with numbers from `first` to `last` that can be read here, in their order.
  /// May throw core::Error.
  virtual void for_each(core::NodeId node, std::int64_t first, std::int64_t last,
                        const std::function<void(const journal::StoredEntry&)>& use) = 0;
  /// Numbers of the node that may be in files which cannot be read here, and which files.
  struct Unread {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::string why;
  };
  virtual std::vector<Unread> unread(core::NodeId node) const = 0;
};

/// Every journal that PostgreSQL knows, and its calls. Returns whether there is no hole. Throws
/// core::Error where PostgreSQL cannot be asked.
bool prove_ledger(db::Connection& connection, ArchivedEntries& archived, const Tell& tell);

/// One daemon's journal file against PostgreSQL. Entries that are not shipped are told as waiting,
/// and as missing where they are older than `patience`. Throws core::Error where the file cannot be
/// read.
bool prove_journal(db::Connection& connection, const std::filesystem::path& file,
                   std::string_view daemon, core::Time now, core::Milliseconds patience,
                   const Tell& tell);

}  // namespace trunkline::ledger
