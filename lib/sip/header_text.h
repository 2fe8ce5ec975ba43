// SPDX-License-Identifier: MIT
#pragma once

// Header values that Sofia does not take apart: "word;name=value;name=\"quoted\"".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::sip {

/// Without its quotes and backslashes, where it is a quoted string.
std::string unquoted(std::string_view text);

/// The URI of "name <uri>;param" or "uri;param".
std::string_view uri_of(std::string_view address);

/// At separators outside quotes and angle brackets, each trimmed; "" gives one empty piece.
std::vector<std::string_view> split_value(std::string_view value, char separator);

/// A value and its parameters. Points into the text that it was made of.
struct Parametrised {
  std::string word;  ///< lower case
  std::vector<std::string_view> params;

  explicit Parametrised(std::string_view value);
  /// Without quotes; nothing where it is absent or has no value.
  std::optional<std::string> param(std::string_view name) const;
};

}  // namespace trunkline::sip
