// SPDX-License-Identifier: MIT
#include "cli/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "core/json.h"
#include "core/text.h"

namespace trunkline::cli {

void report(std::string_view program, const core::Error& error, ReportForm form) {
  const core::Fault& fault = error.fault();
  const bool is_colored = allows_color(STDERR_FILENO, form.color);
  std::string text = fmt::format("{}{}:{} {}", is_colored ? "\033[31m" : "", program,
                                 is_colored ? "\033[0m" : "", core::printable(fault.message));
  for (const auto& [key, value] : error.fields())
    text += fmt::format(" ({} {})", key, core::printable(value));
  text += "\n";
  if (!fault.hint.empty()) text += fmt::format("hint: {}\n", core::printable(fault.hint));
  if (form.is_json) {
    core::Json object{
        {"schema", "error.v1"}, {"code", static_cast<int>(fault.code)}, {"message", fault.message}};
    if (!fault.hint.empty()) object["hint"] = fault.hint;
    for (const auto& [key, value] : error.fields()) object["fields"][key] = value;
    text += core::to_line(object) + "\n";
  }
  fmt::print(stderr, "{}", text);
}

}  // namespace trunkline::cli
