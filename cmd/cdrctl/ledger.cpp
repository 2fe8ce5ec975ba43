// SPDX-License-Identifier: MIT
#include "cdrctl/ledger.h"

#include <fmt/format.h>

#include "cdr/period.h"
#include "cdr/query.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

constexpr core::Milliseconds kControlTimeout{10'000};

}  // namespace

std::vector<cli::Option> list_options() {
  return {{.name = "--since",
           .help = "started at or after: today, yesterday, 2h, 2026-11-21, \"2026-11-21 08:00\"",
           .value = "TIME"},
          {.name = "--until", .help = "started before", .value = "TIME"},
          {.name = "--number", .help = "number or name of either party", .value = "NUMBER"},
          {.name = "--tenant", .help = "only of this tenant", .value = "NAME"},
          {.name = "-n,--limit",
           .help = "at most so many, newest first; 0 for all",
           .value = "COUNT",
           .fallback = "50"}};
}

std::vector<cli::Option> call_options(std::string limit) {
  std::vector<cli::Option> options = list_options();
  options.back().fallback = std::move(limit);
  options.insert(options.begin() + 2,
                 {{.name = "--caller", .help = "number or name of the caller", .value = "NUMBER"},
                  {.name = "--called",
                   .help = "number, name or dialled digits of the called",
                   .value = "NUMBER"},
                  {.name = "--disposition",
                   .help = "only calls that ended so",
                   .value = "NAME",
                   .choices = {"answered", "busy", "missed", "rejected", "cancelled", "failed",
                               "refused", "interrupted"}},
                  {.name = "--trunk",
                   .help = "only calls that came from or went to this trunk",
                   .value = "NAME"},
                  {.name = "--did",
                   .help = "only calls to this number of ours, or that showed it: +493012345678",
                   .value = "NUMBER"},
                  {.name = "--campaign", .help = "only calls of this campaign", .value = "NAME"},
                  {.name = "--live", .help = "only calls that have not ended"},
                  {.name = "--ended", .help = "only calls that have ended"}});
  return options;
}

cdr::Filter filter_of(cli::Context& context) {
  if (context.has("--live") && context.has("--ended")) {
    throw core::Error(core::ExitCode::usage, "cannot list only live and only ended calls at once",
                      "give one of --live and --ended");
  }
  cdr::Filter filter{.since = moment(context, "--since"),
                     .until = moment(context, "--until"),
                     .caller = context.value("--caller"),
                     .called = context.value("--called"),
                     .number = context.value("--number"),
                     .disposition = context.value("--disposition"),
                     .trunk = context.value("--trunk"),
                     .did = context.value("--did"),
                     .campaign = context.value("--campaign"),
                     .limit = context.number("--limit").value_or(0)};
  if (context.has("--live")) filter.is_live = true;
  if (context.has("--ended")) filter.is_live = false;
  return filter;
}

std::optional<core::Time> moment(cli::Context& context, std::string_view option) {
  if (!context.has(option)) return std::nullopt;
  return core::value_or_throw(cdr::parse_when(context.value(option), core::system_clock().wall()));
}

std::optional<core::TenantId> chosen_tenant(cli::Context& context, db::Connection& connection) {
  if (!context.has("--tenant")) return std::nullopt;
  return core::value_or_throw(cdr::tenant_id(connection, context.value("--tenant")));
}

bool is_away(const core::Error& error) {
  return error.fault().code == core::ExitCode::unavailable ||
         error.fault().code == core::ExitCode::try_again;
}

void with_ledger(cli::Context& context, std::string_view verb,
                 const std::function<void(db::Connection&)>& ask,
                 const std::function<void()>& otherwise) {
  std::optional<db::Connection> connection;
  try {
    connection = db::open_to_read(context.config(), fmt::format("cdrctl {}", verb));
  } catch (const core::Error& error) {
    if (!is_away(error)) throw;
    context.warn(error.fault().message, "what follows is from this host's journal only");
  }
  if (connection) return ask(*connection);
  otherwise();
}

control::Client recorderd(cli::Context& context) {
  return core::value_or_throw(control::Client::connect(context.config().text("media.control"),
                                                       kControlTimeout, "recorderd"));
}

control::Client sipd(cli::Context& context) {
  return core::value_or_throw(
      control::Client::connect(context.config().text("sip.control"), kControlTimeout, "sipd"));
}

}  // namespace trunkline::commands
