// SPDX-License-Identifier: MIT
#include "cli/pager.h"

#include <signal.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "core/text.h"

namespace trunkline::cli {
namespace {

std::string wanted_pager() {
  for (const char* const variable : {"TRUNKLINE_PAGER", "PAGER"})
    if (const char* const value = std::getenv(variable)) return value;
  return "less -FRX";
}

}  // namespace

std::optional<Pager> Pager::start() {
  const std::string command = wanted_pager();
  const std::string first(core::trim(command).substr(0, core::trim(command).find(' ')));
  if (first.empty() || first == "cat" || !os::find_program(first)) return std::nullopt;
  os::Pipe pipe = os::make_pipe();
  // The variable is a shell's line by custom ("less -S"), and its owner's own.
  auto child = os::Child::spawn(
      {.arguments = {"/bin/sh", "-c", command}, .input = os::Stream::of(pipe.read_end.get())});
  if (!child) return std::nullopt;
  // Ctrl-C belongs to the pager now; we end when it closes its end.
  (void)::signal(SIGINT, SIG_IGN);
  return Pager(std::move(*child), std::move(pipe.write_end));
}

Pager::~Pager() {
  if (child_.pid() == 0) return;  // moved from
  input_.reset();
  while (!child_.wait(std::chrono::hours(1))) continue;
}

}  // namespace trunkline::cli
