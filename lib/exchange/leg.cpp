// SPDX-License-Identifier: MIT
#include "exchange/leg.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "exchange/replies.h"

namespace trunkline::exchange {
namespace {

sip::Content content_of(std::string sdp) {
  return sdp.empty() ? sip::Content{} : sip::Content::sdp(std::move(sdp));
}

std::string sdp_of(const sip::Response& response) {
  return response.has_sdp() ? response.body : std::string();
}

std::string sdp_of(const sip::Content& content) {
  return content.content_type == "application/sdp" ? content.body : std::string();
}

/// What is worth keeping of a refusal: the phone's words, or ours where our stack made it.
std::string reason_of(const sip::Response& response) {
  if (!response.is_local) return response.phrase;
  return response.status == 408 ? "the phone does not answer" : "the phone cannot be reached";
}

}  // namespace

std::optional<sip::Reply> unsupported(const sip::Request& invite) {
  if (!invite.require.empty()) {
    return bare_reply(420, {{"Unsupported", fmt::format("{}", fmt::join(invite.require, ", "))}});
  }
  if (!invite.body.empty() && !invite.has_sdp()) {
    return bare_reply(415, {{"Accept", "application/sdp"}});
  }
  return std::nullopt;
}

Leg::Leg(sip::Agent& agent, call::LegId id, Tell tell)
    : agent_(agent), id_(id), tell_(std::move(tell)) {}

void Leg::open(sip::IncomingRequest invite) {
  auto opened = std::move(invite).open_dialog();
  dialog_ = std::move(opened.dialog);
  their_invite_ = std::move(opened.invite);
  their_invite_->on_events(
      {.cancelled = [this](const auto&) { tell_(call::Cancelled{}); },
       .acknowledged =
           [this](const sip::Content& ack) {
             tell_(call::Acknowledged{.leg = id_, .sdp = sdp_of(ack)});
           },
       .unacknowledged = [this] { tell_(call::NotAcknowledged{.leg = id_}); }});
  dialog_->on_request([this](auto transaction) { take_request(std::move(transaction)); });
}

void Leg::dial(sip::Outgoing outgoing, std::string sdp) {
  dialog_ = agent_.dial(std::move(outgoing));
  dialog_->on_request([this](auto transaction) { take_request(std::move(transaction)); });
  our_invite_ = dialog_->invite(
      content_of(std::move(sdp)),
      {.provisional =
           [this](const sip::Response& response) {
             tell_(
                 call::Progressed{.leg = id_, .status = response.status, .sdp = sdp_of(response)});
           },
       .final =
           [this](const sip::Response& response) {
             if (response.is_success()) {
               return tell_(call::Answered{.leg = id_, .sdp = sdp_of(response)});
             }
             tell_(call::Failed{
                 .leg = id_, .status = response.status, .reason = reason_of(response)});
           }});
}

void Leg::progress(int status, std::string sdp) {
  their_invite_->provisional({.status = status, .content = content_of(std::move(sdp))});
}

void Leg::accept(std::string sdp) {
  their_invite_->answer({.status = 200, .content = content_of(std::move(sdp))});
}

void Leg::reject(int status, std::vector<sip::Header> headers) {
  their_invite_->answer(bare_reply(status, std::move(headers)));
}

void Leg::cancel(const std::vector<sip::Header>& reason) {
  if (our_invite_) our_invite_->cancel(reason);
}

void Leg::acknowledge(std::string sdp) {
  auto& answered = our_reinvite_ ? our_reinvite_ : our_invite_;
  if (answered) answered->acknowledge(content_of(std::move(sdp)));
}

void Leg::bye(std::vector<sip::Header> reason) {
  if (!dialog_ || !dialog_->is_confirmed()) return tell_(call::ByeDone{.leg = id_});
  our_bye_ = dialog_->request(sip::Method::bye, headers_only(std::move(reason)),
                              [this](const sip::Response&) { tell_(call::ByeDone{.leg = id_}); });
}

void Leg::accept_bye() {
  if (their_bye_) their_bye_->answer(bare_reply(200));
}

void Leg::reinvite(std::string sdp) {
  our_reinvite_ =
      dialog_->invite(content_of(std::move(sdp)), {.final = [this](const sip::Response& response) {
                        if (response.is_success()) {
                          return tell_(call::ReinviteAnswered{.leg = id_, .sdp = sdp_of(response)});
                        }
                        tell_(call::ReinviteFailed{
                            .leg = id_, .status = response.status, .reason = reason_of(response)});
                      }});
}

void Leg::cancel_reinvite() {
  if (our_reinvite_) our_reinvite_->cancel();
}

void Leg::accept_reinvite(unsigned transaction, std::string sdp) {
  const auto found = their_reinvites_.find(transaction);
  if (found == their_reinvites_.end()) return;
  found->second->answer({.status = 200, .content = content_of(std::move(sdp))});
}

void Leg::reject_reinvite(unsigned transaction, int status, std::vector<sip::Header> headers) {
  const auto found = their_reinvites_.find(transaction);
  if (found == their_reinvites_.end()) return;
  found->second->answer(bare_reply(status, std::move(headers)));
  their_reinvites_.erase(found);
}

void Leg::probe(std::function<void(const sip::Response&)> answered) {
  if (!dialog_ || !dialog_->is_confirmed()) return;
  our_probe_ = dialog_->request(sip::Method::options, {}, std::move(answered));
}

std::string Leg::stored() const {
  return dialog_ ? sip::to_text(dialog_->state()) : std::string();
}

void Leg::take_request(std::unique_ptr<sip::ServerTransaction> transaction) {
  switch (transaction->request().method) {
    case sip::Method::invite:
      return take_reinvite(std::move(transaction));
    case sip::Method::bye:
      // One BYE ends a dialog; a second one finds none (RFC 3261 section 15.1.2).
      if (their_bye_) {
        transaction->answer(bare_reply(481));
        return;
      }
      their_bye_ = std::move(transaction);
      return tell_(call::ByeReceived{.leg = id_});
    case sip::Method::options:
      transaction->answer(agent_.options_reply());
      return;
    default:
      transaction->answer(bare_reply(405, {{"Allow", agent_.allow()}}));
  }
}

void Leg::take_reinvite(std::unique_ptr<sip::ServerTransaction> transaction) {
  const sip::Request& request = transaction->request();
  if (auto refusal = unsupported(request)) {
    transaction->answer(std::move(*refusal));
    return;
  }
  // Those before it are over, or the stack would not have let it in.
  std::erase_if(their_reinvites_, [](const auto& held) { return held.second->is_answered(); });
  const unsigned number = ++transactions_;
  call::Reinvited reinvited{
      .leg = id_, .transaction = number, .sdp = request.has_sdp() ? request.body : std::string()};
  transaction->on_events(
      {.cancelled = [this](const auto&) { tell_(call::ReinviteCancelled{.leg = id_}); },
       .acknowledged =
           [this](const sip::Content& ack) {
             tell_(call::Acknowledged{.leg = id_, .sdp = sdp_of(ack)});
           },
       .unacknowledged = [this] { tell_(call::NotAcknowledged{.leg = id_}); }});
  their_reinvites_.emplace(number, std::move(transaction));
  tell_(std::move(reinvited));
}

}  // namespace trunkline::exchange
