// SPDX-License-Identifier: MIT
// `cdrctl import`, `reconcile` and `archive` as an operator runs them, against a real PostgreSQL.
#include "scenario/tools_site.h"

namespace trunkline {
namespace {

constexpr std::string_view kMaster =
    R"("","101","+4930123456","internal","""Alice"" <101>","PJSIP/101-1","PJSIP/t-2","Dial","x","2024-01-21 08:00:00","2024-01-21 08:00:05","2024-01-21 08:01:05",65,60,"ANSWERED","DOCUMENTATION","1705824000.1",""
"","101","+4930123457","internal","""Alice"" <101>","PJSIP/101-3","PJSIP/t-4","Dial","x","2024-02-21 09:00:00","2024-02-21 09:00:05","2024-02-21 09:01:05",65,60,"ANSWERED","DOCUMENTATION","1708506000.3",""
"","+4915112345678","+4930999888","from-trunk","","PJSIP/t-7","PJSIP/102-8","Dial","x","2024-02-21 11:00:00","2024-02-21 11:00:05","2024-02-21 11:01:05",65,60,"ANSWERED","DOCUMENTATION","1708513200.7",""
"","101","102","internal","""Alice"" <101>","PJSIP/101-5","PJSIP/102-6","Dial","x","2024-02-21 10:00:00",,"2024-02-21 10:00:30",30,0,"NO ANSWER","DOCUMENTATION","1708509600.5",""
a line that is none
)";

std::string written(const test::Site& site, const std::string& name, std::string_view text) {
  const std::string path = site.path(name).string();
  std::ofstream(path) << text;
  return path;
}

}  // namespace

TEST_CASE("another system's calls are imported, reconciled, archived and still there",
          "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  const std::string master = written(site, "Master.csv", kMaster);
  const std::string rejects = site.path("rejects.csv").string();
  const std::string folder = "ledger.archive_dir=" + site.path("archive").string();
  const test::Words import{"import", "asterisk-csv", "--tz",  "UTC", "--country",
                           "DE",     "--rejects",    rejects, master};
  const auto with = [](test::Words words, const test::Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };

  // Tried, done, done again.
  const auto tried = site.json("cdrctl", with(import, {"--dry-run"}), 3);
  REQUIRE(tried.size() == 1);
  CHECK(tried[0].at("taken") == 4);
  CHECK(site.json("cdrctl", {"list", "--limit", "0"}).empty());
  const auto added = site.json("cdrctl", import, 3);
  CHECK(added[0].at("added") == 4);
  CHECK(added[0].at("rejected") == 1);
  const auto again = site.json("cdrctl", import, 3);
  CHECK(again[0].at("added") == 0);
  CHECK(again[0].at("duplicates") == 4);
  std::ifstream file(rejects);
  const std::string told{std::istreambuf_iterator<char>(file), {}};
  CHECK(told == "file,line,reason,record\r\n" + master +
                    ",5,a record of Master.csv has 16 fields or more,a line that is none\r\n");
  CHECK(site.json("cdrctl", {"list", "--limit", "0"}).size() == 4);
  CHECK(site.json("cdrctl", {"show", "1705824000.1"})[0].at("direction") == "outbound");
  // What of the house they went through.
  const auto came = site.json("cdrctl", {"show", "1708513200.7"})[0];
  CHECK(came.at("direction") == "inbound");
  CHECK(came.at("trunk") == "t");
  CHECK(came.at("did") == "+4930999888");
  CHECK_FALSE(came.contains("campaign"));
  CHECK(site.json("cdrctl", {"list", "--trunk", "t"}).size() == 3);
  CHECK(site.json("cdrctl", {"list", "--did", "+4930999888"}).size() == 1);
  CHECK(site.json("cdrctl", {"list", "--campaign", "spring"}).empty());
  CHECK(site.run("cdrctl", {"export", "--did", "+4930999888", "--no-header"})
            .output.ends_with(",t,+4930999888,\r\n"));
  const auto by_trunk =
      site.json("cdrctl", {"report", "--by", "trunk,did", "--since", "2024-01-01"});
  REQUIRE(by_trunk.size() == 3);
  CHECK(by_trunk[0].at("by").empty());
  CHECK(by_trunk[0].at("calls") == 1);
  CHECK(by_trunk[1].at("by") == core::Json{{"trunk", "t"}});
  CHECK(by_trunk[1].at("calls") == 2);
  CHECK(by_trunk[2].at("by") == core::Json{{"trunk", "t"}, {"did", "+4930999888"}});

  const auto proved = site.json("cdrctl", {"--set", folder, "prove"});
  REQUIRE(proved.size() == 1);
  CHECK(proved[0].at("result") == "imported");

  // The carrier's clock is UTC+1, it billed one call twice, and another longer than it was.
  const std::string invoice = written(site, "invoice.csv",
                                      "Start Time,From,To,Duration,Price\n"
                                      "2024-01-21 08:00:05,101,4930123456,60,0.02\n"
                                      "2024-01-21 08:00:05,101,4930123456,60,0.02\n"
                                      "2024-02-21 09:00:06,101,+49 30 123457,600,0.20\n");
  const auto differences =
      site.json("cdrctl", {"reconcile", "--tz", "UTC", "--country", "DE", invoice}, 3);
  REQUIRE(differences.size() == 2);
  CHECK(differences[0].at("finding") == "differing");
  CHECK(differences[0].at("detail") == "duration");
  CHECK(differences[0].at("their_ms") == 600'000);
  CHECK(differences[1].at("finding") == "only-theirs");
  CHECK(differences[1].at("detail") == "the call of line 2 again");
  const std::string good =
      written(site, "good.csv", "Start Time,To,Duration\n2024-01-21 08:00:05,4930123456,60\n");
  CHECK(site.json("cdrctl", {"reconcile", "--tz", "UTC", "--country", "DE", good}).empty());

  // January goes, is still read, and comes back.
  const auto archive = [&](const test::Words& words, int status = 0) {
    return site.json("cdrctl", with({"--set", folder, "archive"}, words), status);
  };
  const auto due = archive({"add", "--before", "2024-02", "--dry-run"});
  REQUIRE(due.size() == 1);
  CHECK(due[0].at("state") == "due");
  const auto archived = archive({"add", "--before", "2024-02"});
  REQUIRE(archived.size() == 1);
  CHECK(archived[0].at("file") == "cdr_2024_01.1.csv.zst");
  CHECK(archived[0].at("rows") == 1);
  CHECK(site.json("cdrctl", {"list", "--limit", "0"}).size() == 3);
  const test::Words listed{"--set", folder, "list", "--limit", "0", "--from-archive"};
  CHECK(site.json("cdrctl", listed).size() == 4);
  CHECK(site.json("cdrctl", with(listed, {"--trunk", "t"})).size() == 3);
  CHECK(site.json("cdrctl", {"--set", folder, "show", "--from-archive", "+4930123456"}).size() ==
        1);
  const os::Output exported =
      site.run("cdrctl", {"--set", folder, "export", "--from-archive", "--limit", "0"});
  CHECK(core::split(exported.output, '\n').size() == 4 + 2);
  CHECK(archive({"verify"})[0].at("state") == "whole");
  CHECK(archive({"list"})[0].at("state") == "archived");
  const auto late = site.json("cdrctl", import, 3);
  CHECK(late[0].at("rejected") == 2);
  CHECK(archive({"restore", "2024-01"})[0].at("state") == "restored");
  CHECK(site.json("cdrctl", {"list", "--limit", "0"}).size() == 4);
  CHECK(site.refusal("cdrctl", {"--set", folder, "archive", "restore", "2024-01"}) ==
        "cdrctl: cannot find an archive of 2024-01\nhint: what there is: cdrctl archive list\n");

  // By a map, with the campaign.
  const std::string csv = written(site, "dialler.csv",
                                  "when,from,to,line,shown,drive\n"
                                  "2024-03-01 08:00:00,101,015112345678,t,030 999888,spring\n");
  CHECK(
      site.json("cdrctl",
                {"import", "csv", "--tz", "UTC", "--country", "DE", "--map",
                 "started=when,caller=from,called=to,trunk=line,did=shown,campaign=drive", csv})[0]
          .at("added") == 1);
  CHECK(site.run("cdrctl", {"report", "--by", "campaign,did", "--since", "2024-03-01", "--until",
                            "2024-03-02"})
            .output.starts_with("spring\t+4930999888\t1\t"));
}

}  // namespace trunkline
