// SPDX-License-Identifier: MIT
#include "cli/program.h"
#include "retention/commands.h"

int main(int argc, char** argv) {
  const trunkline::cli::Program program{.name = "retention",
                                        .section = 8,
                                        .summary = "decide how long things live, and end them",
                                        .commands = trunkline::commands::all()};
  return trunkline::cli::run_program(program, argc, argv);
}
