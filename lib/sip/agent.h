// SPDX-License-Identifier: MIT
#pragma once

// The exchange's end of SIP: sockets, parser, transactions and dialogs, on Sofia's nta. Requests
// outside dialogs reach one place, as values; they are answered without state or, an INVITE, opened
// into a dialog. Everything runs on the root's thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/time.h"
#include "sip/connection_limits.h"
#include "sip/dialog.h"
#include "sip/message.h"
#include "sip/root.h"
#include "sip/tls.h"
#include "sip/transaction.h"

namespace trunkline::sip {

class AgentCore;
class Doorkeeper;
struct ReceivedMessage;

struct AgentOptions {
  std::vector<std::string> listen = {"udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"};
  /// Needed where `listen` has "tls:...".
  TlsOptions tls = {};
  /// Put into Via and Contact; "" = the local address that reaches the peer.
  std::string advertised_address = {};
  /// Exceptions, "10.0.0.0/8 10.0.0.5": networks whose peers are told another address.
  std::vector<std::string> advertised_networks = {};
  std::string server_name = "trunkline";
  /// What `Allow` says; anything else that has a name is answered 405, and 501 where it has none.
  std::vector<Method> methods = {Method::invite, Method::ack,     Method::cancel,
                                 Method::bye,    Method::options, Method::register_};
  /// Option tags that a request may require; others are answered 420. Said in `Supported`.
  std::vector<std::string> extensions = {};
  /// Beside these, those that a REGISTER may require.
  std::vector<std::string> registrar_extensions = {};
  /// Transactions in flight to one target; more are refused with a local 503 (DESIGN 9).
  std::size_t max_in_flight_per_target = 500;
  /// After this many timeouts in a row a target counts as dead and gets a local 503 ...
  unsigned dead_after_timeouts = 3;
  /// ... for this long, or until it sends us something.
  core::Milliseconds dead_for{30'000};
  /// Of connections that others open.
  ConnectionLimits connections = {};
  /// Larger requests to a peer that is reached directly go over TCP (RFC 3261 18.1.1), and over UDP
  /// after all where it takes none. 0: 200 bytes less than the route's MTU.
  unsigned udp_limit = 0;
  /// Asked about every message that comes in; must outlive the agent. nullptr: all are heard.
  Doorkeeper* doorkeeper = nullptr;
};

/// A new call of ours: who calls whom, and where the INVITE goes.
struct Outgoing {
  Uri target;      ///< the request URI: mostly a registered contact
  Flow flow = {};  ///< where to send, if not where `target` says (a registered received address)
  Party from;      ///< the tag is made by the stack
  Party to;        ///< without tag
  std::string call_id = {};              ///< "" = a fresh one
  std::vector<std::string> routes = {};  ///< a preloaded route set (registered Path)
  std::uint32_t max_forwards = 70;  ///< of the first INVITE: the caller's less one, against loops
};

/// A request outside dialogs. Exactly one of reply and open_dialog uses it up; destroying it unused
/// drops the request without an answer (shedding).
class IncomingRequest {
 public:
  explicit IncomingRequest(std::unique_ptr<ReceivedMessage> received);
  IncomingRequest(IncomingRequest&&) noexcept;
  IncomingRequest& operator=(IncomingRequest&&) noexcept;
  ~IncomingRequest();

  const Request& request() const;

  /// Answers without keeping state (nta_msg_treply). May be called later, from any callback of the
  /// root's thread.
  void reply(const Reply& reply) &&;

  struct Opened {
    std::unique_ptr<Dialog> dialog;
    std::unique_ptr<ServerTransaction> invite;
  };
  /// INVITE only: makes the dialog and the server transaction; 100 Trying leaves at once.
  Opened open_dialog() &&;

 private:
  std::unique_ptr<ReceivedMessage> received_;
};

/// Figures for status and for tests that count.
struct AgentCounts {
  std::size_t dialogs = 0;              ///< legs that exist, ours or ending by themselves
  std::size_t client_transactions = 0;  ///< followed by somebody
  std::size_t server_transactions = 0;  ///< followed by somebody
  std::size_t sofia_incoming = 0;       ///< in Sofia's tables, finished ones wait there up to 32 s
  std::size_t sofia_outgoing = 0;
  std::uint64_t received = 0;  ///< messages
  std::uint64_t plain = 0;     ///< of them, REGISTERs that nta has not seen (udp_front.h)
  std::uint64_t malformed = 0;
  std::uint64_t dead_targets = 0;  ///< at the moment
  std::uint64_t refused_sends = 0;
  std::size_t connections = 0;           ///< that others opened, as of the last look
  std::uint64_t closed_connections = 0;  ///< by us: idle, or too many of their source
};

class Agent {
 public:
  using OnRequest = std::function<void(IncomingRequest)>;

  /// Throws core::Error where an address cannot be listened on.
  Agent(Root& root, AgentOptions options);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// INVITE, REGISTER, OPTIONS and every other method outside dialogs, in the order of arrival.
  /// Requests to a dialog that is unknown are answered 481, ACK and CANCEL are seen to, methods
  /// outside `AgentOptions::methods` get 405 (501 where nobody knows them) before this is called.
  void on_request(OnRequest on_request);

  struct ConnectionEvents {
    /// A connection that a request came over has ended.
    std::function<void(const Flow&)> closed = {};
    /// Whether an idle one must stay; those of dialogs do anyway.
    std::function<bool(const Flow&)> is_needed = {};
  };
  void on_connections(ConnectionEvents events);
  void set_connection_limits(ConnectionLimits limits);

  [[nodiscard]] std::unique_ptr<Dialog> dial(Outgoing outgoing);
  /// The dialog as it was: in-dialog requests of the peer find it again, ours continue its CSeq.
  [[nodiscard]] std::unique_ptr<Dialog> restore(const DialogState& state);

  /// Ends a dialog in whatever state it is and follows it to its end: BYE if confirmed, CANCEL if
  /// our INVITE is pending (a 2xx that crosses is ACKed, then BYE), and nothing if it has ended.
  /// A pending INVITE of the peer is answered through its ServerTransaction, not here.
  void hang_up(std::unique_ptr<Dialog> dialog, std::vector<Header> reason = {});

  /// One request outside any dialog (OPTIONS to ask whether a peer is alive).
  [[nodiscard]] std::unique_ptr<ClientTransaction> send(Method method, Outgoing outgoing,
                                                        const Content& content,
                                                        std::function<void(const Response&)> final);

  /// Addresses really bound, with the ports that 0 became.
  const std::vector<Listener>& listeners() const;
  /// "INVITE, ACK, CANCEL, BYE, OPTIONS, ...", as in the Allow header.
  const std::string& allow() const;
  /// 200 with Allow, Accept and Supported (RFC 3261 11.2), for OPTIONS in and out of dialogs.
  Reply options_reply() const;
  /// The host of ours that a peer behind this flow should use; IPv6 in brackets.
  std::string local_host_for(const Flow& flow) const;
  /// Takes advertised_address and advertised_networks; dialogs take them with their next target.
  void set_advertised(const std::vector<std::string>& networks, const std::string& everywhere);
  /// TLS connections from now on are shown this certificate; who is let in stays. Throws
  /// core::Error where it is none.
  void show_certificate(const TlsOptions& tls);

  AgentCounts counts() const;

 private:
  std::shared_ptr<AgentCore> core_;  ///< shared with dialogs, which may outlive the agent
};

}  // namespace trunkline::sip
