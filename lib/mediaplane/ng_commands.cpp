// SPDX-License-Identifier: MIT
#include "mediaplane/ng_commands.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "mediaplane/ng_replies.h"
#include "ng/keys.h"
#include "sdp/relay.h"

namespace trunkline::mediaplane {
namespace {

using ng::Dictionary;
using ng::error_reply;
using ng::ok_reply;

constexpr std::int64_t kListedByNg = 32;

/// A key of several words as this message spells it: Kamailio passes on what its script says,
/// "record-call" for "record call", and has "received-from" of its own. rtpengine takes both.
std::string spelled(const Dictionary& body, std::string key) {
  if (!body.has(key)) std::replace(key.begin(), key.end(), ' ', '-');
  return key;
}

/// "received from" is [family, address].
std::optional<os::Address> signalling_of(const Dictionary& body) {
  const auto pieces = body.texts(spelled(body, "received from"));
  if (pieces.size() != 2) return std::nullopt;
  const auto address = os::Address::parse_host(pieces[1]);
  return address ? std::optional(*address) : std::nullopt;
}

/// "address family": of the SDP in the reply, "IP4" or "IP6".
std::optional<os::Family> family_asked(const Dictionary& body) {
  const std::string_view family = body.text(spelled(body, "address family"));
  if (family == "IP4") return os::Family::ipv4;
  if (family == "IP6") return os::Family::ipv6;
  return std::nullopt;
}

bool wants_recording(const Dictionary& body) {
  const std::string_view ours = body.text(ng::kRecordKey);
  if (!ours.empty()) return ours == "always";
  const std::string_view theirs = body.text(spelled(body, "record call"));
  return theirs == "yes" || theirs == "on" || body.has_text("flags", "record-call");
}

template <class Id>
std::optional<Id> id_at(const Dictionary& body, std::string_view key) {
  const auto id = Id::parse(body.text(key));
  return id ? std::optional(*id) : std::nullopt;
}

Commander commander_of(const Dictionary& body) {
  return {.node = std::string(body.text(ng::kNodeKey)),
          .start = std::string(body.text(ng::kStartKey))};
}

core::Result<sdp::Session> session_of(const Dictionary& body) {
  const std::string_view text = body.text("sdp");
  if (text.empty()) return core::fault(core::ExitCode::data, "No SDP body in message");
  auto session = sdp::Session::parse(text);
  if (!session) {
    return core::fault(core::ExitCode::data, "Failed to parse SDP: " + session.error().message);
  }
  return session;
}

/// Whom an address of ours is for; nothing where nobody is known yet.
std::optional<os::Address> party_towards(const Call& call, Leg reader, os::Family family,
                                         const Dictionary& body) {
  const auto named = os::Address::parse_host(body.text(ng::kReaderKey));
  if (named && named->family() == family) return *named;
  // The reader may not have been heard of yet: then the author's side of the machine is the guess.
  for (const Leg leg : {reader, other(reader)}) {
    const auto& signalling = call.leg(leg).signalling;
    if (signalling && signalling->family() == family) return signalling;
    // A phone behind a NAT names an address that leads nowhere from here.
    const auto announced = plans_of(call, 0)[index_of(leg)].rtp.announced;
    if (announced && announced->family() == family) return announced;
  }
  return std::nullopt;
}

}  // namespace

NgCommands::NgCommands(Calls& calls, std::vector<os::Address> local, const core::Clock& clock)
    : calls_(calls), local_(std::move(local)), clock_(clock) {}

void NgCommands::serve(ng::Server& server) {
  using ng::Request;
  using ng::Respond;
  server.on("ping", [this](const Request& request, const Respond& respond) {
    respond(ping(request.body));
  });
  server.on("offer", [this](const Request& request, const Respond& respond) {
    respond_settled(request, offer(request.body), respond);
  });
  server.on("answer", [this](const Request& request, const Respond& respond) {
    respond_settled(request, answer(request.body), respond);
  });
  server.on("delete", [this](const Request& request, const Respond& respond) {
    remove(request.body, respond);
  });
  server.on("query", [this](const Request& request, const Respond& respond) {
    query(request.body, respond);
  });
  server.on("list", [this](const Request& request, const Respond& respond) {
    respond(list(request.body));
  });
  const auto on_recording = [&](const char* command, std::function<void(Call&)> change) {
    server.on(command,
              [this, change = std::move(change)](const Request& request, const Respond& respond) {
                respond(change_recording(request.body, change));
              });
  };
  server.on("start recording", [this](const Request& request, const Respond& respond) {
    respond(start_recording(request.body));
  });
  on_recording("stop recording", [this](Call& call) { calls_.stop_recording(call); });
  on_recording("pause recording", [this](Call& call) { calls_.pause_recording(call, true); });
}

Dictionary NgCommands::ping(const Dictionary& body) {
  const Commander now = commander_of(body);
  // Each start is looked at once: pings come every other second.
  if (!now.node.empty() && now != last_pinged_) {
    last_pinged_ = now;
    calls_.close_left_behind(now);
  }
  return ng::pong_reply();
}

/// A phone may speak the moment it has the reply: its I/O thread must know of it by then.
void NgCommands::respond_settled(const ng::Request& request, Dictionary reply,
                                 const ng::Respond& respond) {
  Call* const call = calls_.find(std::string(request.body.text("call-id")));
  if (call == nullptr) return respond(std::move(reply));
  calls_.settle(*call,
                [reply = std::move(reply), respond]() mutable { respond(std::move(reply)); });
}

Dictionary NgCommands::offer(const Dictionary& body) {
  const std::string key(body.text("call-id"));
  const std::string_view tag = body.text("from-tag");
  if (key.empty()) return error_reply("No call-id in message");
  if (tag.empty()) return error_reply("No from-tag in message");
  auto description = session_of(body);
  if (!description) return error_reply(description.error().message);
  Call* call = calls_.find(key);
  const bool is_new = call == nullptr;
  if (is_new && is_draining_) {
    return ng::limit_reply("recorderd is being stopped");
  }
  if (is_new) {
    call = &open(key, body);
    // Where the caller's INVITE came without SDP, the called side makes the first offer.
    const bool is_called = body.has(ng::kCallKey) && tag.starts_with(ng::kCalledTagPrefix);
    call->leg(Leg::caller).tag = is_called ? ng::kCallerTag : tag;
  }
  const Leg offerer = call->leg_of(tag);
  if (offerer == Leg::called) call->leg(Leg::called).tag = tag;
  const std::string_view to_tag = body.text("to-tag");
  if (offerer == Leg::caller && !to_tag.empty()) call->branches.emplace(to_tag);
  Dictionary reply = describe(*call, offerer, std::move(*description), body);
  if (is_new && reply.text("result") != "ok") calls_.close(*call, MediaEnd::stopped);
  return reply;
}

Call& NgCommands::open(const std::string& key, const Dictionary& body) {
  // Our own sipd's call-id is the call's id; another exchange's is any text.
  const auto named = id_at<core::CallRef>(body, ng::kCallKey);
  return calls_.open(
      {.key = key,
       .call = named ? *named : core::CallRef::parse(key).value_or(core::CallRef{}),
       .tenant = id_at<core::TenantId>(body, ng::kTenantKey).value_or(core::TenantId{}),
       .is_recorded = wants_recording(body),
       .recording = id_at<core::RecordingId>(body, ng::kRecordingKey),
       .commander = commander_of(body)});
}

Dictionary NgCommands::answer(const Dictionary& body) {
  const std::string key(body.text("call-id"));
  const std::string_view from_tag = body.text("from-tag");
  const std::string_view to_tag = body.text("to-tag");
  if (key.empty()) return error_reply("No call-id in message");
  if (from_tag.empty()) return error_reply("No from-tag in message");
  if (to_tag.empty()) return error_reply("No to-tag in message");
  auto description = session_of(body);
  if (!description) return error_reply(description.error().message);
  Call* const call = calls_.find(key);
  if (call == nullptr) return error_reply("Unknown call-id");
  const Leg offerer = call->leg_of(from_tag);
  const Leg answerer = other(offerer);
  const auto& offered = call->leg(offerer).description;
  if (!offered) return error_reply("Unknown call-id");
  if (const auto fits = sdp::check_answer(*offered, *description); !fits) {
    return error_reply(fits.error().message);
  }
  if (answerer == Leg::called) {
    call->leg(Leg::called).tag = to_tag;
    call->branches.emplace(to_tag);
  }
  if (wants_recording(body)) call->recording.is_wanted |= !call->recording.running.has_value();
  Dictionary reply = describe(*call, answerer, std::move(*description), body);
  if (reply.text("result") == "ok") calls_.answered(*call, answerer);
  return reply;
}

Dictionary NgCommands::describe(Call& call, Leg leg, sdp::Session description,
                                const Dictionary& body) {
  if (auto signalling = signalling_of(body)) call.leg(leg).signalling = signalling;
  if (const auto family = family_asked(body)) call.leg(other(leg)).asked_family = family;
  if (call.leg(leg).since == core::Time{}) call.leg(leg).since = clock_.wall();
  if (const auto taken = calls_.describe(call, leg, std::move(description)); !taken) {
    // Ports ran out: another node may have some.
    const bool is_at_limit = taken.error().code == core::ExitCode::unavailable;
    return is_at_limit ? ng::limit_reply(taken.error().message)
                       : error_reply(taken.error().message);
  }
  Dictionary reply = ok_reply();
  reply.set("sdp", rewritten(call, leg, body));
  return reply;
}

std::string NgCommands::rewritten(const Call& call, Leg author, const Dictionary& body) {
  const Leg reader = other(author);
  const os::Family family = family_of(call, reader);
  sdp::Session session = *call.leg(author).description;
  std::vector<sdp::RelayPorts> ports;
  for (std::size_t line = 0; line < session.media.size(); ++line) {
    const core::Port rtp = call.lines[line].ports[index_of(reader)].of(family);
    ports.push_back({rtp, core::Port(static_cast<std::uint16_t>(rtp.value() + 1))});
  }
  sdp::point_at_relay(session, address_towards(call, reader, body), ports,
                      {.replaces_origin = body.has_text("replace", "origin")});
  return session.text();
}

std::string NgCommands::address_towards(const Call& call, Leg reader, const Dictionary& body) {
  const std::string_view asked = body.text(spelled(body, "media address"));
  if (!asked.empty()) return std::string(asked);
  const os::Family family = family_of(call, reader);
  const auto local = std::find_if(local_.begin(), local_.end(), [&](const os::Address& address) {
    return address.family() == family;
  });
  const std::optional<os::Address> party = party_towards(call, reader, family, body);
  if (party) {
    if (const auto advertised = advertised_.towards(*party)) return advertised->host();
  }
  if (local != local_.end() && !local->is_any()) return local->host();
  const std::string source =
      party ? routes_.towards(party->host(), clock_.steady()).source : std::string();
  return source.empty() ? os::Address::loopback({}, family).host() : source;
}

void NgCommands::remove(const Dictionary& body, const ng::Respond& respond) {
  const std::string key(body.text("call-id"));
  if (key.empty()) return respond(error_reply("No call-id in message"));
  Call* const call = calls_.find(key);
  const std::string_view from_tag = body.text("from-tag");
  const std::string_view to_tag = body.text("to-tag");
  const auto is_known = [&](std::string_view tag) {
    return tag.empty() || tag == call->leg(Leg::caller).tag || tag == call->leg(Leg::called).tag ||
           call->branches.contains(std::string(tag));
  };
  if (call == nullptr || !is_known(from_tag)) {
    const char* const why = "Call-ID not found or tags didn't match";
    if (body.has_text("flags", "fatal")) return respond(error_reply(why));
    Dictionary reply = ok_reply();
    reply.set("warning", why);
    return respond(std::move(reply));
  }
  const std::string branch(to_tag == call->leg(Leg::caller).tag ? from_tag : to_tag);
  if (!branch.empty() && !to_tag.empty()) {
    call->branches.erase(branch);
    if (!call->branches.empty()) return respond(ok_reply());
  }
  calls_.close(*call, MediaEnd::deleted,
               [this, respond](const Call& closed, const SessionCounters& counters) {
                 Dictionary reply = call_dictionary(closed, counters, clock_.wall());
                 reply.set("result", "ok");
                 respond(std::move(reply));
               });
}

void NgCommands::query(const Dictionary& body, const ng::Respond& respond) {
  Call* const call = calls_.find(std::string(body.text("call-id")));
  if (call == nullptr) return respond(error_reply("Unknown call-id"));
  calls_.figures(*call, [this, respond](const Call* asked, const SessionCounters& counters) {
    if (asked == nullptr) return respond(error_reply("Unknown call-id"));
    Dictionary reply = call_dictionary(*asked, counters, clock_.wall());
    reply.set("result", "ok");
    respond(std::move(reply));
  });
}

Dictionary NgCommands::list(const Dictionary& body) const {
  std::int64_t limit = body.integer("limit", kListedByNg);
  ng::List calls;
  for (const auto& [key, call] : calls_.all()) {
    if (limit-- <= 0) break;
    calls.emplace_back(key);
  }
  Dictionary reply = ok_reply();
  reply.set("calls", std::move(calls));
  return reply;
}

Dictionary NgCommands::start_recording(const Dictionary& body) {
  Call* const call = calls_.find(std::string(body.text("call-id")));
  if (call == nullptr) return error_reply("Unknown call-id");
  const auto chosen = id_at<core::RecordingId>(body, ng::kRecordingKey);
  if (chosen && !call->recording.running) call->recording.chosen = chosen;
  calls_.start_recording(*call);
  calls_.pause_recording(*call, false);
  Dictionary reply = ok_reply();
  if (call->recording.running) {
    reply.set(ng::kRecordingKey, call->recording.running->text());
  } else if (chosen) {
    // Its recording.failed says why; who named a recording wants to know that there is none.
    return error_reply("the call cannot be recorded");
  }
  return reply;
}

Dictionary NgCommands::change_recording(const Dictionary& body,
                                        const std::function<void(Call&)>& change) {
  Call* const call = calls_.find(std::string(body.text("call-id")));
  if (call == nullptr) return error_reply("Unknown call-id");
  change(*call);
  return ok_reply();
}

}  // namespace trunkline::mediaplane
