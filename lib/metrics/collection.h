// SPDX-License-Identifier: MIT
#pragma once

// What the daemons say of themselves (`status` of their control sockets), as metrics: a name, a
// type, labels and a number. A metric is a row in rows.cpp, never a line of code. Names end in
// their base unit, counters in _total; a daemon that does not answer has trunkline_up 0 and nothing
// else. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.h"

namespace trunkline::metrics {

enum class Type : std::uint8_t { gauge, counter };
std::string_view name_of(Type type);

struct Sample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

/// The samples of one name.
struct Family {
  std::string_view name;  ///< "trunkline_calls"
  std::string_view help;
  Type type = Type::gauge;
  std::vector<Sample> samples;
};

class Collection {
 public:
  Collection();

  /// What the daemon ("sipd", "recorderd") answered. A member that is missing or of another type
  /// gives no sample.
  void add(std::string_view daemon, const core::Json& status);
  void add_down(std::string_view daemon);

  /// In the table's order; those without a sample are not there.
  std::vector<Family> families() const;

 private:
  std::vector<Family> families_;  ///< one for each row
};

/// The text format that Prometheus reads (version 0.0.4).
std::string to_text(const std::vector<Family>& families);
/// A number as that format and JSON write it: the shortest that reads back the same.
std::string to_text(double value);

}  // namespace trunkline::metrics
