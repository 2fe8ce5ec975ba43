// SPDX-License-Identifier: MIT
#include "exchange/leg.h"

#include <utility>

#include "exchange/extensions.h"
#include "exchange/redirect.h"
#include "exchange/replies.h"
#include "exchange/unsupported.h"
#include "sip/body.h"

namespace trunkline::exchange {
namespace {

sip::Content content_of(std::string sdp, std::vector<sip::Header> headers = {}) {
  sip::Content content = sdp.empty() ? sip::Content{} : sip::Content::sdp(std::move(sdp));
  content.headers = std::move(headers);
  return content;
}

template <class Message>
std::string sdp_of(const Message& message) {
  return sip::body_of(message).sdp;
}

std::string sdp_of(const sip::Content& content) {
  return sip::read_body(content.content_type, content.headers, content.body).sdp;
}

/// What is worth keeping of a refusal: the phone's words, or ours where our stack made it.
std::string reason_of(const sip::Response& response) {
  if (!response.is_local) return response.phrase;
  return response.status == 408 ? "the phone does not answer" : "the phone cannot be reached";
}

/// A failed request within a dialog, as `Event` of it.
template <class Event>
Event failure(call::LegId leg, const sip::Response& response) {
  return {.leg = leg,
          .status = response.status,
          .reason = reason_of(response),
          .least_session = least_session_of(response.headers)};
}

}  // namespace

Leg::Leg(sip::Agent& agent, call::LegId id, Tell tell, Redirected redirected)
    : agent_(agent), id_(id), tell_(std::move(tell)), redirected_(std::move(redirected)) {}

void Leg::open(sip::IncomingRequest invite) {
  auto opened = std::move(invite).open_dialog();
  dialog_ = std::move(opened.dialog);
  their_invite_ = std::move(opened.invite);
  their_invite_->on_events(
      {.cancelled =
           [this](const Headers& headers) {
             tell_(call::Cancelled{.reasons = reasons_of(headers)});
           },
       .acknowledged =
           [this](const sip::Content& ack) {
             tell_(call::Acknowledged{.leg = id_, .sdp = sdp_of(ack)});
           },
       .unpracked = [this] { tell_(call::NotPracked{}); },
       .unacknowledged = [this] { tell_(call::NotAcknowledged{.leg = id_}); }});
  dialog_->on_request([this](auto transaction) { take_request(std::move(transaction)); });
}

void Leg::dial(const sip::Outgoing& outgoing, const call::Dial& dial, std::string sdp) {
  if (!dialog_) {
    dialog_ = agent_.dial(outgoing);
    dialog_->on_request([this](auto transaction) { take_request(std::move(transaction)); });
  }
  our_invite_ =
      dialog_->invite(content_of(std::move(sdp), session_headers(dial.session, dial.has_100rel)),
                      {.provisional =
                           [this](const sip::Response& response) {
                             tell_(call::Progressed{.leg = id_,
                                                    .status = response.status,
                                                    .sdp = sdp_of(response),
                                                    .sequence = response.reliable_sequence,
                                                    .says = extensions_of(response)});
                           },
                       .final = [this](const sip::Response& response) { answered(response); }});
}

void Leg::answered(const sip::Response& response) {
  if (response.is_success()) {
    return tell_(
        call::Answered{.leg = id_, .sdp = sdp_of(response), .says = extensions_of(response)});
  }
  if (is_redirect(response.status) && redirected_) redirected_(response.contacts);
  tell_(call::Failed{.leg = id_,
                     .status = response.status,
                     .reason = reason_of(response),
                     .reasons = reasons_of(response.headers),
                     .least_session = least_session_of(response.headers),
                     .is_unreachable = response.is_local,
                     .redirections = {}});
}

void Leg::progress(const call::Progress& progress) {
  const sip::Reply reply{.status = progress.status, .content = content_of(progress.sdp)};
  if (progress.is_reliable) {
    their_invite_->provisional_reliably(reply);
  } else {
    their_invite_->provisional(reply);
  }
}

void Leg::accept(const call::Accept& accept) {
  their_invite_->answer(
      {.status = 200, .content = content_of(accept.sdp, session_headers(accept.session))});
}

void Leg::reject(int status, Headers headers) {
  their_invite_->answer(bare_reply(status, std::move(headers)));
}

void Leg::cancel(const Headers& reason) {
  if (our_invite_) our_invite_->cancel(reason);
}

void Leg::prack(const call::Prack& prack) {
  if (our_invite_) our_invite_->prack(prack.sequence, content_of(prack.sdp));
}

void Leg::acknowledge(std::string sdp) {
  auto& answered = our_reinvite_ ? our_reinvite_ : our_invite_;
  if (answered) answered->acknowledge(content_of(std::move(sdp)));
}

void Leg::bye(Headers reason) {
  if (!dialog_ || !dialog_->is_confirmed()) return tell_(call::ByeDone{.leg = id_});
  our_bye_ = dialog_->request(sip::Method::bye, headers_only(std::move(reason)),
                              [this](const sip::Response&) { tell_(call::ByeDone{.leg = id_}); });
}

void Leg::accept_bye() {
  if (their_bye_) their_bye_->answer(bare_reply(200));
}

void Leg::reinvite(std::string sdp, const call::SessionTerms& session) {
  our_reinvite_ =
      dialog_->invite(content_of(std::move(sdp), session_headers(session)),
                      {.final = [this](const sip::Response& response) {
                        if (!response.is_success())
                          return tell_(failure<call::ReinviteFailed>(id_, response));
                        tell_(call::ReinviteAnswered{
                            .leg = id_, .sdp = sdp_of(response), .says = extensions_of(response)});
                      }});
}

void Leg::cancel_reinvite() {
  if (our_reinvite_) our_reinvite_->cancel();
}

void Leg::update(const call::Update& update) {
  sip::Content content = content_of(update.sdp, session_headers(update.session));
  content.headers.push_back({"Allow", agent_.allow()});
  our_update_ =
      dialog_->request(sip::Method::update, content, [this](const sip::Response& response) {
        if (!response.is_success()) return tell_(failure<call::UpdateFailed>(id_, response));
        tell_(call::UpdateAnswered{
            .leg = id_, .sdp = sdp_of(response), .says = extensions_of(response)});
      });
}

void Leg::send_info(const call::SendInfo& info) {
  const unsigned number = info.number;
  our_infos_[number] = dialog_->request(
      sip::Method::info, {.headers = {}, .content_type = info.content_type, .body = info.body},
      [this, number](const sip::Response& response) {
        our_infos_.erase(number);
        tell_(call::InfoAnswered{.leg = id_, .number = number, .status = response.status});
      });
}

void Leg::accept_request(const call::AcceptRequest& accept) {
  const auto found = their_requests_.find(accept.transaction);
  if (found == their_requests_.end()) return;
  const sip::Method method = found->second->request().method;
  const bool has_session = method == sip::Method::invite || method == sip::Method::update;
  found->second->answer(
      {.status = 200,
       .content =
           content_of(accept.sdp, has_session ? session_headers(accept.session) : Headers{})});
  // Its ACK is still to come.
  if (method != sip::Method::invite) their_requests_.erase(found);
}

void Leg::reject_request(unsigned transaction, int status, Headers headers) {
  const auto found = their_requests_.find(transaction);
  if (found == their_requests_.end()) return;
  found->second->answer(bare_reply(status, std::move(headers)));
  their_requests_.erase(found);
}

void Leg::probe(std::function<void(const sip::Response&)> answered) {
  if (!dialog_ || !dialog_->is_confirmed()) return;
  our_probe_ = dialog_->request(sip::Method::options, {}, std::move(answered));
}

std::string Leg::stored() const {
  return dialog_ ? sip::to_text(dialog_->state()) : std::string();
}

unsigned Leg::keep(Transaction transaction) {
  const unsigned number = ++transactions_;
  their_requests_.emplace(number, std::move(transaction));
  return number;
}

void Leg::take_request(Transaction transaction) {
  const sip::Request& request = transaction->request();
  switch (request.method) {
    case sip::Method::bye:
      return take_bye(std::move(transaction));
    case sip::Method::options:
      transaction->answer(agent_.options_reply());
      return;
    case sip::Method::info:
      return take_info(std::move(transaction));
    case sip::Method::invite:
    case sip::Method::update:
    case sip::Method::prack:
      break;
    default:
      transaction->answer(bare_reply(405, {{"Allow", agent_.allow()}}));
      return;
  }
  if (auto refusal = unsupported(request)) {
    transaction->answer(std::move(refusal->reply));
    return;
  }
  if (request.method == sip::Method::invite) return take_reinvite(std::move(transaction));
  const std::string sdp = sdp_of(request);
  if (request.method == sip::Method::prack) {
    return tell_(call::Pracked{.transaction = keep(std::move(transaction)), .sdp = sdp});
  }
  const call::Extensions says = extensions_of(request);
  tell_(call::Updated{
      .leg = id_, .transaction = keep(std::move(transaction)), .sdp = sdp, .says = says});
}

void Leg::take_bye(Transaction transaction) {
  // One BYE ends a dialog; a second one finds none (RFC 3261 section 15.1.2).
  if (their_bye_) {
    transaction->answer(bare_reply(481));
    return;
  }
  their_bye_ = std::move(transaction);
  tell_(call::ByeReceived{.leg = id_, .reasons = reasons_of(their_bye_->request().headers)});
}

void Leg::take_info(Transaction transaction) {
  const sip::Request& request = transaction->request();
  // RFC 6086 section 4.2.2: we have not said Recv-Info.
  if (sip::find_header(request.headers, "Info-Package")) {
    transaction->answer({.status = 469, .phrase = "Bad Info Package"});
    return;
  }
  call::InfoReceived info{.leg = id_,
                          .content_type = request.content_type + request.content_params,
                          .body = request.body};
  info.transaction = keep(std::move(transaction));
  tell_(std::move(info));
}

void Leg::take_reinvite(Transaction transaction) {
  const sip::Request& request = transaction->request();
  call::Reinvited reinvited{.leg = id_, .sdp = sdp_of(request), .says = extensions_of(request)};
  const unsigned number = transactions_ + 1;
  transaction->on_events(
      {.cancelled = [this](const Headers&) { tell_(call::ReinviteCancelled{.leg = id_}); },
       .acknowledged =
           [this, number](const sip::Content& ack) {
             their_requests_.erase(number);
             tell_(call::Acknowledged{.leg = id_, .sdp = sdp_of(ack)});
           },
       .unacknowledged =
           [this, number] {
             their_requests_.erase(number);
             tell_(call::NotAcknowledged{.leg = id_});
           }});
  reinvited.transaction = keep(std::move(transaction));
  tell_(std::move(reinvited));
}

}  // namespace trunkline::exchange
