// SPDX-License-Identifier: MIT
#include "retention/site.h"

#include <fmt/format.h>

#include "archive/calls.h"
#include "archive/items.h"
#include "catalogue/recordings.h"
#include "cdr/period.h"
#include "cdr/query.h"
#include "core/text.h"

namespace trunkline::commands {

cli::Option tenant_option() {
  return {.name = "--tenant", .help = "this tenant instead of the default one", .value = "NAME"};
}

directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection) {
  return core::value_or_throw(directory::tenant_or_default(connection, context.value("--tenant")));
}

std::optional<core::TenantId> narrowed_tenant(cli::Context& context, db::Connection& connection) {
  if (!context.has("--tenant")) return std::nullopt;
  return core::value_or_throw(cdr::tenant_id(connection, context.value("--tenant")));
}

retention::Days default_days(cli::Context& context) {
  return retention::Days(context.config().integer("retention.default_days"));
}

std::filesystem::path archive_folder(cli::Context& context) {
  return context.config().text("ledger.archive_dir");
}

std::vector<cli::Column> item_columns() {
  return {{"ENDED"}, {"KIND"},     {"FATE"},   {"SIZE", cli::Align::right},
          {"ID"},    {"ARCHIVED"}, {"BECAUSE"}};
}

core::Json item_json(const retention::Item& item, std::string_view fate) {
  return {{"kind", name_of(item.kind)},
          {"id", item.id.text()},
          {"call", item.call.text()},
          {"tenant", item.tenant.text()},
          {"fate", fate},
          {"ended_at", core::to_rfc3339(item.ended_at)}};
}

bool warn_of_months(cli::Context& context, std::span<const archive::Unreached> unreached) {
  for (const archive::Unreached& one : unreached)
    context.warn(fmt::format("calls of {} are not looked at: {}", one.month, one.fault.message),
                 "bring the file back from a backup");
  return !unreached.empty();
}

retention::Item find_item(cli::Context& context, db::Connection& connection,
                          std::string_view which) {
  archive::Items items(connection, archive_folder(context));
  const auto recording = catalogue::find_recording(connection, which);
  if (recording && recording->status == "erased")
    throw core::Error(core::ExitCode::no_input,
                      fmt::format("recording {} was erased: {}", recording->recording.text(),
                                  core::printable(recording->erased_why)),
                      "when and by whom: cdrctl recording show");
  if (recording) {
    auto item =
        retention::load_item(connection, retention::Kind::recording, recording->recording.uuid());
    if (item) {
      items.complete(std::span(&*item, 1));
      return *std::move(item);
    }
  }
  if (const auto call = cdr::find_call(connection, which)) {
    auto item = retention::load_item(connection, retention::Kind::call, call->call.uuid());
    if (item) return *std::move(item);
  }
  if (const auto call = archive::find_archived(archive_folder(context), items.months(), which)) {
    retention::Item item = archive::item_of(*call, archive::month_of(call->started_at));
    retention::load_derived(connection, std::span(&item, 1));
    return item;
  }
  throw core::Error(core::ExitCode::no_input,
                    fmt::format("cannot find '{}'", core::printable(which)),
                    "give the id of a recording or call or its end, a number, or last");
}

std::optional<core::Time> moment(cli::Context& context, std::string_view option) {
  if (!context.has(option)) return std::nullopt;
  return core::value_or_throw(cdr::parse_when(context.value(option), core::system_clock().wall()));
}

Names::Names(db::Connection& connection) {
  static constexpr db::Statement kNames{
      "SELECT id, name::text FROM trunkline.tenant UNION ALL"
      " SELECT id, name::text FROM trunkline.device"};
  for (const db::Row row : connection.query(kNames))
    names_.emplace(row.get<core::Uuid>("id"), row.get<std::string>("name"));
}

std::string Names::of(const core::Uuid& id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? id.text() : found->second;
}

}  // namespace trunkline::commands
