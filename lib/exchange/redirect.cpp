// SPDX-License-Identifier: MIT
#include "exchange/redirect.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "core/text.h"
#include "route/decide.h"

namespace trunkline::exchange {
namespace {

/// What a phone may make us write down.
constexpr std::size_t kLongestName = 256;

double preference(const sip::Contact& contact) {
  double q = 1.0;
  std::from_chars(contact.q.data(), contact.q.data() + contact.q.size(), q);
  return q;
}

class Draft {
 public:
  Draft(const RedirectQuestion& question, const directory::Snapshot& snapshot, const Lookup& lookup)
      : question_(question), snapshot_(snapshot), lookup_(lookup), tried_(question.tried) {}

  void add(const sip::Contact& contact) {
    call::Redirection redirection{.to =
                                      core::printable(contact.uri.text()).substr(0, kLongestName)};
    redirection.refusal = refusal_of(contact.uri, redirection);
    redirect_.redirections.push_back(std::move(redirection));
  }
  Redirect finish() && { return std::move(redirect_); }

 private:
  /// Why it is not followed; else it is made complete, and "" returned.
  std::string refusal_of(const sip::Uri& uri, call::Redirection& redirection) {
    const call::Record& record = question_.record;
    const directory::Tenant* tenant = snapshot_.tenant(record.tenant);
    if (tenant == nullptr || !record.caller.device) return "the caller is not known any more";
    if (!uri.is_sip() || uri.user.empty()) return "it names nobody who is called by SIP";
    const bool is_ours = uri.host == tenant->domain || uri.host == question_.own_host;
    if (!is_ours) return fmt::format("{} is not of this tenant", core::printable(uri.host));
    const route::Plan plan = route::decide(snapshot_, {.tenant = record.tenant,
                                                       .caller = *record.caller.device,
                                                       .dialled = uri.user,
                                                       .host = tenant->domain,
                                                       .now = question_.now});
    redirection.rule = plan.rule;
    if (plan.refusal) return plan.refusal->reason;
    const directory::Device& called = *plan.targets.front();
    if (std::count(tried_.begin(), tried_.end(), called.id) != 0) {
      return fmt::format("{} was called already", called.name);
    }
    const auto bindings = lookup_(called.id);
    if (bindings.empty()) return fmt::format("{} is not registered", called.name);
    tried_.push_back(called.id);
    redirection.called = party_of(called);
    set_recording(redirection, called);
    sip::Outgoing like = question_.like;
    like.to = address_of(called, *tenant);
    Targets targets =
        targets_for(bindings, like, record.call, question_.next_leg + redirect_.outgoing.size());
    redirection.targets = std::move(targets.targets);
    std::move(targets.outgoing.begin(), targets.outgoing.end(),
              std::back_inserter(redirect_.outgoing));
    return {};
  }

  void set_recording(call::Redirection& redirection, const directory::Device& called) const {
    if (snapshot_.recording_of(called) != directory::RecordingMode::always) return;
    redirection.recording = core::RecordingId::make(question_.now);
    redirection.recording_rule = recording_level_of(called);
  }

  const RedirectQuestion& question_;
  const directory::Snapshot& snapshot_;
  const Lookup& lookup_;
  std::vector<core::DeviceId> tried_;
  Redirect redirect_;
};

}  // namespace

bool is_redirect(int status) {
  return status >= 300 && status <= 302;
}

Redirect redirect_for(const RedirectQuestion& question, const directory::Snapshot& snapshot,
                      const Lookup& lookup) {
  std::vector<sip::Contact> contacts = question.contacts;
  std::stable_sort(contacts.begin(), contacts.end(),
                   [](const sip::Contact& left, const sip::Contact& right) {
                     return preference(left) > preference(right);
                   });
  const std::size_t seen = question.record.redirected.size();
  Draft draft(question, snapshot, lookup);
  for (std::size_t i = 0; i < contacts.size() && seen + i < kMostRedirections; ++i) {
    draft.add(contacts[i]);
  }
  return std::move(draft).finish();
}

}  // namespace trunkline::exchange
