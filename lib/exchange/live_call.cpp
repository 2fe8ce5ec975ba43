// SPDX-License-Identifier: MIT
#include "exchange/live_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/log.h"
#include "exchange/extensions.h"
#include "exchange/open_call.h"
#include "exchange/privacy.h"

namespace trunkline::exchange {
namespace {

/// How long an answer waits for a journal that cannot write before it becomes 503.
constexpr core::Milliseconds kJournalPatience = core::Seconds(3);
constexpr std::string_view kRetryAfterSeconds = "10";

/// Of "192.0.2.1:5060" or "[2001:db8::1]:5060".
bool is_ipv6(std::string_view address) {
  return address.starts_with('[');
}

}  // namespace

LiveCall::LiveCall(Workbench& bench, Finished finished)
    : bench_(bench), finished_(std::move(finished)) {}

LiveCall::~LiveCall() = default;

void LiveCall::begin(sip::IncomingRequest invite, call::Invited invited,
                     std::vector<sip::Outgoing> outgoing,
                     std::vector<sip::Header> refusal_headers) {
  outgoing_ = std::move(outgoing);
  refusal_headers_ = std::move(refusal_headers);
  while (legs_.size() <= invited.targets.size()) add_leg();
  was_offered_recorded_ = invited.is_recorded;
  invited.session_policy = bench_.session_policy;
  leg(call::kCallerLeg).open(std::move(invite));
  deliver(std::move(invited));
}

void LiveCall::add_leg() {
  const call::LegId id(static_cast<unsigned>(legs_.size()));
  legs_.push_back(std::make_unique<Leg>(
      bench_.agent, id, [this](call::Happening what) { deliver(std::move(what)); },
      [this, id](std::vector<sip::Contact> contacts) {
        named_instead_[id] = std::move(contacts);
      }));
}

std::vector<sip::Outgoing> LiveCall::resolve(call::Happening& what) {
  auto* failed = std::get_if<call::Failed>(&what);
  if (failed == nullptr) return {};
  report_lost_flow(*failed);
  const auto named = named_instead_.extract(failed->leg);
  if (named.empty() || !bench_.redirect) return {};
  std::vector<core::DeviceId> tried;
  for (const call::Group& group : state_.groups) {
    if (group.called.device) tried.push_back(*group.called.device);
  }
  const sip::Dialog* dialog = leg(failed->leg).dialog();
  Redirect found = bench_.redirect({.record = state_.record,
                                    .contacts = named.mapped(),
                                    .like = outgoing_.at(failed->leg.value() - 1),
                                    .own_host = dialog != nullptr ? dialog->local_host() : "",
                                    .tried = std::move(tried),
                                    .next_leg = legs_.size(),
                                    .now = bench_.clock.wall()});
  failed->redirections = std::move(found.redirections);
  return std::move(found.outgoing);
}

void LiveCall::report_lost_flow(const call::Failed& failed) const {
  if (failed.status != call::kFlowFailed || failed.is_unreachable || !bench_.flow_failed) return;
  const call::Leg& lost = state_.legs.at(failed.leg.value());
  const auto& device = state_.groups.at(lost.group).called.device;
  if (device) bench_.flow_failed(*device, outgoing_.at(failed.leg.value() - 1));
}

void LiveCall::deliver(call::Happening what) {
  waiting_.push_back(std::move(what));
  if (!is_working_) work();
}

void LiveCall::work() {
  is_working_ = true;
  while (!waiting_.empty()) {
    call::Event event{.at = now(), .what = std::move(waiting_.front())};
    waiting_.pop_front();
    const call::Phase before = state_.phase;
    const bool was_renegotiating = state_.renegotiation.has_value();
    std::vector<sip::Outgoing> outgoing = resolve(event.what);
    call::Step step = call::step(std::move(state_), event);
    state_ = std::move(step.state);
    if (legs_.size() < state_.legs.size()) {
      // It is followed.
      std::move(outgoing.begin(), outgoing.end(), std::back_inserter(outgoing_));
      while (legs_.size() < state_.legs.size()) add_leg();
    }
    for (const call::Action& action : step.actions) run(action);
    const bool is_new_connection =
        before != call::Phase::connected && state_.phase == call::Phase::connected;
    if (is_new_connection) start_audits();
    if (is_new_connection && state_.record.is_recorded && !was_offered_recorded_) record_late();
    // A re-INVITE may have moved a party's target and did move the sequence numbers.
    const bool has_renegotiated = was_renegotiating && !state_.renegotiation;
    if (has_renegotiated && state_.phase == call::Phase::connected) {
      bench_.journal.change_state(state_changes("call.answered", call::to_text(state_.record)));
    }
  }
  is_working_ = false;
}

void LiveCall::run(const call::Action& action) {
  std::visit([this](const auto& asked) { act(asked); }, action);
}

call::Moment LiveCall::now() const {
  return {.wall = bench_.clock.wall(), .steady = bench_.clock.steady()};
}

MediaSession LiveCall::session() const {
  const call::Record& record = state_.record;
  return {.call = record.call,
          .tenant = record.tenant,
          .recording = record.is_recorded ? record.recording : std::nullopt};
}

void LiveCall::record(bool is_on, const std::string& who, Media::Switched done) {
  const call::Record& record = state_.record;
  if (state_.phase != call::Phase::connected) {
    return done(core::fault(core::ExitCode::unavailable, "the call is not connected"));
  }
  if (record.is_recorded && is_on) return done({});
  if (record.is_recorded) {
    return done(core::fault(core::ExitCode::no_permission,
                            "the call must be recorded (" + record.recording_rule + ")",
                            "sipctl device set NAME --recording off is for the calls to come"));
  }
  if (!record.recording && !is_on) {
    return done(core::fault(core::ExitCode::usage, "the call is not recorded"));
  }
  const auto recording = record.recording.value_or(core::RecordingId::make(bench_.clock.wall()));
  bench_.media.record(
      {.call = record.call, .tenant = record.tenant, .recording = recording}, is_on,
      [weak = weak_from_this(), recording, done = std::move(done),
       rule = fmt::format("{} by {}", is_on ? "on" : "off", who)](core::Result<void> switched) {
        const auto self = weak.lock();
        if (self && switched) {
          self->deliver(call::RecordingSwitched{.recording = recording, .rule = rule});
        }
        done(std::move(switched));
      });
}

void LiveCall::record_late() {
  // The call was redirected to a party that must be recorded, after the relay had its offer.
  bench_.media.record(session(), true, [call = state_.record.call](core::Result<void> switched) {
    if (switched) return;
    core::log_error("a redirected call is not recorded",
                    {{"call", call.text()}, {"error", switched.error().message}});
  });
}

Media::Rewritten LiveCall::media_done(unsigned request) {
  return [weak = weak_from_this(), request](core::Result<std::string> sdp) {
    if (const auto self = weak.lock()) {
      self->deliver(call::MediaDone{.request = request, .sdp = std::move(sdp)});
    }
  };
}

// The journal

std::vector<journal::StateChange> LiveCall::state_changes(std::string_view kind,
                                                          std::string record) {
  const std::string key = state_.record.call.text();
  if (kind == "call.ended") {
    if (!is_stored_) return {};
    return {{std::string(kOpenCallKind), key, std::nullopt}};
  }
  // Ringing changes nothing that a restart needs.
  if (kind == "call.ringing") return {};
  OpenCall open{.record = std::move(record),
                .dialogs = {},
                .media_node = bench_.media.node_of(state_.record.call).value_or(std::string())};
  if (state_.winner) {
    for (const call::LegId id : {call::kCallerLeg, *state_.winner}) {
      const std::string dialog = leg(id).stored();
      if (!dialog.empty()) open.dialogs.push_back(dialog);
    }
  }
  is_stored_ = true;
  return {{std::string(kOpenCallKind), key, to_text(open)}};
}

void LiveCall::act(const call::Append& action) {
  journal::Entry entry{.kind = std::string(action.kind),
                       .tenant = state_.record.tenant,
                       .call = state_.record.call,
                       .body = action.body,
                       .at = bench_.clock.wall()};
  // Only a failure of the first entry matters; the others are waited for.
  const bool is_waited_for = action.kind == "call.answered" || action.kind == "call.ended";
  journal::Committed committed;
  if (action.kind != "call.ringing") {
    committed = [weak = weak_from_this(), &reactor = bench_.reactor, ticket = action.ticket,
                 is_waited_for](const core::Result<journal::Sequence>& sequence) {
      const bool is_on_disk = sequence.has_value();
      if (is_on_disk && !is_waited_for) return;
      reactor.post([weak, ticket, is_on_disk] {
        const auto self = weak.lock();
        if (self) self->deliver(call::Committed{.ticket = ticket, .is_on_disk = is_on_disk});
      });
    };
  }
  bench_.journal.append(std::move(entry), state_changes(action.kind, action.body),
                        std::move(committed), kJournalPatience);
  bench_.publish(action.kind, action.body);
}

// Media

void LiveCall::act(const call::OfferMedia& action) {
  const auto readers = readers_of(action);
  if (readers.size() < 2) {
    return offer_media(action, readers.empty() ? "" : readers.front(), media_done(action.request));
  }
  // One SDP cannot serve both families: the legs of the second one get an offer of their own.
  offer_media(
      action, readers[0], [weak = weak_from_this(), action, other = readers[1]](auto first) {
        const auto self = weak.lock();
        if (!self) return;
        self->offer_media(action, other, [weak, first, request = action.request](auto second) {
          const auto call = weak.lock();
          if (!call) return;
          if (first && second) {
            call->first_offer_ = *first;
            call->other_offer_ = std::move(*second);
          }
          call->media_done(request)(first);
        });
      });
}
void LiveCall::offer_media(const call::OfferMedia& action, std::string_view reader,
                           Media::Rewritten done) {
  const std::string sdp = shown_sdp(action.from, action.sdp);
  bench_.media.offer(
      session(), {.author = action.from, .sdp = sdp, .address = state_.leg(action.from).address},
      action.to, reader, std::move(done));
}
std::string LiveCall::shown_sdp(call::LegId author, const std::string& sdp) const {
  const bool is_hidden = author == call::kCallerLeg && state_.record.is_anonymous;
  return is_hidden ? without_names(sdp) : sdp;
}
std::vector<std::string> LiveCall::readers_of(const call::OfferMedia& action) const {
  if (action.to) return {state_.leg(*action.to).address};
  std::vector<std::string> readers;
  for (unsigned i = 0; i < state_.legs.size(); ++i) {
    const std::string& address = state_.legs[i].address;
    const bool is_known = std::any_of(readers.begin(), readers.end(), [&](const auto& reader) {
      return is_ipv6(reader) == is_ipv6(address);
    });
    if (call::LegId(i) != action.from && !is_known) readers.push_back(address);
  }
  return readers;
}
void LiveCall::act(const call::AnswerMedia& action) {
  const std::string sdp = shown_sdp(action.by, action.sdp);
  bench_.media.answer(session(), action.offerer,
                      {.author = action.by, .sdp = sdp, .address = state_.leg(action.by).address},
                      media_done(action.request));
}
void LiveCall::act(const call::DeleteMedia& action) {
  bench_.media.remove(state_.record.call, media_done(action.request));
}

// SIP

void LiveCall::act(const call::Dial& action) {
  const auto dial = [this](const call::Dial& dialled) {
    leg(dialled.leg)
        .dial(outgoing_.at(dialled.leg.value() - 1), dialled, offer_for(dialled.leg, dialled.sdp));
  };
  const bool is_offered = action.sdp.empty() || !other_offer_.empty();
  if (is_offered || !is_of_other_family(action.leg)) return dial(action);
  // A redirection to a phone of the other family: it gets an offer of its own.
  offer_media({.request = 0, .from = call::kCallerLeg, .sdp = state_.leg(call::kCallerLeg).sdp},
              state_.leg(action.leg).address,
              [weak = weak_from_this(), action, dial](const core::Result<std::string>& offer) {
                const auto self = weak.lock();
                if (!self) return;
                if (!offer) {
                  return self->deliver(call::Failed{
                      .leg = action.leg, .status = 503, .reason = offer.error().message});
                }
                self->first_offer_ = action.sdp;
                self->other_offer_ = *offer;
                const call::Leg& dialled = self->state_.leg(action.leg);
                if (dialled.is_cancelled) {
                  return self->deliver(call::Failed{.leg = action.leg, .status = 487});
                }
                if (dialled.dialog == call::Dialog::invited) dial(action);
              });
}
bool LiveCall::is_of_other_family(call::LegId id) const {
  return id != call::kCallerLeg &&
         is_ipv6(state_.leg(id).address) != is_ipv6(state_.legs.at(1).address);
}
const std::string& LiveCall::offer_for(call::LegId id, const std::string& sdp) const {
  return !other_offer_.empty() && is_of_other_family(id) && sdp == first_offer_ ? other_offer_
                                                                                : sdp;
}
void LiveCall::act(const call::CancelDial& action) {
  // RFC 3326: so that the other phones do not show a missed call.
  std::vector<sip::Header> reason;
  reason.reserve(action.passed_on.size() + 1);
  if (action.is_answered_elsewhere) {
    reason.push_back(sip::reason_sip(200, "Call completed elsewhere"));
  }
  for (const std::string& value : action.passed_on) reason.push_back({"Reason", value});
  leg(action.leg).cancel(reason);
}
void LiveCall::act(const call::Prack& action) {
  leg(action.leg).prack(action);
}
void LiveCall::act(const call::Acknowledge& action) {
  leg(action.leg).acknowledge(action.sdp);
}
void LiveCall::act(const call::Progress& action) {
  leg(call::kCallerLeg).progress(action);
}
void LiveCall::act(const call::Accept& action) {
  leg(call::kCallerLeg).accept(action);
}
void LiveCall::act(const call::Reject& action) {
  std::vector<sip::Header> headers = std::exchange(refusal_headers_, {});
  for (auto& reason : reason_headers(action.q850_cause, action.reason, action.passed_on)) {
    headers.push_back(std::move(reason));
  }
  if (action.least_session > core::Seconds(0)) headers.push_back(min_se(action.least_session));
  if (action.status == 503) headers.push_back({"Retry-After", std::string(kRetryAfterSeconds)});
  leg(call::kCallerLeg).reject(action.status, std::move(headers));
}
void LiveCall::act(const call::Bye& action) {
  leg(action.leg).bye(reason_headers(action.q850_cause, action.reason, action.passed_on));
}
void LiveCall::act(const call::AcceptBye& action) {
  leg(action.leg).accept_bye();
}
void LiveCall::act(const call::Reinvite& action) {
  leg(action.leg).reinvite(offer_for(action.leg, action.sdp), action.session);
}
void LiveCall::act(const call::CancelReinvite& action) {
  leg(action.leg).cancel_reinvite();
}
void LiveCall::act(const call::Update& action) {
  leg(action.leg).update(action);
}
void LiveCall::act(const call::SendInfo& action) {
  leg(action.leg).send_info(action);
}
void LiveCall::act(const call::AcceptRequest& action) {
  leg(action.leg).accept_request(action);
}
void LiveCall::act(const call::RejectRequest& action) {
  std::vector<sip::Header> headers;
  // RFC 3261 section 14.2: between 0 and 10 seconds.
  if (action.may_retry) headers.push_back({"Retry-After", "2"});
  if (action.least_session > core::Seconds(0)) headers.push_back(min_se(action.least_session));
  leg(action.leg).reject_request(action.transaction, action.status, std::move(headers));
}

// Time

void LiveCall::act(const call::StartTimer& action) {
  const std::pair name(action.timer, action.leg);
  timers_[name] = bench_.reactor.after(action.after, [this, name] {
    const os::RegistrationPtr fired = std::move(timers_[name]);
    timers_.erase(name);
    deliver(call::TimerFired{.timer = name.first, .leg = name.second});
  });
}
void LiveCall::act(const call::StopTimer& action) {
  timers_.erase({action.timer, action.leg});
}

void LiveCall::act(const call::Finish&) {
  timers_.clear();
  auditor_.reset();
  finished_(state_);
}

}  // namespace trunkline::exchange
