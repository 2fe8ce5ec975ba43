// SPDX-License-Identifier: MIT
#pragma once

// The end of a journal as a file of its own, for a backup: what the ledger lacks, with the chain it
// hangs on.

#include <filesystem>

#include "journal/entry.h"

namespace trunkline::journal {

struct Extracted {
  core::NodeId node;
  Sequence first;  ///< 0 where there is nothing behind `after`
  Sequence last;   ///< of the journal
};

/// Makes `target`, a journal with the entries of `source` behind `after` and without the daemon's
/// state: as of one moment, while the daemon writes. It is not synced. Throws core::Error: no such
/// journal (no_input), damaged (data), disk (io).
Extracted extract(const std::filesystem::path& source, Sequence after,
                  const std::filesystem::path& target);

}  // namespace trunkline::journal
