// SPDX-License-Identifier: MIT
#pragma once

// The calls a former process left open when it died. Each is closed as interrupted: its media
// session is deleted, which makes recorderd account for it, both parties get BYE, and the ledger
// learns how it ended. (Taking such calls over comes later.)

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "exchange/farewells.h"
#include "exchange/live_call.h"

namespace trunkline::exchange {

/// `state` is what JournalReader::state(kOpenCallKind) gave. Returns how many calls were closed.
std::size_t close_interrupted_calls(Workbench& bench, Farewells& farewells,
                                    const std::vector<std::pair<std::string, std::string>>& state);

}  // namespace trunkline::exchange
