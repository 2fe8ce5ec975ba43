// SPDX-License-Identifier: MIT
#pragma once

// Telephone numbers as the whole world writes them (ITU-T E.164): "+" and up to 15 digits, country
// code first. Numbers that phones dial and carriers print become one here, or are refused; which
// country a number is of is known, too. The numbering plans are those of libphonenumber.
//
// A region is a country as of ISO 3166-1 alpha-2, "DE". Nothing here waits or keeps state; the
// first call reads the numbering plans, which takes some milliseconds.

#include <compare>
#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::number {

class E164 {
 public:
  /// "+4930123456" exactly: plus, then 2 to 15 digits of which the first is not 0. That such a
  /// number is in use is not asked. A fault (data) otherwise.
  [[nodiscard]] static core::Result<E164> parse(std::string_view text);

  const std::string& text() const noexcept { return text_; }
  /// Without the plus, as tariffs and invoices have it.
  std::string_view digits() const noexcept { return std::string_view(text_).substr(1); }

  auto operator<=>(const E164&) const = default;

 private:
  explicit E164(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// What somebody in the region means who dials this: "030 123456", "0049 30 123456",
/// "+49 (30) 123456". A fault (data) for what cannot be a number of a public network: extensions,
/// short codes, names, and digits without "+" that are no number in use there. Without a region
/// only international forms with "+" are read.
[[nodiscard]] core::Result<E164> dialled(std::string_view text, std::string_view region);

/// What a carrier's list means by it. As dialled(), but bare digits that are a number in use with
/// their country code in front are read so: "4930123456".
[[nodiscard]] core::Result<E164> listed(std::string_view text, std::string_view region);

/// The region the number is of; "" for numbers of no country, as +800.
std::string region_of(const E164& number);

/// The region itself, in capitals; a fault (usage) for one that nobody knows.
[[nodiscard]] core::Result<std::string> parse_region(std::string_view text);

}  // namespace trunkline::number
