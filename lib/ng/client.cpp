// SPDX-License-Identifier: MIT
#include "ng/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <unordered_map>

#include "core/log.h"
#include "ng/farm.h"
#include "ng/node.h"

namespace trunkline::ng {

namespace {

using core::ExitCode;
using core::Fault;

constexpr auto kWhereToLook = "is recorderd running? see: trunkline status";

/// A request that waits for its answer.
struct Pending {
  std::string call = {};
  std::string body = {};  ///< bencoded
  Farm::Index node = 0;
  bool is_ping = false;
  bool is_placing = false;  ///< the first of a new call: may go to another node
  bool is_ending = false;   ///< deletes the whole call
  Placement placement = Placement::any;
  std::vector<Farm::Index> tried = {};
  ReplyCallback reply = {};
  core::Milliseconds deadline{};
  core::Milliseconds delay{};
  core::Milliseconds elapsed{};
  os::RegistrationPtr timer = {};
};

std::string random_prefix() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

void finish(const ReplyCallback& reply, core::Result<Dictionary> result) {
  if (reply) reply(std::move(result));
}

}  // namespace

class Client::State : public std::enable_shared_from_this<Client::State> {
 public:
  State(os::Reactor& reactor, ClientOptions options)
      : reactor_(reactor),
        options_(std::move(options)),
        farm_(options_.nodes, options_.pings_lost_until_down),
        is_pinging_(options_.nodes.size(), false),
        cookie_prefix_(random_prefix()) {}

  void start() {
    for (Farm::Index i = 0; i < farm_.size(); ++i) {
      NodeChannel::Events events;
      events.message = [weak = weak_from_this(), i](Message message) {
        if (const auto self = weak.lock()) self->on_message(i, std::move(message));
      };
      events.lost = [weak = weak_from_this(), i](const std::string& why) {
        if (const auto self = weak.lock()) self->on_lost(i, why);
      };
      channels_.push_back(
          std::make_unique<NodeChannel>(reactor_, options_.nodes[i], std::move(events)));
    }
    ping_timer_ = reactor_.every(options_.ping_period, [this] { ping_all(); });
    ping_all();
  }

  void stop() {
    ping_timer_.reset();
    pending_.clear();
    channels_.clear();
    changed_ = nullptr;
  }

  void send(std::string_view call, std::string_view command, Dictionary body, ReplyCallback reply,
            Placement placement) {
    if (pending_.size() >= options_.max_outstanding) {
      return fail_later(std::move(reply), Fault{.code = ExitCode::unavailable,
                                                .message = "too many unanswered media requests"});
    }
    Pending pending{.call = std::string(call), .placement = placement, .reply = std::move(reply)};
    pending.is_ending = command == "delete" && !body.has("to-tag");
    body.set("call-id", call).set("command", command);
    pending.body = to_bencode(body);

    auto node = farm_.node_of(call);
    if (!node) {
      node = farm_.place(placement);
      if (!node) {
        return fail_later(std::move(pending.reply), Fault{.code = ExitCode::unavailable,
                                                          .message = "no media node is available",
                                                          .hint = kWhereToLook});
      }
      pending.is_placing = !pending.is_ending;
      if (pending.is_placing) farm_.bind(call, *node);
    }
    pending.node = *node;
    begin(std::move(pending), options_.deadline);
  }

  void on_change(std::function<void(const NodeStatus&)> changed) { changed_ = std::move(changed); }
  Farm& farm() noexcept { return farm_; }

 private:
  bool is_stopped() const noexcept { return ping_timer_ == nullptr; }

  void begin(Pending&& pending, core::Milliseconds deadline) {
    const bool is_repeated = channels_[pending.node]->is_datagram();
    pending.deadline = deadline;
    pending.elapsed = core::Milliseconds(0);
    pending.delay = is_repeated ? std::min(options_.first_retransmission, deadline) : deadline;
    farm_.on_request(pending.node);
    auto cookie = fmt::format("{}_{}", cookie_prefix_, ++last_cookie_);
    const auto place = pending_.emplace(std::move(cookie), std::move(pending)).first;
    transmit(place->first, place->second);
  }

  void transmit(const std::string& cookie, Pending& pending) {
    if (auto sent = channels_[pending.node]->send(cookie + ' ' + pending.body); !sent) {
      // Later, because send() must return before its callback runs.
      pending.timer = reactor_.after(core::Milliseconds(0), [this, cookie, why = sent.error()] {
        give_up(std::string(cookie), Fault(why));
      });
      return;
    }
    pending.timer =
        reactor_.after(pending.delay, [this, cookie] { on_timer(std::string(cookie)); });
  }

  /// `cookie` is not the timer's own: that is destroyed in here.
  void on_timer(const std::string& cookie) {
    const auto found = pending_.find(cookie);
    if (found == pending_.end()) return;
    auto& pending = found->second;
    pending.elapsed += pending.delay;
    if (pending.elapsed < pending.deadline) {
      pending.delay = std::min(pending.delay * 2, pending.deadline - pending.elapsed);
      return transmit(found->first, pending);
    }
    const auto self = shared_from_this();
    Fault why{.code = ExitCode::unavailable,
              .message =
                  fmt::format("media node {} does not answer", options_.nodes[pending.node].text()),
              .hint = kWhereToLook};
    const auto node = pending.node;
    if (farm_.on_loss(node, why.message, true)) tell_change(node);
    give_up(cookie, std::move(why));
  }

  std::optional<Pending> take(const std::string& cookie) {
    auto handle = pending_.extract(cookie);
    if (handle.empty()) return std::nullopt;
    farm_.on_request_done(handle.mapped().node);
    return std::move(handle.mapped());
  }

  // The cookie must not be the timer's own: that one is destroyed in here.
  void give_up(const std::string& cookie, Fault why) {
    const auto self = shared_from_this();
    auto pending = take(cookie);
    if (!pending) return;
    if (pending->is_ping) {
      is_pinging_[pending->node] = false;
      return;
    }
    if (pending->is_placing) {
      // The node may have made the session and only its answer was lost.
      delete_quietly(pending->call, pending->node);
      return place_again(std::move(*pending), std::move(why));
    }
    if (pending->is_ending) farm_.forget(pending->call);
    finish(pending->reply, tl::unexpected(std::move(why)));
  }

  void place_again(Pending&& pending, Fault why) {
    pending.tried.push_back(pending.node);
    const auto next = farm_.place(pending.placement, pending.tried);
    // Where the caller forgot the call meanwhile, nobody wants it any more.
    if (next && farm_.node_of(pending.call)) {
      core::log_info(
          "media request goes to another node",
          {{"call", pending.call}, {"peer", options_.nodes[*next].text()}, {"error", why.message}});
      farm_.bind(pending.call, *next);
      pending.node = *next;
      return begin(std::move(pending), options_.deadline);
    }
    farm_.forget(pending.call);
    finish(pending.reply, tl::unexpected(std::move(why)));
  }

  void delete_quietly(const std::string& call, Farm::Index node) {
    const Dictionary body{{"command", "delete"}, {"call-id", call}};
    begin(Pending{.call = call, .body = to_bencode(body), .node = node}, options_.deadline);
  }

  void on_message(Farm::Index node, Message&& message) {
    const auto found = pending_.find(message.cookie);
    // An answer to what was given up, or to a retransmission of what is already answered.
    if (found == pending_.end() || found->second.node != node) return;
    auto pending = *take(message.cookie);
    farm_.on_answer(node);
    if (pending.is_ping) {
      is_pinging_[node] = false;
      if (farm_.on_pong(node, message.body)) tell_change(node);
      return;
    }
    auto reply = accepted(std::move(message.body));
    if (pending.is_placing && !reply) {
      if (reply.error().code == ExitCode::unavailable) {
        return place_again(std::move(pending), std::move(reply.error()));
      }
      farm_.forget(pending.call);
    }
    if (pending.is_ending) farm_.forget(pending.call);
    finish(pending.reply, std::move(reply));
  }

  void on_lost(Farm::Index node, const std::string& why) {
    std::vector<std::string> cookies;
    for (const auto& [cookie, pending] : pending_) {
      if (pending.node == node) cookies.push_back(cookie);
    }
    const Fault fault{.code = ExitCode::unavailable,
                      .message = fmt::format("lost the connection to media node {}: {}",
                                             options_.nodes[node].text(), why)};
    if (farm_.on_loss(node, fault.message, false)) tell_change(node);
    for (const auto& cookie : cookies) give_up(cookie, fault);
  }

  void ping_all() {
    Dictionary ping = options_.introduction;
    ping.set("command", "ping");
    const std::string body = to_bencode(ping);
    const auto deadline = std::min(options_.ping_period, options_.deadline);
    for (Farm::Index i = 0; i < farm_.size(); ++i) {
      if (is_pinging_[i]) continue;
      is_pinging_[i] = true;
      begin(Pending{.body = body, .node = i, .is_ping = true}, deadline);
    }
  }

  void tell_change(Farm::Index node) {
    // Copies, because the callback may replace itself or end the client.
    const auto status = farm_.status(node);
    const auto changed = changed_;
    if (changed) changed(status);
  }

  void fail_later(ReplyCallback reply, Fault why) {
    reactor_.post([weak = weak_from_this(), reply = std::move(reply), why = std::move(why)] {
      const auto self = weak.lock();
      if (self && !self->is_stopped()) finish(reply, tl::unexpected(why));
    });
  }

  os::Reactor& reactor_;
  ClientOptions options_;
  Farm farm_;
  std::vector<std::unique_ptr<NodeChannel>> channels_;
  std::vector<bool> is_pinging_;
  std::string cookie_prefix_;
  std::uint64_t last_cookie_ = 0;
  std::unordered_map<std::string, Pending> pending_;  ///< by cookie
  std::function<void(const NodeStatus&)> changed_;
  os::RegistrationPtr ping_timer_;
};

Client::Client(os::Reactor& reactor, ClientOptions options)
    : state_(std::make_shared<State>(reactor, std::move(options))) {
  state_->start();
}

Client::~Client() {
  state_->stop();
}

void Client::send(std::string_view call, std::string_view command, Dictionary body,
                  ReplyCallback reply, Placement placement) {
  state_->send(call, command, std::move(body), std::move(reply), placement);
}

bool Client::adopt(std::string_view call, const Endpoint& node) {
  const auto index = state_->farm().find(node);
  if (index) state_->farm().bind(call, *index);
  return index.has_value();
}

void Client::forget(std::string_view call) {
  state_->farm().forget(call);
}

std::optional<Endpoint> Client::node_of(std::string_view call) const {
  const auto node = state_->farm().node_of(call);
  if (!node) return std::nullopt;
  return state_->farm().status(*node).endpoint;
}

bool Client::is_available(Placement placement) const {
  return state_->farm().place(placement).has_value();
}

std::vector<NodeStatus> Client::nodes() const {
  return state_->farm().statuses();
}

void Client::on_node_change(std::function<void(const NodeStatus&)> changed) {
  state_->on_change(std::move(changed));
}

}  // namespace trunkline::ng
