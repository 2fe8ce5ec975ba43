// SPDX-License-Identifier: MIT
#include "call/session.h"

#include <algorithm>

namespace trunkline::call {

using core::Milliseconds;
using core::Seconds;

std::optional<Seconds> too_short(const Extensions& asked, const SessionPolicy& policy) {
  // One that does not know the extension had the header from a proxy, and could not ask again.
  if (!asked.has_timer || asked.session.expires == Seconds(0)) return std::nullopt;
  if (asked.session.expires >= policy.least) return std::nullopt;
  return policy.least;
}

SessionTerms granted(const Extensions& asked, const SessionPolicy& policy) {
  const bool is_asked_for = asked.session.expires > Seconds(0);
  const bool is_ours = asked.has_timer && policy.expires > Seconds(0);
  if (!is_asked_for && !is_ours) return {};
  Seconds expires = is_asked_for ? asked.session.expires : policy.expires;
  if (policy.expires > Seconds(0)) expires = std::min(expires, policy.expires);
  // Section 9: shorter than asked for, but never than the Min-SE of the request.
  expires = std::max({expires, asked.session.least, policy.least});
  Refresher refresher = asked.session.refresher;
  // A phone that refreshes tells of its end by silence. One that does not know how cannot.
  if (refresher == Refresher::unsaid) refresher = Refresher::asker;
  if (!asked.has_timer) refresher = Refresher::answerer;
  return {.expires = expires, .refresher = refresher, .is_required = asked.has_timer};
}

SessionTerms proposed(const SessionPolicy& policy, Seconds least) {
  if (policy.expires == Seconds(0)) return {};
  return {.expires = std::max({policy.expires, policy.least, least}),
          .least = std::max(policy.least, least)};
}

Milliseconds refresh_after(Seconds interval) {
  return Milliseconds(interval) / 2;
}

Milliseconds expire_after(Seconds interval) {
  return interval - std::min(Milliseconds(Seconds(32)), Milliseconds(interval) / 3);
}

Milliseconds glare_pause(bool is_our_call_id, core::SteadyTime now) {
  const auto die = std::chrono::duration_cast<core::Microseconds>(now.time_since_epoch()).count();
  constexpr Milliseconds kStep{10};
  if (is_our_call_id) return Milliseconds(2100) + kStep * (die % 191);
  return kStep * (die % 201);
}

}  // namespace trunkline::call
