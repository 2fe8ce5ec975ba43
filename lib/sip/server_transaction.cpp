// SPDX-License-Identifier: MIT
#include <utility>

#include "sip/compose.h"
#include "sip/dialog_core.h"
#include "sip/read.h"
#include "sip/root_core.h"

namespace trunkline::sip {

namespace {

/// RFC 3261 table 2: the methods that open or refresh a target carry a Contact.
bool has_contact(Method method, int status) {
  if (method != Method::invite && method != Method::update) return false;
  return status > 100 && status < 300;
}

/// RFC 3262 section 3 gives it 64*T1 (32 s). After that Sofia answers 503 by itself: we are first.
constexpr core::Milliseconds kPrackPatience = core::Seconds(31);

}  // namespace

ServerCore::ServerCore(std::shared_ptr<DialogCore> dialog, IncomingRef incoming, Request request)
    : dialog_(std::move(dialog)), incoming_(std::move(incoming)), request_(std::move(request)) {
  ++dialog_->agent().counted().server_transactions;
}

ServerCore::~ServerCore() {
  let_go();
  --dialog_->agent().counted().server_transactions;
}

void ServerCore::start() {
  if (request_.method != Method::invite) return;
  nta_incoming_bind(incoming_.get(), on_ack_or_cancel, this);
  nta_incoming_treply(incoming_.get(), SIP_100_TRYING, TAG_END());
}

bool ServerCore::provisional(const Reply& reply) {
  if (is_answered_ || is_cancelled_ || reply.status <= 100 || reply.status >= 200) return false;
  return send(reply);
}

bool ServerCore::provisional_reliably(const Reply& reply) {
  if (is_answered_ || is_cancelled_ || reply.status <= 100 || reply.status >= 200) return false;
  if (reliable_ != nullptr) return false;
  dialog_->agent().root().assert_thread();
  const Composed composed(reply);
  const std::string contact = dialog_->contact();
  reliable_ = nta_reliable_treply(
      incoming_.get(), on_prack, this, reply.status, nullptr, SIPTAG_STATUS(composed.status()),
      TAG_IF(!contact.empty(), SIPTAG_CONTACT_STR(contact.c_str())),
      SIPTAG_ALLOW_STR(dialog_->agent().allow().c_str()),
      SIPTAG_SERVER_STR(dialog_->agent().options().server_name.c_str()),
      SIPTAG_CONTENT_TYPE_STR(composed.content_type()), SIPTAG_HEADER_STR(composed.headers()),
      SIPTAG_PAYLOAD(composed.payload()), TAG_END());
  if (reliable_ == nullptr) return false;
  prack_timer_ = dialog_->agent().root().after(kPrackPatience, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->reliable_ == nullptr) return;
    const auto unpracked = self->events_.unpracked;
    if (unpracked) unpracked();
  });
  return true;
}

bool ServerCore::answer(Reply reply) {
  if (is_answered_ || reply.status < 200 || reply.status > 699) return false;
  // Sofia would keep it until the PRACK comes.
  if (reliable_ != nullptr && reply.status < 300) return false;
  const auto self = shared_from_this();
  if (is_cancelled_ && request_.method == Method::invite) reply = {.status = 487};
  is_answered_ = true;
  const bool is_sent = send(reply);
  if (request_.method == Method::invite && reply.status < 300) {
    dialog_->answered(self);
    if (!is_sent) {
      // The connection is gone: the peer will never ACK what it did not get.
      dialog_->agent().root().post([self] { self->unacknowledged(); });
    }
    return true;
  }
  // Sofia repeats the answer by itself as often as it is asked for.
  let_go();
  return true;
}

void ServerCore::let_go() {
  prack_timer_.reset();
  // It would call us back.
  if (reliable_ != nullptr) nta_reliable_destroy(std::exchange(reliable_, nullptr));
  incoming_.reset();
}

int ServerCore::on_prack(ServerCore* core, nta_reliable_t* reliable, nta_incoming_t* prack,
                         sip_t const* sip) noexcept {
  const auto alive = core->weak_from_this().lock();
  nta_reliable_destroy(reliable);
  core->reliable_ = nullptr;
  // Without a PRACK it is Sofia that lets go of it: a final answer leaves.
  if (prack == nullptr) return 0;
  int result = 500;
  if (alive) {
    AgentCore::call([&] {
      alive->prack_timer_.reset();
      result = alive->dialog_->receive(prack, *sip);
    });
  }
  return result;
}

bool ServerCore::send(const Reply& reply) {
  AgentCore& agent = dialog_->agent();
  agent.root().assert_thread();
  const Composed composed(reply);
  const std::string contact =
      has_contact(request_.method, reply.status) ? dialog_->contact() : std::string();
  const bool has_allow =
      (request_.method == Method::invite && reply.status >= 200 && reply.status < 300);
  const int result = nta_incoming_treply(
      incoming_.get(), reply.status, nullptr, SIPTAG_STATUS(composed.status()),
      TAG_IF(!contact.empty(), SIPTAG_CONTACT_STR(contact.c_str())),
      TAG_IF(has_allow, SIPTAG_ALLOW_STR(agent.allow().c_str())),
      SIPTAG_SERVER_STR(agent.options().server_name.c_str()),
      SIPTAG_CONTENT_TYPE_STR(composed.content_type()), SIPTAG_HEADER_STR(composed.headers()),
      SIPTAG_PAYLOAD(composed.payload()), TAG_END());
  return result >= 0;
}

int ServerCore::on_ack_or_cancel(ServerCore* core, nta_incoming_t*, sip_t const* sip) noexcept {
  const auto alive = core->weak_from_this().lock();
  if (alive) AgentCore::call([&] { core->receive(sip); });
  return 0;
}

void ServerCore::receive(const sip_t* sip) {
  if (sip == nullptr) {
    // Timer H: nobody ACKed. Before an answer it is Sofia's for a PRACK, which comes after ours.
    if (is_answered_) unacknowledged();
    return;
  }
  if (sip->sip_request->rq_method == sip_method_cancel) {
    if (is_answered_ || is_cancelled_) return;
    is_cancelled_ = true;
    const auto cancelled = events_.cancelled;
    if (cancelled) {
      cancelled(read_headers(*sip));
    } else {
      answer({.status = 487});
    }
    return;
  }
  if (is_settled_) return;
  is_settled_ = true;
  const Content ack = read_content(*sip);
  const auto acknowledged = std::exchange(events_, {}).acknowledged;
  let_go();
  if (acknowledged) acknowledged(ack);
  dialog_->settled();
}

void ServerCore::unacknowledged() {
  if (is_settled_) return;
  is_settled_ = true;
  const auto told = std::exchange(events_, {}).unacknowledged;
  let_go();
  if (told) told();
  dialog_->settled();
}

void ServerCore::abandon() {
  events_ = {};
  if (!is_answered_) answer({.status = is_cancelled_ ? 487 : 500});
}

ServerTransaction::ServerTransaction(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}
ServerTransaction::~ServerTransaction() {
  AgentCore::call([this] { core_->abandon(); });
}
const Request& ServerTransaction::request() const {
  return core_->request();
}
void ServerTransaction::on_events(ServerInviteEvents events) {
  core_->on_events(std::move(events));
}
bool ServerTransaction::provisional(const Reply& reply) {
  return core_->provisional(reply);
}
bool ServerTransaction::provisional_reliably(const Reply& reply) {
  return core_->provisional_reliably(reply);
}
bool ServerTransaction::answer(Reply reply) {
  return core_->answer(std::move(reply));
}
bool ServerTransaction::is_answered() const {
  return core_->is_answered();
}
bool ServerTransaction::is_cancelled() const {
  return core_->is_cancelled();
}

}  // namespace trunkline::sip
