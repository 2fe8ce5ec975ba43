// SPDX-License-Identifier: MIT
#pragma once

// The inside of sip::Agent, for lib/sip alone: the nta agent, its sockets, the messages that belong
// to no transaction, and what every dialog and transaction needs from the agent. Lives until the
// last of them is gone.

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/log.h"
#include "crypto/hash.h"
#include "os/advertised.h"
#include "os/routes.h"
#include "sip/agent.h"
#include "sip/connections.h"
#include "sip/message_class.h"
#include "sip/plain_reply.h"
#include "sip/sofia.h"
#include "sip/targets.h"
#include "sip/udp_front.h"

namespace trunkline::sip {

/// What it takes to answer a request that nta has not seen.
struct PlainOrigin {
  std::shared_ptr<UdpFront> front;
  os::Address from;
  RepeatedLines lines;
};

/// A request that nta handed to nobody, or a front took.
struct ReceivedMessage {
  std::shared_ptr<AgentCore> agent;
  MessageRef message;  ///< nullptr where a front took it
  TransportRef transport;
  Request request;
  std::optional<PlainOrigin> plain;
};

/// How a flow is reached, in Sofia's terms.
struct Path {
  Flow flow;
  std::string route_url;   ///< "sip:192.0.2.1:5060;transport=udp"
  std::string ident;       ///< of our socket
  std::string via;         ///< "SIP/2.0/UDP 192.0.2.9:5060"
  std::string local_host;  ///< as in Via and Contact: IPv6 in brackets
  std::uint16_t local_port = 0;

  std::string target_key() const;
};

class AgentCore : public std::enable_shared_from_this<AgentCore> {
 public:
  AgentCore(Root& root, AgentOptions options);
  ~AgentCore();
  AgentCore(const AgentCore&) = delete;
  AgentCore& operator=(const AgentCore&) = delete;

  void listen();
  void shut_down();

  nta_agent_t* nta() const { return nta_.get(); }
  Root& root() const { return root_; }
  const AgentOptions& options() const { return options_; }
  const std::string& allow() const { return allow_; }
  const std::vector<Listener>& listeners() const { return listeners_; }
  Targets& targets() { return targets_; }
  void on_connections(Agent::ConnectionEvents events);
  void set_connection_limits(ConnectionLimits limits) { connections_.set_limits(limits); }
  /// The size above which requests to `target` go over TCP though `path` is of UDP.
  unsigned udp_limit(const Path& path, const Uri& target);
  void add(const DialogCore* dialog) { dialogs_.insert(dialog); }
  void remove(const DialogCore* dialog) { dialogs_.erase(dialog); }
  AgentCounts counts() const;
  AgentCounts& counted() { return counts_; }

  void on_request(Agent::OnRequest on_request) {
    on_request_ = std::make_shared<const Agent::OnRequest>(std::move(on_request));
  }
  static int on_message(AgentCore* core, nta_agent_t*, msg_t* message, sip_t* sip) noexcept;

  Flow flow_of(tport_t* transport, msg_t* message);
  std::string local_host_for(const Flow& flow);
  void set_advertised(os::AdvertisedAddresses advertised) { advertised_ = std::move(advertised); }
  void show_certificate(const TlsOptions& tls) const;
  /// Nothing where no socket of ours speaks the flow's protocol.
  std::optional<Path> path_to(const Flow& flow);
  /// The flow a URI names, where it is an address and not a name (DESIGN 5: DNS is not nta's).
  static std::optional<Flow> flow_to(const Uri& uri);

  void reply_without_state(const ReceivedMessage& received, const Reply& reply);
  /// The reply that is due before any owner sees the request (405, 501, 420, 416, 483), or nothing.
  std::optional<Reply> refusal(const Request& request) const;
  bool is_allowed(Method method) const;
  /// What the request requires and we cannot do: "replaces, gruu".
  std::string unknown_extensions(const Request& request) const;

  /// Keeps something alive until it is released: what ends by itself after its owner is gone.
  void keep(std::shared_ptr<void> kept);
  void release(const void* kept);

  /// A random token for tags and Call-IDs.
  std::string new_token() const;

  /// Calls out of a C frame: an exception is logged and goes no further. False if there was one.
  template <class Call, class... Arguments>
  static bool call(const Call& callback, Arguments&&... arguments) noexcept {
    try {
      if constexpr (std::is_constructible_v<bool, const Call&>) {
        if (!callback) return true;
      }
      callback(std::forward<Arguments>(arguments)...);
      return true;
    } catch (const std::exception& error) {
      report(error.what());
    } catch (...) {
      report("unknown");
    }
    return false;
  }

 private:
  /// A socket: one address of ours and one protocol.
  struct Bound {
    Listener listener;
    std::string ident;
  };
  /// "Any address" of sip.listen. Sofia's own would be a socket an address of the moment of the
  /// start, without saying which, so the addresses are bound one by one and looked for again.
  struct AnyAddress {
    Listener listener;  ///< the port that 0 became
    std::vector<std::string> hosts = {};
  };

  static void report(const char* what) noexcept;
  void receive(MessageRef message, const sip_t& sip);
  void receive_plain(const std::shared_ptr<UdpFront>& front, PlainRegister& plain,
                     const os::Address& from);
  /// What is due to a request from wherever: an answer, or its owner.
  void dispatch(std::unique_ptr<ReceivedMessage> received);
  /// Refuses what came over UDP without nta, whose way to an answer is five times as long; false
  /// where it is nta's to answer.
  bool refuse_plainly(const ReceivedMessage& received, const sip_t& sip, const Reply& reply);
  void open_front(const Bound& bound, tport_t* transport);
  std::uint16_t bind(const Listener& listener);
  void bind_any(AnyAddress& any, bool is_start);
  void keep_connections_within_limits();
  void sweep_connections();
  void connection_closed(const Flow& flow);
  const Bound* bound_for(const Flow& flow);
  std::string local_host_for(const Bound* bound, const Endpoint& peer) const;
  std::string stable_tag(const Request& request);

  Root& root_;
  AgentOptions options_;
  std::string allow_;
  GuardedMessageClass message_class_;  ///< before nta, whose messages are of it
  AgentRef nta_;
  std::vector<std::shared_ptr<UdpFront>> fronts_;  ///< after nta, before whose sockets they stand
  Connections connections_;                        ///< after nta, whose connections it watches
  Agent::ConnectionEvents connection_events_;
  os::RegistrationPtr sweeper_;
  std::unordered_set<const DialogCore*> dialogs_;
  std::vector<Bound> bound_;
  std::vector<AnyAddress> any_;
  os::RegistrationPtr address_watch_;
  std::vector<Listener> listeners_;
  Targets targets_;
  os::AdvertisedAddresses advertised_;
  os::Routes routes_;
  crypto::HmacSha256 tag_key_;
  AgentCounts counts_;
  /// Held while it runs: it may end the agent.
  std::shared_ptr<const Agent::OnRequest> on_request_;
  std::unordered_map<const void*, std::shared_ptr<void>> kept_;
  bool is_shut_down_ = false;
};

/// While it lives, requests that are too large for UDP are made for TCP. Sofia has one limit for
/// all targets, and falls back to UDP only under a limit that allows it.
class UdpLimit {
 public:
  /// `size` is what the request holds beside the usual headers.
  UdpLimit(AgentCore& agent, const Path& path, const Uri& target, std::size_t size);
  ~UdpLimit();
  UdpLimit(const UdpLimit&) = delete;
  UdpLimit& operator=(const UdpLimit&) = delete;

  static constexpr unsigned kNone = 65535;

 private:
  AgentCore& agent_;
  bool is_set_ = false;
};

}  // namespace trunkline::sip
