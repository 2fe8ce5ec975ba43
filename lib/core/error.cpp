// SPDX-License-Identifier: MIT
#include "core/error.h"

namespace trunkline::core {

Error::Error(ExitCode code, std::string message, std::string hint)
    : fault_{code, std::move(message), std::move(hint)} {}

Error::Error(Fault fault) : fault_(std::move(fault)) {}

Error Error::with(std::string_view key, std::string_view value) && {
  fields_.emplace_back(key, value);
  return std::move(*this);
}

}  // namespace trunkline::core
