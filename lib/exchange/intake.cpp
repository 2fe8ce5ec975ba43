// SPDX-License-Identifier: MIT
#include "exchange/intake.h"

#include <utility>

#include "core/log.h"
#include "exchange/invitation.h"
#include "exchange/replies.h"

namespace trunkline::exchange {
namespace {

constexpr std::string_view kRetryAfterSeconds = "5";

}  // namespace

Intake::Intake(Workbench& bench, Calls& calls, registrar::Registrar& registrar,
               registrar::Authenticator& authenticator)
    : bench_(bench),
      calls_(calls),
      registrar_(registrar),
      authenticator_(authenticator),
      snapshot_(std::make_shared<directory::Snapshot>()) {}

void Intake::set_limits(std::size_t max_calls, core::Milliseconds ring_timeout) {
  max_calls_ = max_calls;
  ring_timeout_ = ring_timeout;
}

void Intake::take(sip::IncomingRequest incoming) {
  switch (incoming.request().method) {
    case sip::Method::invite:
      return invite(std::move(incoming));
    case sip::Method::register_:
      return register_contact(std::move(incoming));
    case sip::Method::options:
      return std::move(incoming).reply(bench_.agent.options_reply());
    default:
      return std::move(incoming).reply(bare_reply(405, {{"Allow", bench_.agent.allow()}}));
  }
}

void Intake::register_contact(sip::IncomingRequest incoming) {
  const sip::Request& request = incoming.request();
  if (snapshot_->version() == 0) {
    // A phone that hears 404 gives up.
    return std::move(incoming).reply(
        bare_reply(503, {{"Retry-After", std::string(kRetryAfterSeconds)}}));
  }
  registrar::Authentication proof = authenticator_.check(request, *snapshot_);
  if (proof.verdict != registrar::Authentication::Verdict::accepted) {
    return std::move(incoming).reply(proof.reply);
  }
  sip::Reply reply = registrar_.apply(request, {.tenant = proof.tenant->id,
                                                .device = proof.device->id,
                                                .name = proof.device->name,
                                                .nonce = std::move(proof.nonce),
                                                .nonce_count = proof.nonce_count});
  std::move(incoming).reply(reply);
}

std::optional<std::string_view> Intake::reason_to_shed() const {
  if (is_closed_) return "the exchange is stopping";
  if (snapshot_->version() == 0) return "the directory is not known yet";
  if (calls_.size() >= max_calls_) return "too many calls";
  if (!bench_.journal.is_healthy()) return "the journal cannot be written";
  return std::nullopt;
}

void Intake::invite(sip::IncomingRequest incoming) {
  const sip::Request& request = incoming.request();
  if (const auto why = reason_to_shed()) {
    ++shed_;
    registrar_.challenges().shed(request.flow.peer.host);
    core::log_debug("call shed", {{"peer", request.flow.peer.text()}, {"reason", *why}});
    return std::move(incoming).reply(bare_reply(
        503, {{"Retry-After", std::string(kRetryAfterSeconds)}, sip::reason_q850(42, *why)}));
  }
  registrar::Authentication proof = authenticator_.check(request, *snapshot_);
  if (proof.verdict != registrar::Authentication::Verdict::accepted) {
    return std::move(incoming).reply(proof.reply);
  }
  Invitation invitation =
      invitation_for({.request = request,
                      .snapshot = *snapshot_,
                      .tenant = *proof.tenant,
                      .caller = *proof.device,
                      .now = bench_.clock.wall(),
                      .ring_timeout = ring_timeout_},
                     [this](core::DeviceId device) { return registrar_.lookup(device); });
  const auto call = calls_.open(invitation.invited.call);
  call->begin(std::move(incoming), std::move(invitation.invited), std::move(invitation.outgoing),
              std::move(invitation.refusal_headers));
}

}  // namespace trunkline::exchange
