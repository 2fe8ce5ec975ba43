// SPDX-License-Identifier: MIT
#pragma once

// The figures of a set of calls: sums that can be added, and the ratios made of them. Pure.
//
// A seizure is a call that has ended and that we did not refuse before dialling. ASR and NER are
// the shares of seizures that were answered, and that reached the called side at all (ITU-T E.411
// and E.425): answered, busy, rung in vain, or turned down by the called. A call without seizures
// has no ratio, which is not a ratio of zero.

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/json.h"

namespace trunkline::cdr {

/// Money: whole millionths of its currency's unit, so that sums are exact.
class Amount {
 public:
  Amount() = default;
  explicit constexpr Amount(std::int64_t millionths) : millionths_(millionths) {}
  /// "0.0123", "12": digits, and up to six behind a point. Faults have the code data.
  [[nodiscard]] static core::Result<Amount> parse(std::string_view text);

  /// As short as it is exact, but with two decimals at least: "0.0123", "12.00".
  std::string text() const;
  Amount& operator+=(Amount other) noexcept {
    millionths_ += other.millionths_;
    return *this;
  }
  auto operator<=>(const Amount&) const = default;

 private:
  std::int64_t millionths_ = 0;
};

struct Figures {
  std::int64_t calls = 0;
  std::int64_t live = 0;       ///< not ended yet
  std::int64_t refused = 0;    ///< by us, before dialling
  std::int64_t answered = 0;   ///< and ended
  std::int64_t delivered = 0;  ///< reached the called side: what NER counts
  std::int64_t talked = 0;     ///< of which talk_ms is the sum
  std::int64_t talk_ms = 0;
  std::int64_t alerted = 0;  ///< of which pdd_ms is the sum
  std::int64_t pdd_ms = 0;
  std::int64_t heard = 0;  ///< of which mos is the sum
  double mos = 0;
  std::map<std::string, Amount> cost = {};  ///< by currency

  Figures& operator+=(const Figures& other);

  std::int64_t seizures() const { return calls - live - refused; }
  std::optional<double> asr_percent() const;
  std::optional<double> ner_percent() const;
  /// Average call duration: of answered calls, answer to end.
  std::optional<std::int64_t> acd_ms() const;
  /// Average post-dial delay.
  std::optional<std::int64_t> average_pdd_ms() const;
  /// Average of the calls' worst direction.
  std::optional<double> average_mos() const;
  /// "1.20 EUR", several joined by " + ", "" for none.
  std::string cost_text() const;
};

/// The members of call_report.v1 and call_stats.v1.
void put_figures(core::Json& object, const Figures& figures);

}  // namespace trunkline::cdr
