// SPDX-License-Identifier: MIT
// `cdrctl partition` and pipelines/partitions against a real PostgreSQL.
#include "scenario/tools_site.h"

namespace trunkline {

TEST_CASE("months of the ledger are listed and made, by hand and by the pipeline", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  const auto listed = site.json("cdrctl", {"partition", "list"});
  CHECK(listed.size() == 3 * (4 + 1));
  CHECK(site.json("cdrctl", {"partition", "ensure"}).empty());
  const auto made = site.json("cdrctl", {"partition", "ensure", "--ahead", "4"});
  REQUIRE(made.size() == 3);
  CHECK(made[0].at("table") == "ledger_entry");
  CHECK(made[0].at("rows_moved") == 0);

  site.database().open_as_superuser().run_script("DROP TABLE trunkline.cdr_" + [&] {
    std::string month = made[0].at("month");
    month[4] = '_';
    return month;
  }());
  const std::vector<std::string> flags = site.command("", {});
  const os::Output piped = core::value_or_throw(
      os::run_command({.arguments = {std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/partitions",
                                     "--ahead", "4", flags[1], flags[2]}},
                      core::Seconds(60)));
  INFO(piped.errors);
  CHECK(piped.exit.is_success());
  CHECK(piped.output == "cdr\t" + std::string(made[0].at("month")) + "\t0\n");
  CHECK(site.refusal("cdrctl", {"partition", "ensure", "--ahead", "121"}) ==
        "cdrctl: cannot make months that far ahead\nhint: --ahead takes 0 to 120\n");
}

}  // namespace trunkline
