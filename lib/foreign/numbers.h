// SPDX-License-Identifier: MIT
#pragma once

// Numbers as call records write them, made E.164 where they are numbers of a public network. The
// same few thousand come again and again, so what was found out is kept.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace trunkline::foreign {

class Numbers {
 public:
  /// `region` is where bare national numbers are of; "": only international forms are read.
  explicit Numbers(std::string region) : region_(std::move(region)) {}

  /// "+4930123456", or nothing for an extension, a name, a withheld number.
  const std::optional<std::string>& e164(std::string_view text);
  /// Whether both mean the same line: the same E.164, or where one is none, the same text.
  bool are_same(std::string_view left, std::string_view right);

 private:
  std::string region_;
  std::unordered_map<std::string, std::optional<std::string>> known_;
  std::string sought_;
};

}  // namespace trunkline::foreign
