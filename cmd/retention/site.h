// SPDX-License-Identifier: MIT
#pragma once

// What the verbs of retention share: whose things are meant, which thing is meant, and the names
// that stand for ids.

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "archive/erasing.h"
#include "cli/context.h"
#include "db/connection.h"
#include "directory/tenants.h"
#include "retention/items.h"

namespace trunkline::commands {

cli::Option tenant_option();
directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection);
/// The tenant of --tenant, or nothing where all are meant.
std::optional<core::TenantId> narrowed_tenant(cli::Context& context, db::Connection& connection);

/// retention.default_days
retention::Days default_days(cli::Context& context);

/// ledger.archive_dir
std::filesystem::path archive_folder(cli::Context& context);

/// The recording or call that `which` names: an id or its end, a SIP Call-ID, a number (its latest
/// recording, else its latest call) or "last"; where the database has none, a call of an archived
/// month. Throws core::Error.
retention::Item find_item(cli::Context& context, db::Connection& connection,
                          std::string_view which);

/// Of the tables of things: retention_item.v1, erase_item.v1.
std::vector<cli::Column> item_columns();
/// What every JSON object about a thing begins with.
core::Json item_json(const retention::Item& item, std::string_view fate);

/// Warns of each archived month whose file could not be read; whether there is one.
bool warn_of_months(cli::Context& context, std::span<const archive::Unreached> unreached);

/// The moment of an option such as --since, if it is given. Throws core::Error.
std::optional<core::Time> moment(cli::Context& context, std::string_view option);

/// Names of tenants and devices by their ids.
class Names {
 public:
  explicit Names(db::Connection& connection);
  /// The id where the object is not there any more.
  std::string of(const core::Uuid& id) const;
  std::string of(const core::TenantId& id) const { return of(id.uuid()); }

 private:
  std::map<core::Uuid, std::string> names_;
};

}  // namespace trunkline::commands
