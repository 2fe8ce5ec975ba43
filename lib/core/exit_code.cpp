// SPDX-License-Identifier: MIT
#include "core/exit_code.h"

namespace trunkline::core {

std::string_view name_of(ExitCode code) {
  switch (code) {
    case ExitCode::done:
      return "done";
    case ExitCode::failed:
      return "failed";
    case ExitCode::partly:
      return "partly done";
    case ExitCode::usage:
      return "usage";
    case ExitCode::data:
      return "malformed input";
    case ExitCode::no_input:
      return "not there";
    case ExitCode::unavailable:
      return "service down";
    case ExitCode::software:
      return "bug";
    case ExitCode::cannot_create:
      return "cannot create";
    case ExitCode::io:
      return "input or output";
    case ExitCode::try_again:
      return "try again";
    case ExitCode::protocol:
      return "protocol";
    case ExitCode::no_permission:
      return "refused";
    case ExitCode::config:
      return "configuration";
    case ExitCode::interrupted:
      return "interrupted";
    case ExitCode::terminated:
      return "terminated";
  }
  return "unknown";
}

}  // namespace trunkline::core
