// SPDX-License-Identifier: MIT
#pragma once

// A connection string as a section of libpq's service file, so that pg_dump and its like can be
// told where the database is without a password on their command line or in their environment.

#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::db {

/// "[trunkline]\nhost=...\n": what `url` says, with another database where `database` names one. A
/// fault (config) for a string that libpq cannot read.
[[nodiscard]] core::Result<std::string> service_text(const std::string& url,
                                                     std::string_view section,
                                                     const std::string& database = {});

}  // namespace trunkline::db
