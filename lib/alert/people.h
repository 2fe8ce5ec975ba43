// SPDX-License-Identifier: MIT
#pragma once

// People who asked for alerts by mail (trunkline user set --alerts), besides those of mail.to.

#include <string>
#include <vector>

#include "alert/alert.h"
#include "db/connection.h"

namespace trunkline::alert {

/// Addresses of those who are let in and want to be told of this alert, each once. That something
/// is good again is told to whoever was told that it was not, too, however bad it was last.
std::vector<std::string> addresses_of_people(db::Connection& connection, const Alert& alert);

}  // namespace trunkline::alert
