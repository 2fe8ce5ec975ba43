// SPDX-License-Identifier: MIT
#include "retention/holds.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.h"
#include "core/text.h"

namespace trunkline::retention {
namespace {

constexpr std::size_t kTailMin = 4;

std::vector<std::string> texts_of(const core::Json& json) {
  std::vector<std::string> texts;
  texts.reserve(json.size());
  for (const core::Json& text : json) texts.push_back(text.get<std::string>());
  return texts;
}

Hold hold_of(const db::Row& row) {
  const auto text = [&](std::string_view column) {
    return row.get<std::optional<std::string>>(column).value_or("");
  };
  const auto time = [&](std::string_view column) {
    return row.get<std::optional<core::Time>>(column);
  };
  Hold hold{.id = row.get<core::Uuid>("id"),
            .tenant = row.get<core::TenantId>("tenant_id"),
            .case_name = row.get<std::string>("case_name"),
            .owner = row.get<std::string>("owner"),
            .reason = row.get<std::string>("reason"),
            .numbers = texts_of(row.get<core::Json>("numbers")),
            .campaign = row.get<std::optional<core::Uuid>>("campaign"),
            .since = time("since"),
            .until = time("until"),
            .ends_at = time("ends_at"),
            .needs_two = row.get<bool>("needs_two"),
            .added_by = row.get<std::string>("added_by"),
            .added_at = row.get<core::Time>("added_at"),
            .first_release_by = text("first_release_by"),
            .released_by = text("released_by"),
            .release_reason = text("release_reason"),
            .released_at = time("released_at")};
  for (const std::string& id : texts_of(row.get<core::Json>("items")))
    hold.items.push_back(core::value_or_throw(core::Uuid::parse(id)));
  return hold;
}

core::Result<void> check(const Hold& hold) {
  if (hold.items.empty() && hold.numbers.empty() && !hold.campaign && !hold.since && !hold.until)
    return core::fault(core::ExitCode::usage, "cannot hold nothing: no scope is given",
                       "name ids, numbers or a time: --id, --number, --since, --until");
  if (hold.since && hold.until && *hold.since >= *hold.until)
    return core::fault(core::ExitCode::usage, "cannot hold a time that ends before it begins",
                       "--since is the earlier one");
  if (hold.case_name.empty() || hold.owner.empty() || hold.reason.empty())
    return core::fault(core::ExitCode::usage, "cannot hold without case, owner and reason",
                       "--owner and --reason are for those who ask in a year");
  return {};
}

}  // namespace

std::vector<Hold> load_holds(db::Connection& connection) {
  static constexpr db::Statement kLoad{
      "SELECT id, tenant_id, case_name, owner, reason, to_json(items) AS items,"
      "       to_json(numbers) AS numbers, campaign, since, until, ends_at, needs_two, added_by,"
      "       added_at, first_release_by, released_by, release_reason, released_at"
      "  FROM trunkline.legal_hold ORDER BY added_at DESC, id DESC"};
  std::vector<Hold> holds;
  for (const db::Row row : connection.query(kLoad)) holds.push_back(hold_of(row));
  return holds;
}

core::Result<Hold> add_hold(db::Connection& connection, Hold hold, core::Time now) {
  if (auto good = check(hold); !good) return tl::unexpected(good.error());
  static constexpr db::Statement kAdd{
      "INSERT INTO trunkline.legal_hold (id, tenant_id, case_name, owner, reason, items, numbers,"
      "   campaign, since, until, ends_at, needs_two, added_by)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
      " ON CONFLICT ON CONSTRAINT legal_hold_case_taken DO NOTHING RETURNING id"};
  hold.id = core::Uuid::make(now);
  const db::Rows added = connection.query(
      kAdd, {hold.id, hold.tenant, hold.case_name, hold.owner, hold.reason,
             db::Value::array(std::span<const core::Uuid>(hold.items)),
             db::Value::array(std::span<const std::string>(hold.numbers)), hold.campaign,
             hold.since, hold.until, hold.ends_at, hold.needs_two, hold.added_by});
  if (added.empty())
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot hold for case '{}': it has a hold already",
                                   core::printable(hold.case_name)),
                       "its scope stays as it is; add one of another name, such as '... (2)'");
  return find_hold(connection, hold.tenant, hold.case_name);
}

core::Result<Hold> find_hold(db::Connection& connection, const core::TenantId& tenant,
                             std::string_view which) {
  const std::string tail = core::to_lower(which);
  std::vector<Hold> by_tail;
  for (Hold& hold : load_holds(connection)) {
    if (hold.tenant != tenant) continue;
    if (hold.case_name == which) return std::move(hold);
    if (tail.size() >= kTailMin && hold.id.text().ends_with(tail))
      by_tail.push_back(std::move(hold));
  }
  if (by_tail.size() == 1) return std::move(by_tail.front());
  return core::fault(core::ExitCode::no_input,
                     fmt::format("cannot find the hold '{}'", core::printable(which)),
                     "give its case or the end of its id: retention hold list --all");
}

core::Result<Release> release_hold(db::Connection& connection, const Hold& hold,
                                   std::string_view person, std::string_view why) {
  static constexpr db::Statement kRelease{"SELECT outcome FROM trunkline.hold_release($1, $2, $3)"};
  const db::Rows rows = connection.query(kRelease, {hold.id, person, why});
  const std::string outcome = rows.empty() ? "gone" : rows[0].get<std::string>("outcome");
  if (outcome == "released") return Release::released;
  if (outcome == "first") return Release::first_of_two;
  if (outcome == "same")
    return core::fault(
        core::ExitCode::no_permission,
        fmt::format("cannot release the hold '{}': its case asks for two persons, and you were the "
                    "first",
                    core::printable(hold.case_name)),
        "somebody else has to run the same command");
  return core::fault(core::ExitCode::data,
                     fmt::format("cannot release the hold '{}': it was released before",
                                 core::printable(hold.case_name)),
                     "see: retention hold show");
}

std::string person_of(std::string_view acting) {
  static constexpr std::string_view kSudo = "(sudo: ";
  if (const auto sudo = acting.find(kSudo); sudo != std::string_view::npos) {
    std::string_view name = acting.substr(sudo + kSudo.size());
    if (name.ends_with(')')) name.remove_suffix(1);
    return std::string(name);
  }
  const auto space = acting.find(' ');
  return std::string(space == std::string_view::npos ? acting : acting.substr(space + 1));
}

}  // namespace trunkline::retention
