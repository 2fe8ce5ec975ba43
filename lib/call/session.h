// SPDX-License-Identifier: MIT
#pragma once

// Session timers (RFC 4028) as arithmetic: what our messages say of them, what theirs mean, and
// when to act. Each leg has its own: the exchange is an end of both, nothing is passed through.

#include <cstdint>
#include <optional>

#include "core/time.h"

namespace trunkline::call {

/// Which side of the request in question refreshes the session.
enum class Refresher : std::uint8_t { unsaid, asker, answerer };

/// What a message says of its leg's session timer. 0 s: not said.
struct SessionTerms {
  core::Seconds expires{0};                 ///< Session-Expires
  core::Seconds least{0};                   ///< Min-SE
  Refresher refresher = Refresher::unsaid;  ///< "uac" is the asker, "uas" the answerer
  bool is_required = false;                 ///< our 2xx: Require: timer

  bool operator==(const SessionTerms&) const = default;
};

/// What a message says of the extensions that its sender knows.
struct Extensions {
  bool has_update = false;    ///< Allow names UPDATE (RFC 3311)
  bool has_100rel = false;    ///< Supported (RFC 3262)
  bool needs_100rel = false;  ///< Require
  bool has_timer = false;     ///< Supported or Require (RFC 4028)
  SessionTerms session = {};

  bool operator==(const Extensions&) const = default;
};

/// Longer than anybody talks; a phone that wants more gets this much.
inline constexpr core::Seconds kLongestSession{86'400};

struct SessionPolicy {
  core::Seconds expires{1800};  ///< what we ask for and grant at most; 0: no timers of our own
  core::Seconds least{90};
};

/// The Min-SE of a 422 where the request's interval is too short for us (section 9).
std::optional<core::Seconds> too_short(const Extensions& asked, const SessionPolicy& policy);
/// What our 2xx says to such a request. Without an interval where the leg has no timer.
SessionTerms granted(const Extensions& asked, const SessionPolicy& policy);
/// What our first INVITE says, after a 422 that wanted `least` at least (section 7.1, 7.3).
SessionTerms proposed(const SessionPolicy& policy, core::Seconds least = {});

/// When a refresher refreshes (section 10: half of it).
core::Milliseconds refresh_after(core::Seconds interval);
/// When a session that was not refreshed is over (section 10: a third, at most 32 s, before its
/// end, so that the BYE comes before the other side's).
core::Milliseconds expire_after(core::Seconds interval);

/// How long to wait after a 491 (RFC 3261 section 14.1): 2.1 to 4 s where the Call-ID is ours, else
/// 0 to 2 s, in steps of 10 ms. The moment itself is the die.
core::Milliseconds glare_pause(bool is_our_call_id, core::SteadyTime now);

}  // namespace trunkline::call
