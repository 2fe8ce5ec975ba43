// SPDX-License-Identifier: MIT
#pragma once

// The verbs ban.list, ban.why, ban.add and ban.remove on sipd's control socket (schemas/control).

#include "control/server.h"
#include "exchange/doorman.h"

namespace trunkline::exchange {

/// The doorman must outlive the server.
void add_ban_verbs(control::Server& server, Doorman& doorman);

}  // namespace trunkline::exchange
