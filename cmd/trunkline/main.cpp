// SPDX-License-Identifier: MIT
#include "trunkline/commands.h"

int main(int argc, char** argv) {
  const trunkline::cli::Program program{.name = "trunkline",
                                        .section = 8,
                                        .summary = "set up, check and configure this host",
                                        .commands = trunkline::commands::all()};
  return trunkline::cli::run_program(program, argc, argv);
}
