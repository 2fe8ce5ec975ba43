// SPDX-License-Identifier: MIT
#include "exchange/media.h"

#include <utility>

#include "core/log.h"
#include "ng/keys.h"

namespace trunkline::exchange {
namespace {

/// Deletions kept for a relay that is away; it drops what it has by its own timeout, too.
constexpr std::size_t kMostOwed = 10'000;

core::Result<std::string> sdp_in(core::Result<ng::Dictionary> reply) {
  if (!reply) return tl::make_unexpected(std::move(reply.error()));
  const std::string_view sdp = reply->text("sdp");
  if (sdp.empty()) {
    return core::fault(core::ExitCode::protocol, "the media relay gave no session description");
  }
  return std::string(sdp);
}

std::vector<ng::Endpoint> endpoints(const std::vector<std::string>& nodes) {
  std::vector<ng::Endpoint> parsed;
  parsed.reserve(nodes.size());
  for (const std::string& node : nodes) {
    parsed.push_back(core::value_or_throw(ng::Endpoint::parse(node)));
  }
  return parsed;
}

const char* family_name(os::Family family) {
  return family == os::Family::ipv4 ? "IP4" : "IP6";
}

ng::Dictionary body_for(const Described& described, call::LegId offerer) {
  ng::Dictionary body;
  body.set("sdp", described.sdp);
  body.set("from-tag", call::tag_of(offerer));
  // The phones need not learn each other's addresses.
  body.set("replace", ng::List{"origin"});
  if (const auto address = os::Address::parse(described.address)) {
    body.set("received from", ng::List{family_name(address->family()), address->host()});
  }
  return body;
}

}  // namespace

Media::Media(os::Reactor& reactor, core::NodeId own, const std::vector<std::string>& nodes,
             const std::filesystem::path& control, Events events)
    : events_(std::move(events)),
      introduction_{{ng::kNodeKey, own.text()},
                    {ng::kStartKey, core::Uuid::make(core::system_clock().wall()).text()}},
      client_(reactor, {.nodes = endpoints(nodes), .introduction = introduction_}) {
  client_.on_node_change([this](const ng::NodeStatus& node) {
    if (node.is_up) {
      core::log_info("media relay is up", {{"peer", node.endpoint.text()}});
    } else {
      core::log_error("media relay is down",
                      {{"peer", node.endpoint.text()}, {"error", node.last_error}});
    }
    if (!node.is_up) return;
    retry_deletions();
    if (events_.relay_returned) events_.relay_returned();
  });
  if (control.empty()) return;
  const auto on_event = [this](const control::Event& event) {
    const auto call = core::CallRef::parse(core::text_at(event.data, "call"));
    if (call && events_.timed_out) events_.timed_out(*call);
  };
  const auto on_state = [this](control::LinkState state) {
    if (state == control::LinkState::connected && events_.relay_returned) events_.relay_returned();
  };
  subscriber_ = std::make_unique<control::Subscriber>(
      reactor, control, std::vector<std::string>{"media.timeout"}, on_event, on_state);
}

void Media::offer(const MediaSession& session, const Described& offer,
                  std::optional<call::LegId> to, std::string_view reader, Rewritten done) {
  ng::Dictionary body = body_for(offer, offer.author);
  if (const auto address = os::Address::parse(reader)) {
    body.set("address family", family_name(address->family()));
    body.set(ng::kReaderKey, address->host());
  }
  if (to) body.set("to-tag", call::tag_of(*to));
  // Without this an rtpengine that is full calls it an error like any other.
  body.set("supports", ng::List{std::string(ng::kLoadLimit)});
  for (const auto& [key, value] : introduction_) body.set(key, value);
  body.set(ng::kTenantKey, session.tenant.text());
  body.set(ng::kCallKey, session.call.text());
  body.set(ng::kRecordKey, session.recording ? "always" : "off");
  if (session.recording) body.set(ng::kRecordingKey, session.recording->text());
  const auto placement = session.recording ? ng::Placement::trunkline : ng::Placement::any;
  client_.send(
      session.call.text(), "offer", std::move(body),
      [done = std::move(done)](core::Result<ng::Dictionary> reply) {
        done(sdp_in(std::move(reply)));
      },
      placement);
}

void Media::answer(const MediaSession& session, call::LegId offerer, const Described& answer,
                   Rewritten done) {
  ng::Dictionary body = body_for(answer, offerer);
  body.set("to-tag", call::tag_of(answer.author));
  client_.send(session.call.text(), "answer", std::move(body),
               [done = std::move(done)](core::Result<ng::Dictionary> reply) {
                 done(sdp_in(std::move(reply)));
               });
}

void Media::record(const MediaSession& session, bool is_on, Switched done) {
  const std::string name = session.call.text();
  ng::Dictionary body;
  if (session.recording) body.set(ng::kRecordingKey, session.recording->text());
  client_.send(
      name, is_on ? "start recording" : "pause recording", std::move(body),
      [this, name, is_on, done = std::move(done)](const core::Result<ng::Dictionary>& reply) {
        if (!reply) return done(tl::make_unexpected(reply.error()));
        if (is_on && !reply->has(ng::kRecordingKey)) {
          // An rtpengine: what it writes is neither sealed nor known to the ledger.
          client_.send(name, "stop recording", {}, [](const core::Result<ng::Dictionary>&) {});
          return done(core::fault(core::ExitCode::unavailable,
                                  "the relay of this call cannot record for the ledger"));
        }
        done({});
      });
}

void Media::remove(core::CallRef call, Rewritten done) {
  const std::string name = call.text();
  const std::optional<ng::Endpoint> node = client_.node_of(name);
  client_.send(name, "delete", {},
               [this, name, node, done = std::move(done)](core::Result<ng::Dictionary> reply) {
                 const bool is_unreachable =
                     !reply && reply.error().code == core::ExitCode::unavailable;
                 if (is_unreachable && node && owed_deletions_.size() < kMostOwed) {
                   owed_deletions_.push_back({name, *node});
                 }
                 client_.forget(name);
                 if (!done) return;
                 if (reply) return done(std::string());
                 done(tl::make_unexpected(std::move(reply.error())));
               });
}

void Media::retry_deletions() {
  const auto owed = std::exchange(owed_deletions_, {});
  for (const Owed& deletion : owed) {
    const auto call = core::CallRef::parse(deletion.call);
    if (!call || !client_.adopt(deletion.call, deletion.node)) continue;
    remove(*call, {});
  }
}

void Media::query(core::CallRef call, std::function<void(SessionFate)> done) {
  client_.send(call.text(), "query", {},
               [done = std::move(done)](core::Result<ng::Dictionary> reply) {
                 if (reply) return done(SessionFate::known);
                 const bool is_unreachable = reply.error().code == core::ExitCode::unavailable;
                 done(is_unreachable ? SessionFate::unreachable : SessionFate::unknown);
               });
}

std::optional<std::string> Media::node_of(core::CallRef call) const {
  const auto node = client_.node_of(call.text());
  if (!node) return std::nullopt;
  return node->text();
}

void Media::adopt(core::CallRef call, std::string_view node) {
  if (const auto endpoint = ng::Endpoint::parse(node)) client_.adopt(call.text(), *endpoint);
}

core::Json Media::status() const {
  core::Json nodes = core::Json::array();
  for (const ng::NodeStatus& node : client_.nodes()) {
    nodes.push_back({{"address", node.endpoint.text()},
                     {"is_up", node.is_up},
                     {"is_trunkline", node.is_trunkline},
                     {"calls", node.calls},
                     {"outstanding", node.outstanding},
                     {"timeouts", node.timeouts},
                     {"error", node.last_error}});
  }
  return {{"nodes", std::move(nodes)},
          {"is_subscribed", subscriber_ && subscriber_->is_connected()},
          {"owed_deletions", owed_deletions_.size()}};
}

}  // namespace trunkline::exchange
