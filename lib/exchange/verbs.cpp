// SPDX-License-Identifier: MIT
#include "exchange/verbs.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/log.h"
#include "exchange/call_name.h"
#include "os/user.h"

namespace trunkline::exchange {
namespace {

using Context = std::shared_ptr<VerbContext>;
constexpr std::int64_t kDefaultRecent = 20;
constexpr std::int64_t kMostRecent = 1'000;

/// The argument "call", or nothing and the request answered with what is missing.
std::optional<std::string> call_argument(const control::Request& request, control::Reply& reply) {
  std::string name = core::text_at(request.args, "call");
  if (!name.empty()) return name;
  reply.fail({.code = core::ExitCode::usage,
              .message = request.verb + " needs a call",
              .hint = "name it by its id, the end of its id, its SIP Call-ID, or last"});
  return std::nullopt;
}

void reload(const Context& context, const control::Request&, control::Reply reply) {
  const auto done = context->reload ? context->reload() : core::Result<void>();
  if (done) return reply.ok();
  reply.fail(done.error());
}

void list_registrations(const Context& context, const control::Request&, control::Reply reply) {
  auto bindings = std::make_shared<std::vector<registrar::Binding>>(context->registrar.all());
  std::ranges::sort(*bindings, {}, &registrar::Binding::name);
  const core::Json result = {{"count", bindings->size()}};
  reply.stream(
      [bindings, next = std::size_t{0}]() mutable -> std::optional<core::Json> {
        if (next == bindings->size()) return std::nullopt;
        return core::parse_json(registrar::registration_body((*bindings)[next++], {}))
            .value_or(core::Json::object());
      },
      result);
}

void list_calls(const Context& context, const control::Request&, control::Reply reply) {
  auto shown = std::make_shared<std::vector<core::Json>>();
  context->calls.each([&](LiveCall& live) { shown->push_back(live.shown()); });
  std::ranges::sort(*shown, {}, [](const core::Json& json) { return core::text_at(json, "call"); });
  const core::Json result = {{"count", shown->size()}};
  reply.stream(
      [shown, next = std::size_t{0}]() mutable -> std::optional<core::Json> {
        if (next == shown->size()) return std::nullopt;
        return std::move((*shown)[next++]);
      },
      result);
}

void show_call(const Context& context, const control::Request& request, control::Reply reply) {
  const auto name = call_argument(request, reply);
  if (!name) return;
  const auto live = context->calls.find_named(*name);
  if (!live) return reply.fail(live.error());
  reply.ok((*live)->shown());
}

void hang_up_call(const Context& context, const control::Request& request, control::Reply reply) {
  const auto name = call_argument(request, reply);
  if (!name) return;
  const auto live = context->calls.find_named(*name);
  if (!live) return reply.fail(live.error());
  core::log_info("call hung up by an operator",
                 {{"call", (*live)->state().record.call.text()}, {"peer", request.peer.uid}});
  (*live)->deliver(call::Interrupted{.why = call::Interruption::hang_up});
  reply.ok({{"call", (*live)->state().record.call.text()}});
}

void record_call(const Context& context, const control::Request& request, control::Reply reply) {
  const auto name = call_argument(request, reply);
  if (!name) return;
  const auto live = context->calls.find_named(*name);
  if (!live) return reply.fail(live.error());
  const bool is_on = core::bool_at(request.args, "is_on");
  const std::string call = (*live)->state().record.call.text();
  const std::string who = os::user_name(request.peer.uid);
  core::log_info("recording switched by an operator",
                 {{"call", call}, {"is_on", is_on}, {"peer", request.peer.uid}});
  (*live)->record(is_on, who, [reply, live = *live, call, is_on](core::Result<void> done) mutable {
    if (!done) return reply.fail(std::move(done.error()));
    core::Json result = {{"call", call}, {"is_on", is_on}};
    const auto& recording = live->state().record.recording;
    if (recording) result["recording"] = recording->text();
    reply.ok(std::move(result));
  });
}

void journal_call(const Context& context, const control::Request& request, control::Reply reply) {
  const auto name = call_argument(request, reply);
  if (!name) return;
  context->desk.ask(
      [name = *name](const journal::JournalReader& reader) { return find_call(reader, name); },
      [reply](core::Result<core::Json> found) mutable {
        if (found) return reply.ok(std::move(*found));
        reply.fail(std::move(found.error()));
      });
}

void journal_recent(const Context& context, const control::Request& request, control::Reply reply) {
  const auto limit = std::clamp<std::int64_t>(
      core::number_at(request.args, "limit", kDefaultRecent), 1, kMostRecent);
  context->desk.ask(
      [limit](const journal::JournalReader& reader) -> core::Result<core::Json> {
        return recent_entries(reader, static_cast<std::size_t>(limit));
      },
      [reply](core::Result<core::Json> entries) mutable {
        if (!entries) return reply.fail(std::move(entries.error()));
        const core::Json result = {{"count", entries->size()}};
        for (core::Json& entry : *entries) reply.item(std::move(entry));
        reply.ok(result);
      });
}

using CallVerb = void (*)(const Context&, const control::Request&, control::Reply);
struct CallVerbRow {
  const char* name;
  CallVerb verb;
};
constexpr CallVerbRow kCallVerbs[] = {
    {"reload", reload},
    {"registration.list", list_registrations},
    {"call.list", list_calls},
    {"call.show", show_call},
    {"call.hangup", hang_up_call},
    {"call.record", record_call},
    {"journal.call", journal_call},
    {"journal.recent", journal_recent},
};

}  // namespace

void add_verbs(control::Server& server, VerbContext context) {
  const auto shared = std::make_shared<VerbContext>(std::move(context));
  server.on("status", [shared](const control::Request&, control::Reply reply) {
    reply.ok(shared->status());
  });
  for (const CallVerbRow& row : kCallVerbs) {
    server.on(row.name,
              [shared, verb = row.verb](const control::Request& request, control::Reply reply) {
                verb(shared, request, std::move(reply));
              });
  }
}

}  // namespace trunkline::exchange
