// SPDX-License-Identifier: MIT
#pragma once

// The table of metrics: where in a daemon's status each is found.

#include <span>
#include <string_view>

#include "metrics/collection.h"

namespace trunkline::metrics {

struct Row {
  std::string_view name;
  Type type = Type::gauge;
  std::string_view help = {};
  std::string_view daemon = {};  ///< "sipd"; empty: every daemon has it, and is a label of it
  std::string_view path = {};    ///< JSON pointer of a number, a boolean or a time (RFC 3339)
  double scale = 1;              ///< 0.001 makes seconds of milliseconds
  /// Where the path leads to an object of numbers: its names are this label's values.
  std::string_view label = {};
  /// Where the path leads to a list of objects: the number's name in each; `label` is told by
  /// `label_from`.
  std::string_view member = {};
  std::string_view label_from = {};
  std::string_view minus = {};  ///< JSON pointer of a number to take away
};

std::span<const Row> rows();

}  // namespace trunkline::metrics
