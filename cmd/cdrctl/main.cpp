// SPDX-License-Identifier: MIT
#include "cdrctl/commands.h"

int main(int argc, char** argv) {
  const trunkline::cli::Program program{.name = "cdrctl",
                                        .section = 1,
                                        .summary = "ask the call ledger and the recordings",
                                        .commands = trunkline::commands::all()};
  return trunkline::cli::run_program(program, argc, argv);
}
