// SPDX-License-Identifier: MIT
#include "exchange/intake.h"

#include <algorithm>
#include <utility>

#include "core/log.h"
#include "exchange/invitation.h"
#include "exchange/replies.h"

namespace trunkline::exchange {
namespace {

constexpr core::Seconds kRetryAfter{5};

sip::Reply refused_by(const guard::Refusal& refusal) {
  std::vector<sip::Header> headers{
      sip::reason_q850(guard::row_of(refusal.rule).q850_cause, refusal.reason)};
  if (refusal.retry_after.count() > 0) {
    headers.push_back({"Retry-After", std::to_string(refusal.retry_after.count())});
  }
  return bare_reply(refusal.status(), std::move(headers));
}

bool is_emergency(const sip::Request& request) {
  return directory::is_emergency_number(request.uri.user);
}

}  // namespace

Intake::Intake(Workbench& bench, Calls& calls, registrar::Registrar& registrar,
               registrar::Authenticator& authenticator, std::shared_ptr<Doorman> doorman)
    : bench_(bench),
      calls_(calls),
      registrar_(registrar),
      authenticator_(authenticator),
      doorman_(std::move(doorman)),
      snapshot_(std::make_shared<directory::Snapshot>()) {}

void Intake::take(sip::IncomingRequest incoming) {
  switch (incoming.request().method) {
    case sip::Method::invite:
      return invite(std::move(incoming));
    case sip::Method::register_:
      return register_contact(std::move(incoming));
    case sip::Method::options:
      doorman_->knocked(incoming.request());
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
        bare_reply(503, {{"Retry-After", std::to_string(kRetryAfter.count())}}));
  }
  if (const auto refusal = doorman_->refusal_of_registrations(request)) {
    return shed(std::move(incoming), *refusal);
  }
  // RFC 3261 10.2: what is bound is a SIP address.
  if (!request.to.uri.is_sip()) return std::move(incoming).reply(bare_reply(400));
  registrar::Authentication proof = authenticate(request);
  if (proof.verdict != registrar::Authentication::Verdict::accepted) {
    return std::move(incoming).reply(proof.reply);
  }
  const guard::Subject subject = doorman_->subject_of(request, *proof.device, *snapshot_);
  // A phone that refreshes has its place already; one that leaves needs none.
  const bool is_new = !request.contacts.empty() && request.expires != 0U &&
                      registrar_.lookup(proof.device->id).empty();
  if (const auto refusal = doorman_->registration(subject, is_new)) {
    registrar_.challenges().shed(request.flow.peer.host);
    return std::move(incoming).reply(refused_by(*refusal));
  }
  sip::Reply reply = registrar_.apply(request, {.tenant = proof.tenant->id,
                                                .device = proof.device->id,
                                                .name = proof.device->name,
                                                .nonce = std::move(proof.nonce),
                                                .nonce_count = proof.nonce_count,
                                                .domain = proof.tenant->domain});
  std::move(incoming).reply(reply);
}

registrar::Authentication Intake::authenticate(const sip::Request& request) {
  using Verdict = registrar::Authentication::Verdict;
  const bool has_answer = !request.authorizations.empty() || !request.proxy_authorizations.empty();
  if (!has_answer) doorman_->knocked(request);
  registrar::Authentication proof = authenticator_.check(request, *snapshot_);
  if (proof.is_unknown_user) doorman_->unknown_user(request, proof.name);
  if (proof.is_wrong_answer) doorman_->wrong_password(request, proof.tried, proof.name);
  if (proof.verdict != Verdict::accepted) return proof;
  if (doorman_->is_locked(proof.device->id) && !is_home(proof.device->id, request)) {
    doorman_->refused_locked(request, proof.device->name);
    registrar_.challenges().failed(request.flow.peer.host);
    return {.verdict = Verdict::refused, .reply = {.status = 403}};
  }
  doorman_->proven(request);
  return proof;
}

bool Intake::is_home(core::DeviceId device, const sip::Request& request) const {
  const auto bindings = registrar_.lookup(device);
  return std::any_of(bindings.begin(), bindings.end(), [&](const registrar::Binding& binding) {
    return binding.flow.peer.host == request.flow.peer.host;
  });
}

std::optional<guard::Refusal> Intake::refusal_of_calls(const sip::Request& request) const {
  const auto because = [](std::string_view reason) {
    return guard::Refusal{.reason = std::string(reason), .retry_after = kRetryAfter};
  };
  if (snapshot_->version() == 0) return because("the directory is not known yet");
  if (is_emergency(request)) return std::nullopt;
  if (is_closed_) return because("the exchange is stopping");
  if (!bench_.journal.is_healthy()) return because("the journal cannot be written");
  return doorman_->refusal_of_calls(calls_.size(), request);
}

void Intake::shed(sip::IncomingRequest incoming, const guard::Refusal& refusal) {
  const sip::Request& request = incoming.request();
  ++shed_;
  registrar_.challenges().shed(request.flow.peer.host);
  core::log_debug("request shed", {{"peer", request.flow.peer.text()}, {"reason", refusal.reason}});
  std::move(incoming).reply(
      bare_reply(503, {{"Retry-After", std::to_string(refusal.retry_after.count())},
                       sip::reason_q850(42, refusal.reason)}));
}

Redirect Intake::redirect(const RedirectQuestion& question) const {
  return redirect_for(question, *snapshot_,
                      [this](core::DeviceId device) { return registrar_.lookup(device); });
}

void Intake::invite(sip::IncomingRequest incoming) {
  const sip::Request& request = incoming.request();
  if (const auto refusal = refusal_of_calls(request)) return shed(std::move(incoming), *refusal);
  registrar::Authentication proof = authenticate(request);
  if (proof.verdict != registrar::Authentication::Verdict::accepted) {
    return std::move(incoming).reply(proof.reply);
  }
  Invitation invitation = invitation_for(
      {.request = request,
       .snapshot = *snapshot_,
       .tenant = *proof.tenant,
       .caller = *proof.device,
       .now = bench_.clock.wall(),
       .ring_timeout = ring_timeout_,
       .gruu_of = registrar_.device_of_gruu(request.uri)},
      [this, &request](core::DeviceId device) { return registrar_.lookup(device, request.uri); });
  const guard::Subject subject = doorman_->subject_of(request, *proof.device, *snapshot_);
  const auto refusal = doorman_->enter(subject, is_emergency(request));
  if (refusal) {
    // It got past authentication: the ledger says which rule refused it.
    invitation.invited.rule = std::string(guard::name_of(refusal->rule));
    invitation.invited.refusal = {.status = refusal->status(), .reason = refusal->reason};
    invitation.invited.targets.clear();
    invitation.outgoing.clear();
    invitation.refusal_headers = refused_by(*refusal).content.headers;
  }
  const auto call = calls_.open(invitation.invited.call);
  if (!refusal) {
    call->hold(std::shared_ptr<void>(nullptr, [weak = std::weak_ptr(doorman_), subject](void*) {
      if (const auto doorman = weak.lock()) doorman->leave(subject);
    }));
  }
  call->begin(std::move(incoming), std::move(invitation.invited), std::move(invitation.outgoing),
              std::move(invitation.refusal_headers));
}

}  // namespace trunkline::exchange
