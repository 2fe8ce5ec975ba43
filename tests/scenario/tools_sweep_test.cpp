// SPDX-License-Identifier: MIT
// What retention's verbs erase, as they are typed: from the dry run to the certificate, beside
// another run, without a disk, and after a restore.

#include <fcntl.h>
#include <sys/file.h>

#include "core/text.h"
#include "keystore/key_store.h"
#include "os/fd.h"
#include "scenario/tools_site.h"
#include "support/ledger_rows.h"

namespace trunkline::test {
namespace {

struct Made {
  std::string call;
  std::string recording;
  std::filesystem::path file;
};

/// A site that keeps recordings for 90 days.
struct SweepSite {
  Site site;
  core::TenantId tenant;
  std::unique_ptr<LedgerRows> rows;

  SweepSite() {
    site.json("trunkline", {"init", "--tenant", "acme", "--domain", "acme.example"});
    tenant = core::value_or_throw(core::TenantId::parse(
        core::text_at(site.json("trunkline", {"tenant", "list"}).at(0), "tenant")));
    rows = std::make_unique<LedgerRows>(site.database());
    std::filesystem::create_directories(site.path("recordings"));
    std::filesystem::create_directories(site.path("mirror"));
  }
  keystore::KeyStore keys() const {
    return keystore::KeyStore(site.path("recorderd/keys.db"),
                              keystore::KeyRing::load(site.path("keys/recording.keyring")).value());
  }
  Words with_places(Words words) const {
    words.insert(words.end(), {"--set", "recording.key_mirror=" + site.path("mirror").string()});
    return words;
  }
  std::vector<core::Json> json(const Words& words, int status = 0) const {
    return site.json("retention", with_places(words), status);
  }
  os::Output run(const Words& words) const { return site.run("retention", with_places(words)); }

  Made add(int days_ago, const std::string& caller = "+15550100") const {
    const core::Time at = core::system_clock().wall() - core::Seconds(86'400LL * days_ago + 60);
    const auto call = core::CallRef::make(at);
    const auto recording = core::RecordingId::make(at);
    const std::string time = core::to_rfc3339(at);
    const std::string path = time.substr(0, 4) + "/recording_" + recording.text() + ".wav.enc";
    rows->add("call.ended", tenant, call,
              {{"schema", "call.v1"},
               {"direction", "internal"},
               {"caller", {{"number", caller}}},
               {"called", {{"dialled", "199"}}},
               {"state", "ended"},
               {"disposition", "answered"},
               {"started_at", time},
               {"ended_at", time}});
    rows->add("recording.finished", tenant, call,
              {{"schema", "recording.v1"},
               {"recording", recording.text()},
               {"call", call.text()},
               {"tenant", tenant.text()},
               {"path", path},
               {"key_id", "k"},
               {"status", "complete"},
               {"started_at", time},
               {"ended_at", time},
               {"duration_ms", 5000},
               {"bytes", 1000},
               {"legs", core::Json::array()}});
    const std::filesystem::path file = site.path("recordings") / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "sealed";
    REQUIRE(keys().create_key(recording, at).has_value());
    return {call.text(), recording.text(), file};
  }
  core::Json recording(const Made& made) const {
    return site.json("cdrctl", {"recording", "show", made.recording}).at(0);
  }
};

TEST_CASE("retention: a sweep is shown, erases, and is told of everywhere", "[scenario]") {
  const SweepSite site;
  const Made due = site.add(100);
  const Made young = site.add(10);
  CHECK(site.json({"status"}).at(0).at("runs").empty());

  const auto dry = site.json({"sweep", "--dry-run"}).at(0);
  CHECK(dry.at("due_recordings") == 1);
  CHECK(dry.at("is_dry_run") == true);
  CHECK(std::filesystem::exists(due.file));
  CHECK_FALSE(std::filesystem::exists(site.site.path("retention")));
  // Nobody to ask: it does nothing.
  CHECK(site.run({"sweep"}).exit.code == 64);
  CHECK(std::filesystem::exists(due.file));

  const auto swept = site.json({"sweep", "--yes"}).at(0);
  CHECK(swept.at("recordings") == 1);
  CHECK(swept.at("missing") == 0);
  CHECK(swept.at("mirror") == "current");
  CHECK_FALSE(std::filesystem::exists(due.file));
  CHECK(std::filesystem::exists(young.file));
  CHECK(site.keys().count() == 1);
  CHECK(keystore::KeyStore(site.site.path("mirror/keys.db")).count() == 1);

  const core::Json shown = site.recording(due);
  CHECK(core::text_at(shown, "status") == "erased");
  CHECK(core::text_at(shown, "erased_why") == "retention.default_days");
  CHECK(core::text_at(shown, "erasure") == core::text_at(swept, "run"));
  CHECK(site.site.json("cdrctl", {"recording", "list", "--status", "erased"}).size() == 1);
  CHECK(site.run({"explain", due.recording}).errors.find("was erased: retention.default_days") !=
        std::string::npos);
  const auto audited =
      site.site.json("trunkline", {"audit", "list", "--object", core::text_at(swept, "run")});
  REQUIRE(audited.size() == 2);
  CHECK(site.site.run("trunkline", {"audit", "verify"}).exit.is_success());

  const auto status = site.json({"status"}).at(0);
  CHECK(core::text_at(status.at("runs").at(0), "outcome") == "done");
  CHECK(status.at("is_due") == false);
  CHECK(status.at("erased") == 1);
  // The timer's next hour.
  const Made later = site.add(100);
  CHECK(site.run({"sweep", "--if-due"}).exit.is_success());
  CHECK(std::filesystem::exists(later.file));
}

TEST_CASE("retention: a sweep of more than a share stops, asks, and goes on when told",
          "[scenario]") {
  const SweepSite site;
  std::vector<Made> all;
  for (int i = 0; i < 25; ++i) all.push_back(site.add(91 + i));
  const os::Output stopped = site.run({"sweep", "--if-due"});
  CHECK(stopped.exit.code == 77);
  CHECK(stopped.errors ==
        "retention: stopped before anything was erased: 25 of 25 recordings would go, more than "
        "20 %\nhint: look at it: retention plan; where it is right: retention sweep --yes\n");
  CHECK(site.keys().count() == 25);
  CHECK(site.json({"status"}).at(0).at("is_due") == true);
  CHECK(site.json({"sweep", "--yes"}).at(0).at("recordings") == 25);
}

TEST_CASE("retention: without the recordings' disk nothing goes, not even a key", "[scenario]") {
  const SweepSite site;
  const Made due = site.add(100);
  const auto disk = site.site.path("recordings");
  const auto away = site.site.path("disk");
  const auto unmount = [&] {
    std::filesystem::rename(disk, away);
    std::filesystem::create_directory(disk);
  };
  const auto mount = [&] {
    std::filesystem::remove(disk);
    std::filesystem::rename(away, disk);
  };
  SECTION("the first time, by what is in it") {
    unmount();
    CHECK(site.run({"sweep", "--yes"}).exit.code == 69);
  }
  SECTION("later, by its marker") {
    site.json({"sweep", "--yes"});
    (void)site.add(101);
    unmount();
    CHECK(site.run({"sweep", "--yes"}).exit.code == 69);
  }
  CHECK(site.keys().count() == 1);
  mount();
  CHECK(site.json({"sweep", "--yes"}).at(0).at("recordings") == 1);
  CHECK_FALSE(std::filesystem::exists(due.file));
}

TEST_CASE("retention: two sweeps at once are one and a try again", "[scenario]") {
  const SweepSite site;
  (void)site.add(100);
  std::filesystem::create_directory(site.site.path("retention"));
  {
    const os::Fd other(::open(site.site.path("retention").c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(::flock(other.get(), LOCK_EX) == 0);
    CHECK(site.run({"sweep", "--yes"}).exit.code == 75);
    CHECK(site.keys().count() == 1);
  }
  CHECK(site.json({"sweep", "--yes"}).at(0).at("recordings") == 1);
}

TEST_CASE("retention: a person's request is shown, exported, done and certified", "[scenario]") {
  const SweepSite site;
  const Made theirs = site.add(1, "+15550155");
  const Made held = site.add(2, "+15550155");
  const Made others = site.add(3, "+15550177");
  site.json({"hold", "add", "Doe", "--owner", "legal", "--reason", "letter", "--id", held.call});
  const Words ask{"erase", "--number", "+1 555 0155", "--request", "DSR-17"};
  const auto items = site.json(ask);
  REQUIRE(items.size() == 4);
  CHECK(std::count_if(items.begin(), items.end(), [](const core::Json& item) {
          return core::text_at(item, "fate") == "withheld";
        }) == 2);
  CHECK(std::filesystem::exists(theirs.file));

  Words act = ask;
  const std::string folder = site.site.path("dsr").string();
  const std::string file = site.site.path("certificate.txt").string();
  act.insert(act.end(), {"--apply", "--yes", "--export", folder, "--certificate", file});
  const auto certificate = site.json(act).at(0);
  CHECK(certificate.at("recordings") == 1);
  CHECK(certificate.at("calls") == 1);
  CHECK(certificate.at("withheld").size() == 2);
  CHECK_FALSE(std::filesystem::exists(theirs.file));
  CHECK(std::filesystem::exists(held.file));
  CHECK(std::filesystem::exists(others.file));
  std::ifstream exported(folder + "/calls.jsonl");
  std::string line;
  REQUIRE(std::getline(exported, line));
  CHECK(line.find("+15550155") != std::string::npos);
  std::ifstream text(file);
  REQUIRE(std::getline(text, line));
  CHECK(line == "Certificate of erasure");
  CHECK(std::filesystem::exists(file + ".json"));
  CHECK(site.json(ask).size() == 2);
  CHECK(core::text_at(site.recording(theirs), "erased_why") == "request 'DSR-17'");
}

TEST_CASE("retention: what a restored database brings back goes by itself", "[scenario]") {
  const SweepSite site;
  const Made due = site.add(100);
  const Made other = site.add(5);
  db::Connection superuser = site.site.database().open_as_superuser();
  superuser.run_script(
      "CREATE SCHEMA backup;"
      "CREATE TABLE backup.recording AS TABLE trunkline.recording");
  site.json({"sweep", "--yes"});
  superuser.run_script(
      "DELETE FROM trunkline.recording; INSERT INTO trunkline.recording TABLE backup.recording;"
      "DELETE FROM trunkline.erasure_run");
  CHECK(core::text_at(site.recording(due), "status") == "complete");
  SECTION("by the tool for it") {
    CHECK(site.json({"reapply"}).at(0).at("recordings") == 1);
    CHECK(site.json({"reapply"}).at(0).at("recordings") == 0);
  }
  SECTION("or by the next sweep") {
    site.json({"sweep", "--yes"});
  }
  CHECK(core::text_at(site.recording(due), "status") == "erased");
  CHECK(core::text_at(site.recording(other), "status") == "complete");
}

}  // namespace
}  // namespace trunkline::test
