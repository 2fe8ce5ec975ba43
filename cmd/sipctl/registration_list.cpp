// SPDX-License-Identifier: MIT
#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

const std::string kBound = "registration.bound";
const std::string kUnbound = "registration.unbound";

std::string remaining(const cli::Output& out, const core::Json& registration) {
  const std::string moment = core::text_at(registration, "expires_at");
  const auto expires = core::parse_rfc3339(moment);
  if (!expires || !out.is_terminal()) return moment;
  const auto left =
      std::chrono::duration_cast<core::Milliseconds>(*expires - core::system_clock().wall());
  return out.duration(std::max(left, core::Milliseconds{0}));
}

void list(cli::Context& context, control::Client& client) {
  cli::Output& out = context.out();
  out.table(
      "registration.v1",
      {{"DEVICE"}, {"ADDRESS"}, {"TRANSPORT"}, {"EXPIRES", cli::Align::right}, {"USER AGENT"}});
  core::value_or_throw(client.call("registration.list", {}, [&](const core::Json& registration) {
    out.row({core::text_at(registration, "name"), core::text_at(registration, "address"),
             core::text_at(registration, "transport"), remaining(out, registration),
             core::text_at(registration, "user_agent")},
            registration);
  }));
  out.flush();
}

void show_event(cli::Output& out, const control::Event& event) {
  const core::Json& registration = event.data;
  const bool is_bound = event.name == kBound;
  core::Json object = registration;
  object["event"] = event.name;
  object["at"] = core::to_rfc3339(event.at);
  out.row(
      {out.time(event.at),
       cli::Cell(is_bound ? "bound" : "unbound", is_bound ? cli::Color::green : cli::Color::yellow),
       core::text_at(registration, "name"), core::text_at(registration, "address"),
       core::text_at(registration, "transport"), remaining(out, registration),
       core::text_at(registration, "reason")},
      std::move(object));
  out.flush();
}

/// Subscribes before it lists, so that no change falls between the two.
void watch(cli::Context& context, control::Client& client) {
  const std::vector<std::string> events{kBound, kUnbound};
  core::value_or_throw(client.call("subscribe", {{"events", events}}));
  list(context, client);
  cli::Output& out = context.out();
  out.line("");
  out.table("registration_event.v1", {{"TIME"},
                                      {"EVENT"},
                                      {"DEVICE"},
                                      {"ADDRESS"},
                                      {"TRANSPORT"},
                                      {"EXPIRES", cli::Align::right},
                                      {"REASON"}});
  core::value_or_throw(client.follow(events, [&](const control::Event& event) {
    show_event(out, event);
    return true;
  }));
}

core::ExitCode list_registrations(cli::Context& context) {
  control::Client client = sipd(context);
  if (context.has("--watch"))
    watch(context, client);
  else
    list(context, client);
  return core::ExitCode::done;
}

}  // namespace

cli::Command registration_list() {
  return {
      .path = "registration list",
      .summary = "list the phones that are registered",
      .description =
          "Lists the registrations of this moment, one line a contact, asked from sipd itself.\n"
          "\n"
          "With --watch it goes on and prints each registration that begins, is renewed or "
          "ends, until it is interrupted.",
      .options = {{.name = "--watch", .help = "go on with what changes"}},
      .exits = {{core::ExitCode::unavailable, "sipd does not run"}},
      .examples = {{"sipctl registration list", "which phones can be called"},
                   {"sipctl registration list --watch", "see a phone register"}},
      .run = list_registrations};
}

}  // namespace trunkline::commands
