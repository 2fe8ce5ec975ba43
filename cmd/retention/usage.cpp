// SPDX-License-Identifier: MIT
#include "usage/usage.h"

#include <fmt/format.h>

#include "db/tool.h"
#include "retention/commands.h"
#include "retention/site.h"
#include "retention/storage.h"

namespace trunkline::commands {
namespace {

core::Json amount_json(const usage::Amount& amount) {
  core::Json json{{"recordings", amount.recordings},
                  {"bytes", amount.bytes},
                  {"duration_ms", amount.duration_ms}};
  if (const auto average = amount.average_ms()) json["average_ms"] = *average;
  if (const auto rate = amount.bytes_per_minute())
    json["bytes_per_minute"] = static_cast<std::uint64_t>(*rate);
  return json;
}

core::Json consumers_json(const std::vector<usage::Consumer>& consumers) {
  core::Json all = core::Json::array();
  for (const usage::Consumer& consumer : consumers) {
    core::Json json{{"name", consumer.name}};
    json.update(amount_json(consumer.amount));
    all.push_back(std::move(json));
  }
  return all;
}

void print_consumers(cli::Output& out, std::string_view kind,
                     const std::vector<usage::Consumer>& consumers,
                     std::vector<cli::Field>& fields) {
  for (const usage::Consumer& consumer : consumers)
    fields.push_back(
        {fmt::format("{} {}", kind, consumer.name),
         fmt::format("{} in {} recordings, {}", shown_bytes(out, consumer.amount.bytes),
                     out.count(consumer.amount.recordings),
                     out.duration(core::Milliseconds(whole(consumer.amount.duration_ms))))});
}

void print_usage(cli::Output& out, const usage::View& view) {
  const usage::Amount& month = view.usage.last_30_days;
  std::vector<cli::Field> fields{
      {"usage", shown_usage(view)},
      {"recordings", out.count(view.usage.all.recordings)},
      {"length", out.duration(core::Milliseconds(whole(view.usage.all.duration_ms)))},
      {"forecast", shown_forecast(view)},
      {"last 30 days", fmt::format("{} recordings, {}", out.count(month.recordings),
                                   shown_bytes(out, month.bytes))}};
  if (const usage::Amount& cold = view.usage.cold; cold.recordings > 0)
    fields.push_back({"cold tier", fmt::format("{} recordings, {}", out.count(cold.recordings),
                                               shown_bytes(out, cold.bytes))});
  if (const auto average = month.average_ms())
    fields.push_back({"average length", out.duration(core::Milliseconds(whole(*average)))});
  if (const auto rate = month.bytes_per_minute())
    fields.push_back({"a minute takes", shown_bytes(out, static_cast<std::uint64_t>(*rate))});
  for (const usage::Change& change : view.changes)
    fields.push_back({"change", shown_change(change)});
  print_consumers(out, "tenant", view.usage.tenants, fields);
  print_consumers(out, "device", view.usage.devices, fields);

  core::Json object{{"level", name_of(level_of(view.usage.all.bytes, view.quota))},
                    {"percent", percent_of(view.usage.all.bytes, view.quota)},
                    {"quota_bytes", view.quota.bytes},
                    {"all", amount_json(view.usage.all)},
                    {"last_30_days", amount_json(month)},
                    {"cold", amount_json(view.usage.cold)},
                    {"tenants", consumers_json(view.usage.tenants)},
                    {"devices", consumers_json(view.usage.devices)}};
  if (const auto growth = view.growth()) {
    object["growth_bytes_per_day"] = static_cast<std::int64_t>(*growth);
    if (const auto days = usage::days_until_full(view.usage.all.bytes, view.quota.bytes, growth))
      object["days_until_full"] = *days;
  }
  object["changes"] = core::Json::array();
  for (const usage::Change& change : view.changes)
    object["changes"].push_back({{"policy", change.policy},
                                 {"from_days", change.from.count()},
                                 {"to_days", change.to.count()},
                                 {"recordings", change.recordings},
                                 {"bytes", change.bytes}});
  out.record("usage.v1", fields, std::move(object));
}

core::ExitCode show_usage(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention usage");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  const auto tenant = narrowed_tenant(context, connection);
  usage::View view{.usage = usage::load_usage(connection, now, tenant, *context.number("--top")),
                   .quota = quota_of(context.config())};
  // Of one tenant a share of the site's quota says nothing of when it is full.
  if (!tenant)
    view.changes = usage::load_changes(
        connection, retention::load_rules(connection, default_days(context)), now);
  print_usage(context.out(), view);
  return core::ExitCode::done;
}

}  // namespace

cli::Command usage() {
  return {
      .path = "usage",
      .summary = "show how much recordings take, who takes it, and when it is full",
      .description =
          "Count, size and length of all recordings and of those of the last 30 days; what a "
          "minute takes, measured; the largest tenants and devices (a call between two devices "
          "counts for both); the forecast, by the days that retention measure logged; and what "
          "each policy would free at half its time, the most first. Sizes are decimal: a GB is "
          "1,000,000,000 bytes.",
      .options = {{.name = "--top", .help = "so many of each kind", .value = "N", .fallback = "10"},
                  {.name = "--tenant", .help = "only of this tenant", .value = "NAME"}},
      .examples = {{"retention usage", "how full it is"},
                   {"retention usage --json", "the same, for a script"}},
      .is_paged = true,
      .run = show_usage};
}

}  // namespace trunkline::commands
