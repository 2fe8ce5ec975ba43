// SPDX-License-Identifier: MIT
#include "call/cause.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <utility>

namespace trunkline::call {
namespace {

constexpr std::array kDispositions{
    std::pair{Disposition::answered, std::string_view("answered")},
    std::pair{Disposition::busy, std::string_view("busy")},
    std::pair{Disposition::missed, std::string_view("missed")},
    std::pair{Disposition::rejected, std::string_view("rejected")},
    std::pair{Disposition::cancelled, std::string_view("cancelled")},
    std::pair{Disposition::failed, std::string_view("failed")},
    std::pair{Disposition::refused, std::string_view("refused")},
    std::pair{Disposition::interrupted, std::string_view("interrupted")},
};

struct Row {
  int status;
  int told;  ///< what the caller is told
  int cause;
  Disposition before_ringing;
  Disposition after_ringing;
};

using D = Disposition;

// Causes: RFC 3398 section 8.2.6.1, except 480 and 408 (18 before and 19 after ringing say more),
// 487 (16, clearing is what it is) and 488, 606 (88, incompatible destination), which it leaves to
// the Warning header.
constexpr std::array kRows{
    Row{400, 400, 41, D::failed, D::failed},
    // The called side wants credentials from us; the caller's would be useless to it.
    Row{401, 500, 21, D::failed, D::failed},
    Row{402, 402, 21, D::failed, D::failed},
    Row{403, 403, 21, D::rejected, D::rejected},
    Row{404, 404, 1, D::failed, D::failed},
    Row{405, 500, 63, D::failed, D::failed},
    Row{406, 488, 79, D::failed, D::failed},
    Row{407, 500, 21, D::failed, D::failed},
    Row{408, 480, 18, D::failed, D::missed},
    Row{410, 410, 22, D::failed, D::failed},
    Row{413, 500, 127, D::failed, D::failed},
    Row{415, 488, 79, D::failed, D::failed},
    Row{420, 500, 127, D::failed, D::failed},
    // RFC 5626: the flow that an edge proxy kept for us is gone; nobody but us knows of flows.
    Row{430, 480, 27, D::failed, D::failed},
    Row{480, 480, 18, D::failed, D::missed},
    // The called phone denies the dialog that our INVITE opens: ours to explain, not the caller's.
    Row{481, 500, 41, D::failed, D::failed},
    Row{482, 482, 25, D::failed, D::failed},
    Row{483, 483, 25, D::failed, D::failed},
    Row{484, 484, 28, D::failed, D::failed},
    Row{485, 485, 1, D::failed, D::failed},
    Row{486, 486, 17, D::busy, D::busy},
    Row{487, 480, 16, D::missed, D::missed},
    Row{488, 488, 88, D::failed, D::failed},
    Row{500, 500, 41, D::failed, D::failed},
    Row{501, 501, 79, D::failed, D::failed},
    Row{502, 502, 38, D::failed, D::failed},
    // RFC 3261 section 16.7: a 503 says that *we* are overloaded, so it is not passed on. Our own
    // stack reports an unreachable address with it.
    Row{503, 480, 27, D::failed, D::failed},
    Row{504, 504, 102, D::failed, D::failed},
    Row{600, 600, 17, D::busy, D::busy},
    Row{603, 603, 21, D::rejected, D::rejected},
    Row{604, 604, 1, D::failed, D::failed},
    Row{606, 606, 88, D::failed, D::failed},
    Row{607, 607, 21, D::rejected, D::rejected},
    Row{608, 608, 21, D::rejected, D::rejected},
};

Row row_of(int status) {
  const auto* row = std::ranges::find(kRows, status, &Row::status);
  if (row != kRows.end()) return *row;
  // A redirect (forwarding set in the phone) is not followed.
  if (status < 400) return {status, 480, 23, D::rejected, D::rejected};
  if (status < 500) return {status, status, 31, D::failed, D::failed};
  if (status < 600) return {status, status, 41, D::failed, D::failed};
  return {status, status, 21, D::rejected, D::rejected};
}

/// Within a class, smaller is more telling. RFC 3261 section 16.7 prefers what lets the caller try
/// again differently (401, 407, 415, 420, 484); then a person's decision, then absence, then our
/// own timeouts, which say least.
int rank_in_class(int status) {
  constexpr std::array kMostTellingFirst{401, 407, 415, 420, 484, 486, 488, 403, 480, 404};
  constexpr std::array kLeastTelling{503, 408, 430};
  if (std::ranges::count(kLeastTelling, status) != 0) return 100;
  const auto* found = std::ranges::find(kMostTellingFirst, status);
  return static_cast<int>(found - kMostTellingFirst.begin());
}

struct Phrase {
  int status;
  std::string_view text;
};
constexpr std::array kPhrases{
    Phrase{400, "Bad Request"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{408, "Request Timeout"},
    Phrase{410, "Gone"},
    Phrase{480, "Temporarily Unavailable"},
    Phrase{481, "Call/Transaction Does Not Exist"},
    Phrase{482, "Loop Detected"},
    Phrase{483, "Too Many Hops"},
    Phrase{484, "Address Incomplete"},
    Phrase{486, "Busy Here"},
    Phrase{487, "Request Terminated"},
    Phrase{488, "Not Acceptable Here"},
    Phrase{491, "Request Pending"},
    Phrase{500, "Server Internal Error"},
    Phrase{501, "Not Implemented"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Server Time-out"},
    Phrase{600, "Busy Everywhere"},
    Phrase{603, "Decline"},
    Phrase{604, "Does Not Exist Anywhere"},
    Phrase{606, "Not Acceptable"},
};

}  // namespace

std::string_view name_of(Disposition disposition) {
  const auto* found =
      std::ranges::find(kDispositions, disposition, &decltype(kDispositions)::value_type::first);
  assert(found != kDispositions.end());
  return found->second;
}

std::optional<Disposition> parse_disposition(std::string_view text) {
  const auto* found =
      std::ranges::find(kDispositions, text, &decltype(kDispositions)::value_type::second);
  if (found == kDispositions.end()) return std::nullopt;
  return found->first;
}

Outcome outcome_of(int status, bool was_ringing) {
  const Row row = row_of(status);
  const bool is_no_answer = was_ringing && (status == 408 || status == 480);
  return {.status = row.told,
          .q850_cause = is_no_answer ? 19 : row.cause,
          .disposition = was_ringing ? row.after_ringing : row.before_ringing};
}

int q850_of(int status) {
  if (status < 300) return 16;
  // As ours, 503 is congestion of the exchange (42) and not a destination out of order.
  if (status == 503) return 42;
  return row_of(status).cause;
}

std::size_t best_of(std::span<const int> statuses) {
  assert(!statuses.empty());
  const auto key = [](int status) {
    const int status_class = status / 100;
    return std::pair{status_class == 6 ? 0 : status_class, rank_in_class(status)};
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < statuses.size(); ++i) {
    if (key(statuses[i]) < key(statuses[best])) best = i;
  }
  return best;
}

std::string_view phrase_of(int status) {
  const auto* found = std::ranges::find(kPhrases, status, &Phrase::status);
  if (found != kPhrases.end()) return found->text;
  if (status < 400) return "Redirected";
  if (status < 500) return "Request Failure";
  if (status < 600) return "Server Failure";
  return "Global Failure";
}

}  // namespace trunkline::call
