// SPDX-License-Identifier: MIT
#pragma once

// The insides of Dialog, ServerTransaction and ClientTransaction, for lib/sip alone. Sofia holds
// plain pointers to them as callback contexts; the public handles, open transactions and the
// agent's list of what ends by itself share the ownership.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/reactor.h"
#include "sip/agent_core.h"
#include "sip/dialog.h"
#include "sip/sofia.h"
#include "sip/transaction.h"

namespace trunkline::sip {

class DialogCore : public std::enable_shared_from_this<DialogCore> {
 public:
  struct Accepted {
    std::shared_ptr<DialogCore> dialog;
    std::shared_ptr<ServerCore> invite;
  };
  static Accepted accept(ReceivedMessage received);
  static std::shared_ptr<DialogCore> dial(std::shared_ptr<AgentCore> agent, Outgoing outgoing);
  static std::shared_ptr<DialogCore> restore(std::shared_ptr<AgentCore> agent,
                                             const DialogState& state);

  explicit DialogCore(std::shared_ptr<AgentCore> agent);
  ~DialogCore();
  DialogCore(const DialogCore&) = delete;
  DialogCore& operator=(const DialogCore&) = delete;

  AgentCore& agent() const { return *agent_; }
  std::shared_ptr<AgentCore> shared_agent() const { return agent_; }
  nta_leg_t* leg() const { return leg_.get(); }
  const std::optional<Path>& path() const { return path_; }
  const Outgoing& outgoing() const { return outgoing_; }
  const Party& remote() const { return remote_; }
  const Uri& remote_target() const { return remote_target_; }
  const std::string& call_id() const { return call_id_; }
  /// "<sip:alice@192.0.2.9:5060;transport=tcp>"
  std::string contact() const;
  bool is_confirmed() const { return is_confirmed_ && !is_ended_; }
  bool is_open() const { return leg_ != nullptr; }
  DialogState state() const;
  void rebind(const Flow& flow);

  void on_request(Dialog::OnRequest on_request) { on_request_ = std::move(on_request); }
  std::shared_ptr<ClientCore> invite(const Content& content, ClientEvents events);
  std::shared_ptr<ClientCore> request(Method method, const Content& content,
                                      std::function<void(const Response&)> final);
  /// Forgets the dialog: nothing is sent, nothing is received.
  void close();
  /// See Agent::hang_up.
  void hang_up(std::vector<Header> reason);

  /// The INVITE that hang_up() cancelled has succeeded all the same.
  void hang_up_again() { hang_up(std::exchange(hang_up_reason_, {})); }

  /// A 2xx to our INVITE: tags, route set, target (RFC 3261 12.1.2, 12.2.1.2).
  void established(const sip_t& response);
  /// A reliable provisional answer to our INVITE makes an early dialog (RFC 3261 12.1). False where
  /// another one is there already: of several that a proxy forks to, one is followed.
  bool began_early(const sip_t& response);
  /// The peer is known: what is sent is a request within the dialog, early as it may be.
  bool has_peer() const { return is_confirmed_ || !remote_.tag.empty(); }
  /// Our 2xx to an INVITE has left; the dialog waits for its ACK.
  void answered(const std::shared_ptr<ServerCore>& invite);
  /// The ACK came, or will not come any more.
  void settled();
  void set_ended() { is_ended_ = true; }

  static int on_leg_request(DialogCore* core, nta_leg_t*, nta_incoming_t* incoming,
                            sip_t const* sip) noexcept;
  /// A request within the dialog; `incoming` is taken over.
  int receive(nta_incoming_t* incoming, const sip_t& sip);

 private:
  void make_leg(const std::string& remote_header, std::uint32_t local_cseq);
  void follow_peer(const std::string& tag);
  std::optional<Reply> refusal(const Request& request) const;
  void refresh_target(const sip_t& sip, bool is_initial, bool is_ours);
  void follow_target();
  void send_bye(std::vector<Header> reason);

  std::shared_ptr<AgentCore> agent_;  ///< before leg_: a leg must not outlive its agent
  LegRef leg_;
  std::string call_id_;
  Party local_;
  Party remote_;
  Outgoing outgoing_;  ///< of a dialog that we began
  Uri remote_target_;
  std::vector<std::string> route_set_;
  std::string local_contact_;  ///< of a restored dialog, as it was; else made of the path
  Flow flow_;                  ///< empty: requests go where target and route set say
  std::optional<Path> path_;
  std::uint32_t remote_cseq_ = 0;
  bool is_confirmed_ = false;
  bool is_ended_ = false;
  bool is_hanging_up_ = false;
  std::vector<Header> hang_up_reason_;
  Dialog::OnRequest on_request_;
  std::weak_ptr<ClientCore> client_invite_;
  std::weak_ptr<ServerCore> server_invite_;
  std::weak_ptr<ServerCore> unacknowledged_;  ///< the agent keeps it until its ACK
};

class ServerCore : public std::enable_shared_from_this<ServerCore> {
 public:
  ServerCore(std::shared_ptr<DialogCore> dialog, IncomingRef incoming, Request request);
  ~ServerCore();
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  const Request& request() const { return request_; }
  void on_events(ServerInviteEvents events) { events_ = std::move(events); }
  bool provisional(const Reply& reply);
  bool provisional_reliably(const Reply& reply);
  bool answer(Reply reply);
  bool is_answered() const { return is_answered_; }
  bool is_cancelled() const { return is_cancelled_; }
  /// Its owner is gone.
  void abandon();
  /// Sends the 100 Trying and listens for CANCEL and ACK.
  void start();

  static int on_ack_or_cancel(ServerCore* core, nta_incoming_t*, sip_t const* sip) noexcept;
  static int on_prack(ServerCore* core, nta_reliable_t* reliable, nta_incoming_t* prack,
                      sip_t const* sip) noexcept;

 private:
  bool send(const Reply& reply);
  /// Ends the transaction as far as we follow it.
  void let_go();
  void receive(const sip_t* sip);
  void unacknowledged();

  std::shared_ptr<DialogCore> dialog_;
  IncomingRef incoming_;
  nta_reliable_t* reliable_ = nullptr;  ///< incoming_'s; it waits for its PRACK
  os::RegistrationPtr prack_timer_;
  Request request_;
  ServerInviteEvents events_;
  bool is_answered_ = false;
  bool is_cancelled_ = false;
  bool is_settled_ = false;  ///< ACK or timeout has been told
};

class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  ClientCore(std::shared_ptr<DialogCore> dialog, Method method, ClientEvents events);
  ~ClientCore();
  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  /// Sends it; where that is refused, a local final response follows from the loop.
  void start(const Content& content);
  /// Delivers a response of our own from the loop, never from within the call that caused it.
  void fail_later(int status, std::string phrase);
  void cancel(const std::vector<Header>& reason);
  void acknowledge(const Content& content);
  void prack(std::uint32_t reliable_sequence, Content content);
  bool is_finished() const { return is_finished_; }
  /// Its owner is gone: an INVITE is cancelled, and ended if it succeeds all the same.
  void abandon();

  static int on_response(ClientCore* core, nta_outgoing_t* outgoing, sip_t const* sip) noexcept;

 private:
  void send(const Content& content);
  void receive(nta_outgoing_t* outgoing, const sip_t* sip);
  void receive_provisional(Response response, const sip_t* sip);
  void finish(const Response& response);

  std::shared_ptr<DialogCore> dialog_;
  OutgoingRef outgoing_;
  Method method_;
  ClientEvents events_;
  std::string target_;  ///< counted as in flight there; "" where not
  std::uint32_t cseq_ = 0;
  std::uint32_t reliable_sequence_ = 0;  ///< of the last one that came; 0: none
  bool has_offer_ = false;
  bool has_answered_ = false;  ///< the peer has sent anything at all
  bool is_success_ = false;    ///< 2xx to INVITE
  bool is_acknowledged_ = false;
  bool is_cancelled_ = false;
  bool is_abandoned_ = false;
  bool is_finished_ = false;
};

}  // namespace trunkline::sip
