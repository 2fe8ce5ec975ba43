// SPDX-License-Identifier: MIT
// Erasures that reach archived months, with the tools as they are typed: a person's request, what
// the number is gone from, and that it stays gone when an older database comes back; and a sweep.
#include "archive/compressed_file.h"
#include "cdr/partitions.h"
#include "journal/journal.h"
#include "ledger/shipper.h"
#include "scenario/tools_site.h"

namespace trunkline::test {
namespace {

constexpr std::string_view kTheirs = "+15550100";
constexpr std::int64_t kJanuary2024 = 1'704'067'200'000'000;
constexpr int kArchivedCalls = 90;  // one a day; every thirtieth is theirs

core::Time day_of_2024(int number) {
  return core::from_microseconds(kJanuary2024 + number * 86'400'000'000LL + 3'600'000'000LL);
}

class ArchivedSite {
 public:
  ArchivedSite() {
    site.json("trunkline", {"init", "--domain", "pbx.example"});
    std::filesystem::create_directories(site.path("recordings"));
    tenant_ = core::value_or_throw(core::TenantId::parse(
        core::text_at(site.json("trunkline", {"tenant", "list"}).at(0), "tenant")));
    const auto journal = journal::Journal::open(site.path("journal.db"));
    for (int i = 0; i < kArchivedCalls; ++i)
      add(*journal, day_of_2024(i), i % 30 == 10 ? std::string(kTheirs) : std::to_string(200 + i));
    REQUIRE(journal->flush());
    ledger::Shipper shipper({.database = site.database().options("trunkline_sipd"),
                             .daemon = "sipd",
                             .keep = std::chrono::hours(24 * 365 * 100)},
                            *journal);
    REQUIRE(shipper.flush(core::Milliseconds(30'000)));
    db::Connection connection = site.database().open();
    cdr::ensure_partitions(connection, 0);
    // March stays in PostgreSQL.
    REQUIRE(site.json("cdrctl", {"archive", "add", "--before", "2024-03"}).size() == 4);
  }

  std::vector<core::Json> calls() const {
    return site.json("cdrctl", {"list", "--limit", "0", "--from-archive"});
  }
  /// What is in the files, and what PostgreSQL would dump.
  bool is_anywhere(std::string_view number) const {
    std::vector<char> space(std::size_t{64} * 1024);
    for (const auto& entry : std::filesystem::directory_iterator(site.path("archive"))) {
      auto reader = core::value_or_throw(archive::CompressedReader::open(entry.path()));
      std::string content;
      for (std::size_t size = reader.read(space); size > 0; size = reader.read(space))
        content.append(space.data(), size);
      if (content.find(number) != std::string::npos) return true;
    }
    static constexpr db::Statement kIn{
        "SELECT (SELECT count(*) FROM trunkline.cdr c WHERE c::text LIKE $1)"
        "     + (SELECT count(*) FROM trunkline.ledger_entry e WHERE e::text LIKE $1)"
        "     + (SELECT count(*) FROM trunkline.audit_log a WHERE a::text LIKE $1) AS count"};
    db::Connection connection = site.database().open_as_superuser();
    return connection.query(kIn, {"%" + std::string(number) + "%"})
               .only()
               .get<std::int64_t>("count") > 0;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(site.path("archive")), {}));
  }
  bool is_proved() const {
    for (const core::Json& found : site.json("cdrctl", {"prove"}))
      if (found.at("result") != "intact" && found.at("result") != "erased") return false;
    return true;
  }

  Site site;

 private:
  void add(journal::Journal& journal, core::Time start, const std::string& number) const {
    const auto call = core::CallRef::make(start);
    core::Json body{{"schema", "call.v1"},
                    {"call", call.text()},
                    {"direction", "inbound"},
                    {"caller", {{"name", "Jane"}, {"number", number}}},
                    {"called", {{"dialled", "199"}}},
                    {"state", "initiated"},
                    {"started_at", core::to_rfc3339(start)}};
    const auto append = [&](const char* kind, core::Time at) {
      journal.append(
          {.kind = kind, .tenant = tenant_, .call = call, .body = core::to_line(body), .at = at});
    };
    append("call.started", start);
    body["state"] = "ended";
    body["disposition"] = "answered";
    body["ended_at"] = core::to_rfc3339(start + core::Seconds(30));
    append("call.ended", start + core::Seconds(30));
  }

  core::TenantId tenant_;
};

void administer(const std::vector<std::string>& statements) {
  db::Connection administrator = db::Connection::open(
      {.url = "dbname=postgres", .statement_timeout = std::chrono::seconds(60)});
  for (const std::string& statement : statements) administrator.run_script(statement);
}

}  // namespace

TEST_CASE("a person's request reaches archived months, and stays done", "[scenario]") {
  const ArchivedSite world;
  const Site& site = world.site;
  const std::string number(kTheirs);
  const Words erase{"erase", "--number", number, "--request", "DSR-17"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), erase.begin(), erase.end());
    return more;
  };
  CHECK(world.is_anywhere(kTheirs));

  // Shown first, with where it is.
  const auto shown = site.json("retention", with({}));
  REQUIRE(shown.size() == 3);
  CHECK(core::text_at(shown[0], "month") == "2024-01");
  CHECK(core::text_at(shown[1], "month") == "2024-02");
  CHECK_FALSE(shown[2].contains("month"));
  for (const core::Json& one : shown) CHECK(core::text_at(one, "fate") == "masked");
  CHECK(world.files() == 4);
  CHECK(world.is_anywhere(kTheirs));

  // A backup of before, in which the database names the files of before.
  const std::string& name = site.database().name();
  const std::string backup = name + "_backup";
  administer({"CREATE DATABASE " + backup + " TEMPLATE " + name});

  const std::string folder = site.path("dsr-17").string();
  const std::string certificate = site.path("dsr-17.txt").string();
  const auto certified = site.json(
      "retention", with({"--apply", "--yes", "--export", folder, "--certificate", certificate}));
  REQUIRE(certified.size() == 1);
  CHECK(certified[0].at("calls") == 3);
  CHECK(certified[0].at("erased").size() == 3);
  CHECK(certified[0].at("reached") == core::Json({"2024-01", "2024-02"}));
  CHECK(certified[0].at("not_reached").empty());
  std::ifstream exported(folder + "/calls.jsonl");
  std::size_t rows = 0;
  for (std::string line; std::getline(exported, line); ++rows)
    CHECK(core::text_at(core::parse_json(line).value(), "caller_number") == number);
  CHECK(rows == 3);

  const auto check_erased = [&] {
    CHECK_FALSE(world.is_anywhere(kTheirs));
    const auto calls = world.calls();
    CHECK(calls.size() == kArchivedCalls);
    CHECK(std::count_if(calls.begin(), calls.end(), [](const core::Json& call) {
            return core::text_at(call.at("caller"), "number") == "erased";
          }) == 3);
    CHECK(world.files() == 4);
    CHECK(world.is_proved());
    for (const core::Json& one : site.json("cdrctl", {"archive", "verify"}))
      CHECK(one.at("state") == "whole");
    CHECK(site.json("retention", with({})).empty());
  };
  check_erased();
  CHECK(site.json("retention", {"reapply"})[0].at("calls") == 0);
  check_erased();

  // The older database comes back; the files it names are not there any more.
  administer({"DROP DATABASE " + name + " WITH (FORCE)",
              "ALTER DATABASE " + backup + " RENAME TO " + name});
  site.json("retention", {"reapply"});
  check_erased();
}

TEST_CASE("a request says which archived months it does not reach", "[scenario]") {
  const ArchivedSite world;
  const Site& site = world.site;
  const std::string number(kTheirs);
  const auto file = site.path("archive") / "cdr_2024_02.1.csv.zst";
  std::filesystem::rename(file, site.path("away"));
  const Words erase{"erase", "--number", number, "--request", "DSR-18"};
  CHECK(site.json("retention", erase, 3).size() == 2);
  Words apply = erase;
  apply.insert(apply.end(), {"--apply", "--yes"});
  const auto certified = site.json("retention", apply, 3);
  CHECK(certified[0].at("reached") == core::Json({"2024-01"}));
  CHECK(certified[0].at("not_reached") == core::Json({"2024-02"}));
  std::filesystem::rename(site.path("away"), file);
  CHECK(site.json("retention", apply)[0].at("reached") == core::Json({"2024-02"}));
  CHECK_FALSE(world.is_anywhere(kTheirs));
  CHECK(world.is_proved());
}

TEST_CASE("a sweep by a policy of calls reaches archived months", "[scenario]") {
  const ArchivedSite world;
  const Site& site = world.site;
  const std::string number(kTheirs);
  const auto plan = [&] { return site.json("retention", {"plan", "--list"}); };
  CHECK(plan().empty());
  site.json("retention", {"policy", "set", "calls", "--kind", "call", "--keep", "30d"});
  const std::string oldest = core::text_at(world.calls().back(), "call");
  const auto explained = site.json("retention", {"explain", oldest}).at(0);
  CHECK(core::text_at(explained, "fate") == "due");
  CHECK(core::text_at(explained, "month") == "2024-01");
  CHECK(plan().size() == kArchivedCalls);

  // It would take more than its share of everything, archived months among it.
  const auto dry = site.json("retention", {"sweep", "--dry-run"}).at(0);
  CHECK(dry.at("due_calls") == kArchivedCalls);
  site.json("retention", {"sweep", "--if-due"}, 77);
  CHECK(world.calls().size() == kArchivedCalls);

  // A case holds some, in every month.
  const Words hold{"hold",     "add",    "doe",      "--owner", "legal",
                   "--reason", "letter", "--number", number};
  site.json("retention", hold);
  const auto swept = site.json("retention", {"sweep", "--yes"}).at(0);
  CHECK(swept.at("calls") == kArchivedCalls - 3);
  CHECK(swept.at("withheld").at(0).at("count") == 3);
  const auto left = world.calls();
  REQUIRE(left.size() == 3);
  for (const core::Json& call : left) CHECK(core::text_at(call.at("caller"), "number") == number);
  CHECK_FALSE(world.is_anywhere("\"230\""));
  CHECK(world.files() == 4);
  CHECK(world.is_proved());
  for (const core::Json& one : site.json("cdrctl", {"archive", "verify"}))
    CHECK(one.at("state") == "whole");
  CHECK(site.json("retention", {"sweep", "--yes"}).at(0).at("calls") == 0);

  // Without a month's file it says so, and takes what it reaches.
  site.json("retention", {"hold", "release", "doe", "--reason", "settled"});
  const auto file = site.path("archive") / "cdr_2024_01.2.csv.zst";
  REQUIRE(std::filesystem::exists(file));
  std::filesystem::rename(file, site.path("away"));
  site.json("retention", {"sweep", "--dry-run"}, 3);
  CHECK(site.json("retention", {"sweep", "--yes"}, 3).at(0).at("calls") == 2);
  std::filesystem::rename(site.path("away"), file);
  CHECK(site.json("retention", {"sweep", "--yes"}).at(0).at("calls") == 1);
  CHECK(world.calls().empty());
  CHECK(world.is_proved());
}

}  // namespace trunkline::test
