// SPDX-License-Identifier: MIT
#pragma once

// A sweep's part that is in archived months: calls whose time is over. A month that has some comes
// back, is swept, and is archived again (erasing.h); a month that has none is not touched.

#include <filesystem>
#include <functional>

#include "archive/erasing.h"
#include "retention/sweep.h"

namespace trunkline::archive {

struct Swept {
  retention::Erased erased = {};
  Reached reached = {};
};
/// Decides by what the files say which months come back, and again under the rules' lock what goes
/// of them. At most options.limit calls, unless that is 0. Faults as erase_in_archives().
Swept sweep(const retention::EraserParts& parts, const core::Uuid& run,
            const std::filesystem::path& folder, core::Time now,
            const retention::SweepOptions& options, const std::function<void(Passed)>& passed = {});

}  // namespace trunkline::archive
