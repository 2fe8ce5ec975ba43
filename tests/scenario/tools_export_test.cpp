// SPDX-License-Identifier: MIT
// `cdrctl export` and `cdrctl tail` against a real PostgreSQL: every ended call once, whatever is
// interrupted, and calls that come while somebody watches.
#include <sys/stat.h>

#include <csignal>

#include "os/atomic_file.h"
#include "scenario/tools_site.h"
#include "support/ledger_rows.h"
#include "support/terminal.h"

namespace trunkline {
namespace {

/// Calls of one tenant, live and ended, from 2026-10-26T07:33:20Z on.
struct ExportedCalls {
  explicit ExportedCalls(const test::Site& site) : rows(site.database()) {}

  core::CallRef add(std::int64_t second, const std::string& caller, bool is_ended = true) {
    const auto call = core::CallRef::make(at(second));
    change(call, second, caller, is_ended);
    return call;
  }
  void change(const core::CallRef& call, std::int64_t second, const std::string& caller,
              bool is_ended) {
    core::Json body{{"schema", "call.v1"},
                    {"call", call.text()},
                    {"tenant", tenant.text()},
                    {"direction", "internal"},
                    {"caller", {{"name", caller}, {"number", caller}}},
                    {"called", {{"dialled", "102"}}},
                    {"state", is_ended ? "ended" : "ringing"},
                    {"started_at", core::to_rfc3339(at(second))}};
    if (is_ended) {
      body["disposition"] = "answered";
      body["ended_at"] = core::to_rfc3339(at(second + 60));
    }
    rows.add(is_ended ? "call.ended" : "call.ringing", tenant, call, body);
    rows.ship();
  }

  static core::Time at(std::int64_t second) {
    return core::from_microseconds(1'793'000'000'000'000 + second * 1'000'000);
  }

  test::LedgerRows rows;
  core::TenantId tenant = core::TenantId::make(at(0));
};

std::vector<std::string> ended_lines(const std::string& text, const std::string& end) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto to = text.find(end, from);
    REQUIRE(to != std::string::npos);
    lines.push_back(text.substr(from, to - from));
    from = to + end.size();
  }
  return lines;
}

std::string cursor_in(const std::filesystem::path& path) {
  return core::value_or_throw(os::read_text_file(path, core::ByteCount{10'000}));
}

}  // namespace

TEST_CASE("calls are exported oldest first, as CSV in a zone or as JSON lines", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ExportedCalls calls(site);
  calls.add(10, "103");
  calls.add(0, "101, \"Ann\"");
  calls.add(5, "102", false);

  const auto csv = ended_lines(site.run("cdrctl", {"export"}).output, "\r\n");
  REQUIRE(csv.size() == 4);
  CHECK(csv[0].starts_with("call,tenant,"));
  CHECK(csv[1].find(",\"101, \"\"Ann\"\"\",") != std::string::npos);
  CHECK(csv[1].find(",2026-10-26T07:33:20.000000Z,") != std::string::npos);
  CHECK(csv[2].find(",ringing,") != std::string::npos);
  const os::Output zoned =
      site.run("cdrctl", {"export", "--tz", "America/New_York", "--no-header", "--number", "103"});
  CHECK(ended_lines(zoned.output, "\r\n").size() == 1);
  CHECK(zoned.output.find(",2026-10-26T03:33:30.000000-04:00,") != std::string::npos);

  const auto json = site.json("cdrctl", {"export", "--ended", "--tz", "Europe/Berlin"});
  REQUIRE(json.size() == 2);
  CHECK(core::text_at(json[0], "started_at") == "2026-10-26T08:33:20.000000+01:00");
  CHECK(site.run("cdrctl", {"export", "--format", "jsonl"}).output ==
        site.run("cdrctl", {"export", "--json"}).output);
  // Read in the zone, too.
  CHECK(
      site.json("cdrctl", {"export", "--tz", "America/New_York", "--until", "2026-10-26 03:33:25"})
          .size() == 1);
  CHECK(site.refusal("cdrctl", {"export", "--tz", "Mars/Olympus"}) ==
        "cdrctl: cannot find the time zone 'Mars/Olympus'\n"
        "hint: give one as in Europe/Berlin: timedatectl list-timezones\n");
}

TEST_CASE("with a cursor each call is exported once, after its end", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ExportedCalls calls(site);
  const std::string file = site.path("cursor").string();
  const auto exported = [&] {
    std::vector<std::string> callers;
    for (const core::Json& call : site.json("cdrctl", {"export", "--cursor-file", file}))
      callers.push_back(core::text_at(call.at("caller"), "number"));
    return callers;
  };
  CHECK(exported().empty());
  const auto live = calls.add(100, "live", false);
  for (int i = 0; i < 1'200; ++i) calls.add(200 + i, std::to_string(2'000 + i));
  CHECK(exported().size() == 1'200);  // more than two pages
  CHECK(exported().empty());
  // It began before all of them, and its end came last.
  calls.change(live, 100, "live", true);
  calls.add(1, "late");
  CHECK(exported() == std::vector<std::string>{"live", "late"});
  const std::string cursor = cursor_in(file);
  CHECK(exported().empty());
  CHECK(cursor_in(file) == cursor);

  const os::Output in_words = site.run("cdrctl", {"export", "--cursor", "start", "--limit", "3"});
  CHECK(ended_lines(in_words.output, "\r\n").size() == 4);
  REQUIRE(in_words.errors.starts_with("cursor: "));
  const std::string next = in_words.errors.substr(8, in_words.errors.size() - 9);
  const auto rest = site.json("cdrctl", {"export", "--cursor", next});
  CHECK(rest.size() == 1'199);
  CHECK(site.run("cdrctl", {"export", "--cursor", "yesterday"}).exit.text() == "exit code 64");
  CHECK(site.run("cdrctl", {"export", "--cursor", "start", "--live"}).exit.text() ==
        "exit code 64");
}

TEST_CASE("an export whose reader goes away keeps its old cursor", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ExportedCalls calls(site);
  for (int i = 0; i < 600; ++i) calls.add(i, std::string(200, 'x'));
  const std::string file = site.path("cursor").string();
  std::string command;
  for (const std::string& word :
       site.command("cdrctl", {"export", "--cursor-file", file, "--json"}))
    command += word + " ";
  const os::Output cut = core::value_or_throw(os::run_command(
      {.arguments = {"/bin/sh", "-c", command + "| head -n 1"}}, core::Seconds(30)));
  CHECK(ended_lines(cut.output, "\n").size() == 1);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(site.json("cdrctl", {"export", "--cursor-file", file}).size() == 600);
}

TEST_CASE("tail shows the last calls, then each change as it comes, until Ctrl-C", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ExportedCalls calls(site);
  for (int i = 0; i < 5; ++i) calls.add(i, "old" + std::to_string(i));
  test::Terminal terminal(site.command("cdrctl", {"tail", "-n", "2"}));
  terminal.expect("old3");
  terminal.expect("old4");
  const auto call = calls.add(10, "newcomer", false);
  terminal.expect("newcomer");
  terminal.expect("ringing");
  calls.change(call, 10, "newcomer", true);
  terminal.expect("newcomer");
  terminal.expect("answered");
  CHECK(terminal.shown().find("old2") == std::string::npos);
  terminal.type("\003");
  CHECK(terminal.finish() == 130);
}

TEST_CASE("tail obeys filters and ends when its reader does", "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  ExportedCalls calls(site);
  std::string command;
  for (const std::string& word :
       site.command("cdrctl", {"tail", "-n", "1", "--json", "--number", "wanted"}))
    command += word + " ";
  test::Terminal terminal({"/bin/sh", "-c", command + "| head -n 2; echo done"});
  calls.add(1, "wanted");
  terminal.expect("\"wanted\"");
  calls.add(2, "other");
  calls.add(3, "wanted", false);
  terminal.expect("ringing");
  // head is gone; tail notices without another call.
  terminal.expect("done");
  CHECK(terminal.finish() == 0);
  CHECK(terminal.shown().find("other") == std::string::npos);
}

}  // namespace trunkline
