// SPDX-License-Identifier: MIT
#pragma once

// Why a call ended, in the three languages that ask: our disposition, the SIP status the caller
// got, and the Q.850 cause that telephone people and reports know (RFC 3398 section 8.2.6.1 for
// what it maps, common practice for the rest). All of it is tables; nothing here knows a call.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace trunkline::call {

enum class Disposition : std::uint8_t {
  answered,     ///< both parties were connected
  busy,         ///< the called party was busy
  missed,       ///< it rang and nobody answered
  rejected,     ///< the called party said no
  cancelled,    ///< the caller, or an operator, gave up before an answer
  failed,       ///< something broke: unreachable, an error, media
  refused,      ///< not dialled at all: unknown, not registered, forbidden
  interrupted,  ///< the exchange died during the call
};

std::string_view name_of(Disposition disposition);
std::optional<Disposition> parse_disposition(std::string_view text);

/// What a final answer of the called side becomes.
struct Outcome {
  int status = 500;  ///< what the caller is told
  int q850_cause = 31;
  Disposition disposition = Disposition::failed;

  bool operator==(const Outcome&) const = default;
};

/// Of one final answer, 300 to 699, to an INVITE of ours. A status about our own request that would
/// mislead the caller (401, a redirect we do not follow, 503) is not passed on as it is.
Outcome outcome_of(int status, bool was_ringing);

/// The Q.850 cause for a status we send ourselves.
int q850_of(int status);

/// Which of several branches' final answers decides (RFC 3261 section 16.7 step 6): a 6xx, else the
/// lowest class, and within it what tells the caller most. Gives the index; `statuses` is not
/// empty.
std::size_t best_of(std::span<const int> statuses);

/// RFC 3261 section 21's words, where we know the status, else its class's.
std::string_view phrase_of(int status);

}  // namespace trunkline::call
