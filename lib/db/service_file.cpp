// SPDX-License-Identifier: MIT
#include "db/service_file.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "core/cptr.h"
#include "core/text.h"

namespace trunkline::db {
namespace {

void free_options(PQconninfoOption* options) noexcept {
  PQconninfoFree(options);
}

}  // namespace

core::Result<std::string> service_text(const std::string& url, std::string_view section,
                                       const std::string& database) {
  char* complaint = nullptr;
  const core::CPtr<PQconninfoOption, free_options> options(
      PQconninfoParse(url.c_str(), &complaint));
  const core::CPtr<char, PQfreemem> text(complaint);
  if (!options)
    return core::fault(core::ExitCode::config,
                       fmt::format("cannot read db.url: {}",
                                   complaint == nullptr ? "out of memory" : core::trim(complaint)),
                       "trunkline config show db.url --origin");
  std::string lines = fmt::format("[{}]\n", section);
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val == nullptr || *option->val == '\0') continue;
    if (keyword == "dbname" && !database.empty()) continue;
    if (std::string_view(option->val).find('\n') != std::string_view::npos)
      return core::fault(core::ExitCode::config,
                         fmt::format("cannot use db.url: its {} has a line break", keyword));
    lines += fmt::format("{}={}\n", keyword, option->val);
  }
  if (!database.empty()) lines += fmt::format("dbname={}\n", database);
  return lines;
}

}  // namespace trunkline::db
