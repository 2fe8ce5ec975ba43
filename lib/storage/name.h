// SPDX-License-Identifier: MIT
#pragma once

// What an object is called below its location: a relative path,
// "2026/11/21/recording_<id>.wav.enc". A name never leads out of its location, whatever it came
// from: a row of the ledger, a command line, a listing.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::storage {

/// First bytes of what a location keeps for itself (its marker, copies under way). No object is
/// called so.
inline constexpr std::string_view kOwnPrefix = ".trunkline-";
/// A file that is being put, until it is whole.
inline constexpr std::string_view kUnfinishedPrefix = ".trunkline-put-";

class Name {
 public:
  /// Parts between single slashes: none empty, "." or "..", none longer than 255 bytes or our own;
  /// no control characters; UTF-8; at most 1024 bytes in all. Else a fault (data).
  static core::Result<Name> parse(std::string_view text);

  const std::string& text() const noexcept { return text_; }
  /// "2026", "11", "21", "recording_<id>.wav.enc"
  std::vector<std::string> parts() const;

  auto operator<=>(const Name&) const = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace trunkline::storage
