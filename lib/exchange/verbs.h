// SPDX-License-Identifier: MIT
#pragma once

// sipd's verbs on its control socket (schemas/control).

#include <functional>

#include "control/server.h"
#include "exchange/calls.h"
#include "exchange/journal_desk.h"
#include "registrar/registrar.h"

namespace trunkline::exchange {

struct VerbContext {
  Calls& calls;
  registrar::Registrar& registrar;
  JournalDesk& desk;
  std::function<core::Json()> status;
  std::function<core::Result<void>()> reload;
};

/// The context is kept by the verbs; what it refers to must outlive the server.
void add_verbs(control::Server& server, VerbContext context);

}  // namespace trunkline::exchange
