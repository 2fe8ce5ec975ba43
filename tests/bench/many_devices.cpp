// SPDX-License-Identifier: MIT

// many_devices CONFIGURATION COUNT PREFIX < PASSWORD
//
// Adds COUNT devices to the first tenant in one transaction, PREFIX0, PREFIX1, ..., all with the
// password of standard input: what `sipctl device add` would take an hour for.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "core/text.h"
#include "db/tool.h"
#include "db/transaction.h"
#include "directory/devices.h"
#include "directory/tenants.h"

namespace {

namespace config = trunkline::config;
namespace core = trunkline::core;
namespace db = trunkline::db;
namespace directory = trunkline::directory;

void add_devices(const std::string& file, std::uint64_t count, const std::string& prefix) {
  std::string password;
  std::getline(std::cin, password);
  const auto config = core::value_or_throw(config::Config::load({.file = file}));
  auto connection = db::open_for_tool(config, "many_devices");
  const directory::Tenant tenant = directory::list_tenants(connection).at(0);
  // Each device counts the directory's version up; one transaction of them all would look through
  // all its own versions of that row each time.
  constexpr std::uint64_t kTogether = 2'000;
  for (std::uint64_t i = 0; i < count;) {
    db::Transaction transaction(connection);
    for (const std::uint64_t end = std::min(count, i + kTogether); i < end; ++i) {
      core::value_or_throw(directory::add_device(
          connection, tenant,
          {.name = fmt::format("{}{}", prefix, i), .password = core::Secret(password)}));
    }
    transaction.commit();
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) {
      std::cerr << "usage: many_devices CONFIGURATION COUNT PREFIX < PASSWORD\n";
      return 64;
    }
    add_devices(argv[1], core::parse_unsigned(argv[2]).value_or(0), argv[3]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "many_devices: " << error.what() << '\n';
    return 1;
  }
}
