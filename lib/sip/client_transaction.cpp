// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <utility>

#include "core/text.h"
#include "sip/compose.h"
#include "sip/dialog_core.h"
#include "sip/read.h"
#include "sip/root_core.h"

namespace trunkline::sip {

namespace {

sip_method_t sofia_method(Method method) {
  const std::string name(name_of(method));
  return sip_method_code(name.c_str());
}

}  // namespace

ClientCore::ClientCore(std::shared_ptr<DialogCore> dialog, Method method, ClientEvents events)
    : dialog_(std::move(dialog)), method_(method), events_(std::move(events)) {
  ++dialog_->agent().counted().client_transactions;
}

ClientCore::~ClientCore() {
  AgentCore& agent = dialog_->agent();
  --agent.counted().client_transactions;
  if (!target_.empty()) agent.targets().finished(target_, false, core::system_clock().steady());
}

void ClientCore::start(const Content& content) {
  AgentCore& agent = dialog_->agent();
  if (!dialog_->is_open()) {
    fail_later(481, "");
    return;
  }
  if (!dialog_->path()) {
    ++agent.counted().refused_sends;
    fail_later(503, "No address to send to");
    return;
  }
  const std::string target = dialog_->path()->target_key();
  if (!agent.targets().start(target, core::system_clock().steady())) {
    ++agent.counted().refused_sends;
    fail_later(503, "Target does not answer");
    return;
  }
  target_ = target;
  has_offer_ = !content.body.empty();
  send(content);
  if (!outgoing_) fail_later(503, "Request could not be sent");
}

void ClientCore::send(const Content& content) {
  AgentCore& agent = dialog_->agent();
  const Path& path = *dialog_->path();
  const Composed composed(content);
  const std::string name(name_of(method_));
  const std::string contact = method_ == Method::bye ? std::string() : dialog_->contact();
  const std::string request_uri = one_line(dialog_->outgoing().target.text());
  const bool is_initial = !dialog_->has_peer() && method_ != Method::bye;
  std::string routes;
  if (is_initial) routes = core::join(dialog_->outgoing().routes, ", ");
  const UdpLimit limit(agent, path, dialog_->remote_target(), composed.size());
  const std::string max_forwards = std::to_string(dialog_->outgoing().max_forwards);
  outgoing_.reset(nta_outgoing_tcreate(
      dialog_->leg(), on_response, this, URL_STRING_MAKE(path.route_url.c_str()),
      sofia_method(method_), name.c_str(),
      is_initial ? URL_STRING_MAKE(request_uri.c_str()) : nullptr, NTATAG_USER_VIA(1),
      TPTAG_IDENT(path.ident.c_str()), SIPTAG_VIA_STR(path.via.c_str()),
      TAG_IF(is_initial, SIPTAG_MAX_FORWARDS_STR(max_forwards.c_str())),
      TAG_IF(!routes.empty(), SIPTAG_ROUTE_STR(routes.c_str())),
      TAG_IF(!contact.empty(), SIPTAG_CONTACT_STR(contact.c_str())),
      TAG_IF(method_ == Method::invite, SIPTAG_ALLOW_STR(agent.allow().c_str())),
      SIPTAG_USER_AGENT_STR(agent.options().server_name.c_str()),
      SIPTAG_CONTENT_TYPE_STR(composed.content_type()), SIPTAG_HEADER_STR(composed.headers()),
      SIPTAG_PAYLOAD(composed.payload()), TAG_END()));
  if (outgoing_) cseq_ = nta_outgoing_cseq(outgoing_.get());
}

void ClientCore::fail_later(int status, std::string phrase) {
  dialog_->agent().root().post([self = shared_from_this(), status, text = std::move(phrase)] {
    if (self->is_finished_) return;
    Response response;
    response.status = status;
    response.phrase = text.empty() ? std::string(usual_phrase(status)) : text;
    response.is_local = true;
    self->finish(response);
  });
}

int ClientCore::on_response(ClientCore* core, nta_outgoing_t* outgoing, sip_t const* sip) noexcept {
  const auto alive = core->weak_from_this().lock();
  if (alive) AgentCore::call([&] { core->receive(outgoing, sip); });
  return 0;
}

void ClientCore::receive(nta_outgoing_t* outgoing, const sip_t* sip) {
  if (is_finished_) return;
  Response response;
  if (sip != nullptr) response = read_response(*sip);
  response.status = nta_outgoing_status(outgoing);
  response.is_local = sip == nullptr || nta_sip_is_internal(const_cast<sip_t*>(sip)) != 0;
  if (!response.is_local) has_answered_ = true;
  if (response.status < 200) return receive_provisional(std::move(response), sip);
  if (method_ == Method::invite && response.is_success() && sip != nullptr) {
    is_success_ = true;
    dialog_->established(*sip);
  }
  finish(response);
}

void ClientCore::receive_provisional(Response response, const sip_t* sip) {
  if (response.status <= 100 || sip == nullptr) return;
  const bool is_reliable = method_ == Method::invite && sip->sip_rseq != nullptr &&
                           sip_has_feature(sip->sip_require, "100rel") != 0;
  if (is_reliable) {
    // RFC 3262 section 4: in order, each once; one out of order will come again.
    const auto sequence = static_cast<std::uint32_t>(sip->sip_rseq->rs_response);
    const bool is_next = reliable_sequence_ == 0 || sequence == reliable_sequence_ + 1;
    if (!is_next || sequence == 0 || !dialog_->began_early(*sip)) return;
    reliable_sequence_ = sequence;
    response.reliable_sequence = sequence;
  }
  const auto provisional = events_.provisional;
  if (provisional) provisional(response);
}

void ClientCore::prack(std::uint32_t reliable_sequence, Content content) {
  if (method_ != Method::invite || !dialog_->has_peer()) return;
  content.headers.push_back({"RAck", fmt::format("{} {} INVITE", reliable_sequence, cseq_)});
  dialog_->request(Method::prack, content, {});
}

void ClientCore::finish(const Response& response) {
  const auto self = shared_from_this();
  AgentCore& agent = dialog_->agent();
  is_finished_ = true;
  if (!target_.empty()) {
    const bool has_timed_out = response.is_local && response.status == 408 && !has_answered_;
    agent.targets().finished(std::exchange(target_, {}), has_timed_out,
                             core::system_clock().steady());
  }
  const auto final = std::exchange(events_, {}).final;
  const bool is_told = AgentCore::call(final, response);
  if (is_success_) {
    if (is_abandoned_ || !is_told) {
      acknowledge({});
      dialog_->hang_up_again();
    } else if (has_offer_) {
      acknowledge({});
    }
  } else {
    outgoing_.reset();
  }
  if (is_abandoned_) agent.release(this);
}

void ClientCore::cancel(const std::vector<Header>& reason) {
  if (method_ != Method::invite || is_finished_ || is_cancelled_ || !outgoing_) return;
  is_cancelled_ = true;
  const Composed composed(Content{.headers = reason});
  // With no callback Sofia follows the CANCEL by itself.
  (void)nta_outgoing_tcancel(outgoing_.get(), nullptr, nullptr,
                             SIPTAG_HEADER_STR(composed.headers()), TAG_END());
}

void ClientCore::acknowledge(const Content& content) {
  if (!is_success_ || is_acknowledged_) return;
  is_acknowledged_ = true;
  if (dialog_->is_open() && dialog_->path() && outgoing_) {
    AgentCore& agent = dialog_->agent();
    const Path& path = *dialog_->path();
    const Composed composed(content);
    const std::string cseq = fmt::format("{} ACK", cseq_);
    const UdpLimit limit(agent, path, dialog_->remote_target(), composed.size());
    // Sofia finds the INVITE by Call-ID, CSeq and tags (and aborts where it is gone: it is ours
    // until here), and repeats this ACK for every repeated 2xx.
    OutgoingRef ack(nta_outgoing_tcreate(
        dialog_->leg(), nullptr, nullptr, URL_STRING_MAKE(path.route_url.c_str()), SIP_METHOD_ACK,
        nullptr, NTATAG_USER_VIA(1), TPTAG_IDENT(path.ident.c_str()),
        SIPTAG_VIA_STR(path.via.c_str()), SIPTAG_CSEQ_STR(cseq.c_str()),
        SIPTAG_USER_AGENT_STR(agent.options().server_name.c_str()),
        SIPTAG_CONTENT_TYPE_STR(composed.content_type()), SIPTAG_HEADER_STR(composed.headers()),
        SIPTAG_PAYLOAD(composed.payload()), TAG_END()));
  }
  outgoing_.reset();
}

void ClientCore::abandon() {
  if (is_abandoned_) return;
  if (is_finished_) {
    acknowledge({});
    return;
  }
  is_abandoned_ = true;
  events_ = {};
  dialog_->agent().keep(shared_from_this());
  if (method_ == Method::invite) cancel({});
}

ClientTransaction::ClientTransaction(std::shared_ptr<ClientCore> core) : core_(std::move(core)) {}
ClientTransaction::~ClientTransaction() {
  AgentCore::call([this] { core_->abandon(); });
}
void ClientTransaction::cancel(const std::vector<Header>& reason) {
  core_->cancel(reason);
}
void ClientTransaction::acknowledge(const Content& content) {
  core_->acknowledge(content);
}
void ClientTransaction::prack(std::uint32_t reliable_sequence, Content content) {
  core_->prack(reliable_sequence, std::move(content));
}
bool ClientTransaction::is_finished() const {
  return core_->is_finished();
}

}  // namespace trunkline::sip
