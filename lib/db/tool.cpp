// SPDX-License-Identifier: MIT
#include "db/tool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "core/text.h"
#include "os/user.h"

namespace trunkline::db {
namespace {

Options options_of(const config::Config& config, std::string_view tool) {
  return {.url = config.text("db.url"),
          .application = std::string(tool),
          .role = "trunkline_operator",
          .who = acting_person()};
}

}  // namespace

std::string acting_person() {
  const uid_t uid = ::getuid();
  const std::string person = fmt::format("uid:{} {}", uid, os::user_name(uid));
  const char* sudo = std::getenv("SUDO_USER");
  // Only root can have got here by sudo; for others the variable is their own invention.
  if (uid != 0 || sudo == nullptr) return person;
  return fmt::format("{} (sudo: {})", person, core::printable(sudo));
}

Connection open_for_tool(const config::Config& config, std::string_view tool) {
  return Connection::open(options_of(config, tool));
}

Connection open_to_read(const config::Config& config, std::string_view tool) {
  Options options = options_of(config, tool);
  options.is_read_only = true;
  return Connection::open(options);
}

}  // namespace trunkline::db
