// SPDX-License-Identifier: MIT
// The verbs of directory and ledger against a real PostgreSQL: what they print as JSON obeys its
// schema, running init twice is safe, and errors are one line with a hint and the right exit code.
#include <catch2/catch.hpp>
#include <fstream>

#include "db/connection.h"
#include "directory/people.h"
#include "directory/tenants.h"
#include "scenario/tools_site.h"
#include "support/ledger_rows.h"
#include "support/terminal.h"

namespace trunkline {
namespace {

using Site = test::Site;

std::size_t count_of(const std::vector<core::Json>& steps, std::string_view state) {
  std::size_t count = 0;
  for (const core::Json& step : steps) count += core::text_at(step, "state") == state ? 1U : 0U;
  return count;
}

core::Json example_of(const std::string& schema, std::size_t index) {
  std::ifstream file(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/journal/" + schema +
                     ".schema.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return core::value_or_throw(core::parse_json(text)).at("examples").at(index);
}

}  // namespace

TEST_CASE("trunkline init makes what is missing, and a second time finds all present",
          "[scenario]") {
  const Site site;
  const auto first =
      site.json("trunkline", {"init", "--tenant", "acme", "--domain", "pbx.acme.example"});
  CHECK(count_of(first, "made") >= 8);
  CHECK(core::text_at(first.back(), "step") == "administrator");
  CHECK(core::text_at(first.back(), "password").size() == 20);
  const auto second = site.json("trunkline", {"init"});
  CHECK(second.size() == first.size());
  CHECK(count_of(second, "present") == second.size());
  CHECK_FALSE(second.back().contains("password"));
  for (const core::Json& migration : site.json("trunkline", {"migrate", "--status"})) {
    CHECK(core::text_at(migration, "state") == "applied");
  }
  CHECK(site.json("trunkline", {"migrate"}).empty());
}

TEST_CASE("trunkline init asks on a terminal what no flag says, and says what it will make",
          "[scenario]") {
  const Site site;
  test::Terminal refused(
      site.command("trunkline", {"init", "--tenant", "acme", "--domain", "a.b"}));
  refused.answer("record its calls, unless a device says otherwise? [y/n] ", "n\n");
  refused.answer("administrator [admin]: ", "\n");
  refused.answer("shown): ", "\n");
  refused.answer("begin? [y/n] ", "n\n");
  CHECK(refused.finish() == 1);
  CHECK(refused.shown().find("nothing was made") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(site.path("keys/sipd.key")));

  test::Terminal wizard(site.command("trunkline", {"init"}));
  wizard.answer("company or department [main]: ", "not a name!\n");
  wizard.expect("warning: ");
  wizard.answer("company or department [main]: ", "acme\n");
  wizard.answer("SIP addresses [", "pbx.acme.example\n");
  wizard.answer("otherwise? [y/n] ", "y\n");
  wizard.answer("administrator [admin]: ", "ann\n");
  wizard.answer("password of ann (empty: one is made and shown): ", "changeme\n");
  wizard.expect("everybody tries first");
  wizard.answer("shown): ", "sesame open 1\n");
  wizard.answer("the same again: ", "sesame open 1\n");
  wizard.answer("begin? [y/n] ", "y\n");
  CHECK(wizard.finish() == 0);
  CHECK(wizard.shown().find("sesame") == std::string::npos);
  const auto tenants = site.json("trunkline", {"tenant", "list"});
  REQUIRE(tenants.size() == 1);
  CHECK(core::text_at(tenants[0], "name") == "acme");
  CHECK(core::text_at(tenants[0], "domain") == "pbx.acme.example");
  CHECK(core::text_at(tenants[0], "recording") == "always");
  db::Connection connection = site.database().open("trunkline_operator");
  const auto tenant = core::value_or_throw(directory::tenant_or_default(connection, ""));
  const auto ann = core::value_or_throw(directory::find_person(connection, tenant, "ann"));
  CHECK(directory::log_in(connection, ann, core::Secret(std::string_view("sesame open 1")),
                          core::system_clock().wall()) == directory::Login::welcome);

  // What is set up is not asked for again.
  test::Terminal again(site.command("trunkline", {"init", "--tenant", "acme", "--admin", "ann"}));
  CHECK(again.finish() == 0);
  CHECK(again.shown().find("[y/n]") == std::string::npos);
}

TEST_CASE("a lost key of sipd is not replaced silently", "[scenario]") {
  const Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  std::filesystem::remove(site.path("keys/sipd.key"));
  const os::Output output = site.run("trunkline", {"init"});
  CHECK(output.exit.text() == "exit code 78");
  CHECK(output.errors.find("to which the devices' secrets are sealed\nhint: restore the file") !=
        std::string::npos);
}

TEST_CASE("devices, tenants and users are added, listed, changed and removed", "[scenario]") {
  const Site site;
  (void)site.json("trunkline", {"init", "--tenant", "acme", "--domain", "pbx.acme.example"});
  const auto added = site.json("sipctl", {"device", "add", "alice", "--extension", "101"});
  CHECK(core::text_at(added.at(0), "password").size() == 20);
  CHECK(site.json("sipctl", {"device", "add", "102"}).size() == 1);
  CHECK(site.json("sipctl", {"device", "list"}).size() == 2);
  CHECK_FALSE(site.json("sipctl", {"device", "show", "101"}).at(0).contains("password"));
  const auto set =
      site.json("sipctl", {"device", "set", "alice", "--recording", "always", "--disable"});
  CHECK(core::text_at(set.at(0), "recording") == "always");
  CHECK_FALSE(core::bool_at(set.at(0), "is_enabled", true));
  CHECK(site.refusal("sipctl", {"device", "add", "alice"}) ==
        "sipctl: cannot add device 'alice': the name is taken\n"
        "hint: list them: sipctl device list --tenant acme\n");
  CHECK(site.json("sipctl", {"device", "remove", "alice", "--yes"}).size() == 1);
  CHECK(site.refusal("sipctl", {"device", "show", "alice"}) ==
        "sipctl: cannot find device 'alice'\nhint: list them: sipctl device list --tenant acme\n");

  CHECK(site.json("trunkline", {"tenant", "add", "zeta", "--domain", "zeta.example"}).size() == 1);
  CHECK(site.json("trunkline", {"tenant", "set", "zeta", "--recording", "always"}).size() == 1);
  CHECK(site.json("trunkline", {"tenant", "list"}).size() == 2);
  CHECK(site.json("trunkline",
                  {"user", "add", "ann", "--role", "agent", "--tenant", "zeta", "--new-password"})
            .size() == 1);
  CHECK(site.json("trunkline", {"user", "list"}).size() == 2);
  CHECK(site.json("trunkline", {"user", "passwd", "ann", "--tenant", "zeta", "--new-password"})
            .at(0)
            .contains("password"));
  const auto told = site.json("trunkline", {"user", "set", "ann", "--tenant", "zeta", "--mail",
                                            "ann@example.org", "--alerts", "critical"});
  CHECK(core::text_at(told.at(0), "mail") == "ann@example.org");
  CHECK(core::text_at(told.at(0), "alerts") == "critical");
  CHECK(site.refusal("trunkline", {"user", "set", "ann", "--tenant", "zeta", "--mail", ""}) ==
        "trunkline: cannot mail alerts to a person without an address\n"
        "hint: give one: --mail ADDRESS\n");
  CHECK(site.run("trunkline", {"user", "set", "ann", "--tenant", "zeta", "--mail", "ann"})
            .exit.code == 65);
  CHECK_FALSE(site.run("trunkline", {"tenant", "remove", "zeta", "--yes"}).exit.is_success());
  CHECK(site.json("trunkline", {"user", "remove", "ann", "--tenant", "zeta", "--yes"}).size() == 1);
  CHECK(site.json("trunkline", {"tenant", "remove", "zeta", "--yes"}).size() == 1);
}

TEST_CASE("a user's password is asked for twice and unseen, and never printed", "[scenario]") {
  const Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  test::Terminal add(site.command("trunkline", {"user", "add", "ann", "--role", "agent"}));
  add.answer("password: ", "sesame open 1\n");
  add.answer("the same again: ", "sesame open 1\n");
  CHECK(add.finish() == 0);
  CHECK(add.shown().find("last login") != std::string::npos);
  CHECK(add.shown().find("sesame") == std::string::npos);

  test::Terminal differ(site.command("trunkline", {"user", "passwd", "ann"}));
  differ.answer("password: ", "sesame open 2\n");
  differ.answer("the same again: ", "sesame open 3\n");
  CHECK(differ.finish() == 65);
  CHECK(differ.shown().find("the two are not the same") != std::string::npos);

  const auto given = [&](const std::string& password) {
    std::ofstream(site.path("password")) << password << '\n';
    return core::value_or_throw(os::run_command(
        {.arguments = site.command("trunkline", {"user", "passwd", "ann", "--password-file", "-"}),
         .input = os::Stream::file(site.path("password"))},
        core::Seconds(30)));
  };
  CHECK(given("sesame open 4").exit.is_success());
  CHECK(given("changeme").errors ==
        "trunkline: cannot take the password: it is one that everybody tries first\n"
        "hint: choose another, or leave it out to have one made\n");
  CHECK(given("short").exit.text() == "exit code 65");
  CHECK(site.refusal("trunkline", {"user", "passwd", "ann"}) ==
        "trunkline: cannot ask for a password: there is no terminal\n"
        "hint: --new-password makes one, --password-file - reads it from standard input\n");
  CHECK(site.refusal("trunkline", {"user", "passwd", "nobody", "--new-password"})
            .starts_with("trunkline: cannot find user 'nobody'\n"));
}

TEST_CASE("a user who logged in is listed with the time, one locked out is shown so",
          "[scenario]") {
  const Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  (void)site.json("trunkline", {"user", "add", "ann", "--role", "auditor", "--new-password"});
  db::Connection connection = site.database().open("trunkline_operator");
  const auto tenant = core::value_or_throw(directory::tenant_or_default(connection, ""));
  const auto ann = core::value_or_throw(directory::find_person(connection, tenant, "ann"));
  const core::Time now = core::system_clock().wall();
  for (int i = 0; i < 5; ++i)
    CHECK(directory::log_in(connection, ann, core::Secret(std::string_view("wrong one")), now) ==
          directory::Login::wrong);
  CHECK(site.json("trunkline", {"user", "show", "ann"}).at(0).contains("locked_until"));
  const auto reset = site.json("trunkline", {"user", "passwd", "ann", "--new-password"}).at(0);
  const core::Secret password(std::string_view(core::text_at(reset, "password")));
  CHECK(directory::log_in(connection, ann, password, now) == directory::Login::welcome);
  const auto shown = site.json("trunkline", {"user", "show", "ann"}).at(0);
  CHECK(core::text_at(shown, "last_login_at") == core::to_rfc3339(now));
  CHECK_FALSE(shown.contains("locked_until"));
}

TEST_CASE("calls and recordings of the ledger are listed and shown", "[scenario]") {
  const Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  test::LedgerRows rows(site.database());
  const core::Json call = example_of("call.v1", 1);
  const auto tenant = core::TenantId::parse(core::text_at(call, "tenant")).value();
  const auto id = core::CallRef::parse(core::text_at(call, "call")).value();
  rows.add("call.ended", tenant, id, call);
  rows.add("media.ended", tenant, id, example_of("media.v1", 0));
  rows.add("recording.finished", tenant, id, example_of("recording.v1", 0));
  rows.add("recording.accessed", tenant, id, example_of("access.v1", 0));

  CHECK(site.json("cdrctl", {"list", "--number", "101"}).size() == 1);
  CHECK(site.json("cdrctl", {"list", "--live"}).empty());
  const auto shown = site.json("cdrctl", {"show", "102"});
  CHECK(shown.at(0).at("media").at("legs").size() == 2);
  CHECK(shown.at(0).at("recordings").size() == 1);
  CHECK(site.json("cdrctl", {"recording", "list", "--status", "complete"}).size() == 1);
  CHECK(site.json("cdrctl", {"recording", "show", "last"}).at(0).at("accesses").size() == 1);
  CHECK(site.refusal("cdrctl", {"show", "999"}) ==
        "cdrctl: cannot find call '999'\n"
        "hint: give an id or its end, a SIP Call-ID, a number or last: cdrctl list\n");
  CHECK(site.refusal("cdrctl", {"list", "--since", "yestrday"})
            .find("cdrctl: cannot read time 'yestrday'") == 0);
}

TEST_CASE("without PostgreSQL and sipd cdrctl says what it tried", "[scenario]") {
  const Site site;
  const os::Output output =
      site.run("cdrctl", {"list", "--set", "db.url=host=127.0.0.1 port=1 dbname=x"});
  CHECK(output.exit.text() == "exit code 69");
  CHECK(output.errors.find("warning: cannot reach PostgreSQL at 127.0.0.1:1 database x: connection "
                           "refused\n") == 0);
  CHECK(output.errors.find("cdrctl: cannot reach sipd at ") != std::string::npos);
}

}  // namespace trunkline
