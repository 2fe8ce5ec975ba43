// SPDX-License-Identifier: MIT
// The flags every program has: one list, which parsing, help, manual and completions share.

#include "cli/program.h"

namespace trunkline::cli {

std::string long_name(const Option& option) {
  const auto comma = option.name.find(',');
  return comma == std::string::npos ? option.name : option.name.substr(comma + 1);
}

std::string short_name(const Option& option) {
  const auto comma = option.name.find(',');
  return comma == std::string::npos ? std::string() : option.name.substr(0, comma);
}

std::vector<Option> global_options(const Program& program) {
  std::vector<Option> options{{.name = "-h", .help = "a short help"},
                              {.name = "--help", .help = "the whole help"},
                              {.name = "-V,--version", .help = "name, version and commit"},
                              {.name = "--config",
                               .help = "read this file instead of /etc/trunkline/trunkline.toml",
                               .value = "FILE",
                               .complete = Complete::file},
                              {.name = "--set",
                               .help = "change a setting for this run; may be repeated",
                               .value = "KEY=VALUE",
                               .is_repeatable = true,
                               .complete = Complete::setting}};
  if (program.is_daemon) return options;
  const std::vector<Option> of_tools{
      {.name = "--json", .help = "one JSON object a line, errors too"},
      {.name = "--color",
       .help = "when to use colour",
       .value = "WHEN",
       .fallback = "auto",
       .choices = {"auto", "always", "never"}},
      {.name = "--no-pager", .help = "print long answers straight to the terminal"},
      {.name = "-q,--quiet", .help = "no conversation on standard error but errors"},
      {.name = "--yes", .help = "answer every question with yes"}};
  options.insert(options.end(), of_tools.begin(), of_tools.end());
  return options;
}

}  // namespace trunkline::cli
