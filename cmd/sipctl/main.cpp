// SPDX-License-Identifier: MIT
#include "sipctl/commands.h"

int main(int argc, char** argv) {
  const trunkline::cli::Program program{.name = "sipctl",
                                        .section = 1,
                                        .summary = "operate the exchange",
                                        .commands = trunkline::commands::all()};
  return trunkline::cli::run_program(program, argc, argv);
}
