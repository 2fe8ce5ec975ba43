// SPDX-License-Identifier: MIT
#include "exchange/ban_verbs.h"

#include <memory>
#include <utility>

#include "os/user.h"

namespace trunkline::exchange {
namespace {

using BanVerb = void (*)(Doorman&, const control::Request&, control::Reply);

constexpr std::size_t kMostReason = 200;

/// The argument "address", or nothing and the request answered with what is wrong with it.
std::optional<guard::Source> source_argument(const control::Request& request,
                                             control::Reply& reply) {
  const auto source = guard::Source::parse(core::text_at(request.args, "address"));
  if (source) return *source;
  reply.fail(source.error());
  return std::nullopt;
}

std::string reason_argument(const control::Request& request) {
  return core::text_at(request.args, "reason").substr(0, kMostReason);
}

void list_bans(Doorman& doorman, const control::Request&, control::Reply reply) {
  auto bans = std::make_shared<std::vector<core::Json>>(doorman.list());
  const core::Json result = {{"count", bans->size()}};
  reply.stream(
      [bans, next = std::size_t{0}]() mutable -> std::optional<core::Json> {
        if (next == bans->size()) return std::nullopt;
        return std::move((*bans)[next++]);
      },
      result);
}

void tell_why(Doorman& doorman, const control::Request& request, control::Reply reply) {
  if (const auto source = source_argument(request, reply)) reply.ok(doorman.why(*source));
}

void add_ban(Doorman& doorman, const control::Request& request, control::Reply reply) {
  const auto source = source_argument(request, reply);
  if (!source) return;
  std::optional<core::Milliseconds> length;
  if (const auto milliseconds = core::number_at(request.args, "duration_ms"); milliseconds > 0) {
    length = core::Milliseconds(milliseconds);
  }
  if (auto refused = doorman.refusal_to_ban(*source, core::bool_at(request.args, "force"))) {
    return reply.fail(std::move(*refused));
  }
  reply.ok(doorman.ban(*source, reason_argument(request), os::user_name(request.peer.uid), length));
}

void remove_ban(Doorman& doorman, const control::Request& request, control::Reply reply) {
  const auto source = source_argument(request, reply);
  if (!source) return;
  auto lifted = doorman.lift(*source, reason_argument(request), os::user_name(request.peer.uid));
  if (!lifted) return reply.fail(std::move(lifted.error()));
  reply.ok(std::move(*lifted));
}

struct BanVerbRow {
  const char* name;
  BanVerb verb;
};
constexpr BanVerbRow kBanVerbs[] = {
    {"ban.list", list_bans},
    {"ban.why", tell_why},
    {"ban.add", add_ban},
    {"ban.remove", remove_ban},
};

}  // namespace

void add_ban_verbs(control::Server& server, Doorman& doorman) {
  for (const BanVerbRow& row : kBanVerbs) {
    server.on(row.name,
              [&doorman, verb = row.verb](const control::Request& request, control::Reply reply) {
                verb(doorman, request, std::move(reply));
              });
  }
}

}  // namespace trunkline::exchange
