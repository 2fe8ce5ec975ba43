// SPDX-License-Identifier: MIT
// `cdrctl prove` over a real journal that was shipped to a real PostgreSQL, and then harmed.
#include "journal/journal.h"
#include "ledger/shipper.h"
#include "scenario/tools_site.h"

namespace trunkline {

TEST_CASE("prove says that the ledger is whole, or where its hole is", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  const auto folder = site.path("proved");
  std::filesystem::create_directories(folder);
  const std::string setting = "sip.state_dir=" + folder.string();
  const auto journal = journal::Journal::open(folder / "journal.db");
  for (int i = 0; i < 9; ++i) {
    journal->append({.kind = "note",
                     .tenant = {},
                     .call = {},
                     .body = "{}",
                     .at = core::system_clock().wall()});
  }
  REQUIRE(journal->flush());
  {
    ledger::Shipper shipper(
        {.database = site.database().options("trunkline_sipd"), .daemon = "sipd"}, *journal);
    REQUIRE(shipper.flush(core::Milliseconds(30'000)));
  }
  const auto whole = site.json("cdrctl", {"--set", setting, "prove"});
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].at("result") == "intact");
  CHECK(whole[0].at("first") == 1);
  CHECK(whole[0].at("last") == 9);

  site.database().open_as_superuser().run_script(
      "DELETE FROM trunkline.ledger_entry WHERE seq IN (4, 5)");
  const auto holes = site.json("cdrctl", {"--set", setting, "prove"}, 1);
  // The hole in PostgreSQL, and the two entries that the journal still has.
  REQUIRE(holes.size() == 3);
  CHECK(holes[0].at("result") == "missing");
  CHECK(holes[0].at("node") == journal->node().text());
  CHECK(holes[0].at("first") == 4);
  CHECK(holes[0].at("last") == 5);
  CHECK(holes[0].contains("after"));
  CHECK(holes[0].contains("before"));
  CHECK(holes[1].at("detail") == "in the journal, but not in PostgreSQL");
  const os::Output told = site.run("cdrctl", {"--set", setting, "prove"});
  CHECK(told.errors.find("the ledger has holes\n") != std::string::npos);
}

}  // namespace trunkline
