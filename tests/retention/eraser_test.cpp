// SPDX-License-Identifier: MIT
#include "retention/eraser.h"

#include <catch2/catch.hpp>

#include "support/database.h"

namespace trunkline::retention {

TEST_CASE("every table that holds something of a call says whether it goes with the call",
          "[retention]") {
  const test::Database database;
  db::Connection owner = database.open("trunkline_owner");
  // A month of a table is its parent's.
  static constexpr db::Statement kUnsaid{
      "SELECT c.relname::text AS name FROM pg_class c"
      "  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'call' AND NOT a.attisdropped"
      " WHERE c.relnamespace = 'trunkline'::regnamespace AND c.relkind IN ('r', 'p')"
      "   AND NOT c.relispartition"
      "   AND NOT EXISTS (SELECT FROM trunkline.call_part p WHERE p.table_name = c.relname)"};
  for (const db::Row row : owner.query(kUnsaid))
    FAIL_CHECK(row.get<std::string>("name")
               << " is not in trunkline.call_part: does it go with an erased call?");
}

TEST_CASE("nobody but retention erases, and it does nothing else", "[retention]") {
  const test::Database database;
  db::Connection operators = database.open();
  CHECK_THROWS_AS(operators.run_script("SELECT trunkline.erase_recordings("
                                       "gen_random_uuid(), '{}', '{}')"),
                  core::Error);
  CHECK_THROWS_AS(operators.run_script("DELETE FROM trunkline.erased"), core::Error);
  db::Connection retention = database.open("trunkline_retention");
  for (const char* sql :
       {"DELETE FROM trunkline.recording", "UPDATE trunkline.cdr SET caller_name = ''",
        "UPDATE trunkline.legal_hold SET released_at = now()", "DELETE FROM trunkline.erasure_run",
        "INSERT INTO trunkline.erased VALUES (gen_random_uuid(), 'call')"}) {
    INFO(sql);
    CHECK_THROWS_AS(retention.run_script(sql), core::Error);
  }
}

}  // namespace trunkline::retention
