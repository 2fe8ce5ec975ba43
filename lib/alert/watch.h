// SPDX-License-Identifier: MIT
#pragma once

// Looks in the database for what is worth an alert since it last looked: recordings that failed or
// never began, and entries the ledger refused. Rather too much is looked at than too little: what
// was told before is held back by its key.

#include <vector>

#include "alert/alert.h"
#include "db/connection.h"

namespace trunkline::alert {

struct News {
  std::string mark;  ///< of watch_mark: set it to `until` when the alerts are in
  core::Time until = {};
  std::vector<Alert> alerts = {};
  /// Where they are held back, leave the mark: they are told later, with what comes till then.
  bool is_gathered = false;
};

/// What came in since the marks, or in the last hour where there are none.
std::vector<News> look_for_news(db::Connection& connection, core::Time now);

}  // namespace trunkline::alert
