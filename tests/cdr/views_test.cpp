// SPDX-License-Identifier: MIT
// The views for reports are what trunkline-views(7) says: each view and each of its columns.
#include <fstream>
#include <map>
#include <vector>

#include "support/database.h"

namespace trunkline::cdr {

TEST_CASE("every view and every column of it is in trunkline-views(7), in their order", "[cdr]") {
  const test::Database database;
  db::Connection owner = database.open("trunkline_owner");
  static constexpr db::Statement kViewColumns{
      "SELECT v.relname AS view, a.attname AS column FROM pg_class v"
      "  JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0"
      " WHERE v.relkind = 'v' AND v.relnamespace = 'trunkline'::regnamespace ORDER BY 1, a.attnum"};
  std::map<std::string, std::vector<std::string>> wanted;
  for (const db::Row row : owner.query(kViewColumns)) {
    wanted[row.get<std::string>("view")].push_back(row.get<std::string>("column"));
  }
  std::map<std::string, std::vector<std::string>> documented;
  std::ifstream page(std::string(TRUNKLINE_SOURCE_DIR) + "/man/trunkline-views.7");
  std::string view;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(".Ss ")) view = line.substr(4);
    if (line.starts_with(".It Va ")) documented[view].push_back(line.substr(7));
  }
  for (const auto& [name, columns] : wanted) {
    INFO("view " << name << " and its .Ss in man/trunkline-views.7");
    CHECK(documented[name] == columns);
    documented.erase(name);
  }
  CHECK(documented.empty());
}

}  // namespace trunkline::cdr
