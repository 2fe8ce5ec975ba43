// SPDX-License-Identifier: MIT

// Backups of a real site by each tool: they are made, looked at, restored whole and in part, and
// what was erased stays so.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cdr/partitions.h"
#include "scenario/backed_up_site.h"
#include "support/tmpfs.h"

namespace trunkline::test {
namespace {

std::string severity_of(const std::vector<core::Json>& findings, std::string_view about) {
  for (const core::Json& finding : findings)
    if (core::text_at(finding, "about") == about) return core::text_at(finding, "severity");
  return "not there";
}

std::string state_of_check(const std::vector<core::Json>& checks, std::string_view about) {
  for (const core::Json& check : checks)
    if (core::text_at(check, "check") == about) return core::text_at(check, "state");
  return "not there";
}

TEST_CASE("backup: a site is backed up, proved, damaged and restored, by each tool", "[scenario]") {
  const std::string tool = GENERATE("files", "restic", "rclone");
  INFO(tool);
  BackedUpSite site(tool);
  site.use_passphrase();
  site.record(3);
  const auto made = site.json({"backup"}).at(0);
  CHECK(made.at("recordings") == 3);
  CHECK(made.at("fresh_files") == 3);
  CHECK(made.at("left_out") == 0);
  CHECK(core::number_at(made, "rows") > 10);

  // One more recording, and only that one is new.
  const auto fourth = site.record();
  site.ship();
  const auto again = site.json({"backup"}).at(0);
  CHECK(again.at("recordings") == 4);
  CHECK(again.at("fresh_files") == 1);
  CHECK(site.json({"backup", "list"}).size() == 2);
  const std::string newest = core::text_at(again, "name");
  CHECK(core::text_at(site.json({"backup", "show"}).at(0), "name") == newest);
  CHECK(site.json({"backup", "show", "--files"}).size() >= 7);
  for (const core::Json& verified : site.json({"backup", "verify", "--all"}))
    CHECK(verified.at("is_whole") == true);
  const auto checks = site.json({"drill"});
  for (const core::Json& check : checks) {
    INFO(core::to_line(check));
    CHECK(core::text_at(check, "state") == "good");
  }
  CHECK(state_of_check(checks, "recordings") == "good");
  CHECK_FALSE(fs::exists(site.path("backup-state/drill")));
  CHECK(severity_of(site.json({"doctor", "--all"}, 1), "backup") == "ok");
  CHECK(severity_of(site.json({"doctor", "--all"}, 1), "drill") == "ok");

  // A recording and a setting are lost, a call is made after the backup.
  fs::remove(site.file_of(fourth));
  std::ofstream(site.path("trunkline.d/10-backup.toml"), std::ios::app) << "keep_daily = 3\n";
  (void)site.record();
  site.ship();
  REQUIRE(site.calls() == 5);
  CHECK(site.run({"restore"}).exit.code == 64);  // nobody to ask
  CHECK(site.calls() == 5);
  const auto restored = site.json({"restore", "--yes"});
  CHECK(restored.size() == 10);
  CHECK(site.opens(fourth));
  CHECK(content_of(site.path("trunkline.d/10-backup.toml")).find("keep_daily") ==
        std::string::npos);
  CHECK(content_of(site.path("trunkline.d/10-backup.toml.before-restore")).find("keep_daily") !=
        std::string::npos);
  // The journal gives the fifth call back.
  CHECK(site.calls() == 5);
  CHECK(site.ledger_is_whole());

  // The audit log goes on from where the backup left it.
  std::string events;
  for (const auto& entry : site.json({"audit", "list", "--event", "backup."}))
    events += core::text_at(entry, "event") + " ";
  CHECK(events == "backup.restored backup.made ");
  CHECK(site.json({"audit", "verify"}).at(0).at("is_intact") == true);
}

TEST_CASE("backup: keys lie apart, and none is in a backup", "[scenario]") {
  BackedUpSite site;
  site.record(2);
  // Without a sealed copy of the ring the backup is made, and says what is missing.
  const os::Output partly = site.run({"backup"});
  CHECK(partly.exit.code == 3);
  CHECK(partly.errors.find("warning: not in the backup: the key ring has no sealed copy\n") !=
        std::string::npos);
  site.use_passphrase();
  site.json({"backup"});
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(site.path("mirror")))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names ==
        std::vector<std::string>{"keys.db", "recording.keyring.sealed", "sipd.key.sealed"});

  const auto ring = keystore::KeyRing::load(site.path("keys/recording.keyring")).value();
  const std::string key = core::to_hex(ring.find(ring.current())->reveal());
  const std::string sip_key(core::trim(content_of(site.path("keys/sipd.key"))));
  for (const char* const place : {"target", "mirror", "backup-state"})
    for (const auto& entry : fs::recursive_directory_iterator(site.path(place))) {
      if (!entry.is_regular_file()) continue;
      INFO(entry.path().string());
      const std::string text = content_of(entry.path());
      CHECK(text.find(key) == std::string::npos);
      CHECK(text.find(sip_key) == std::string::npos);
      if (place == std::string("target")) CHECK(entry.path().filename() != "keys.db");
    }
  // Keys in the folder of the backups would lock nothing.
  const os::Output beside = site.run(
      {"backup", "--set", "recording.key_mirror=" + (site.path("target") / "keys").string()});
  CHECK(beside.exit.code == 78);
  CHECK(beside.errors.find("is not apart from backup.target") != std::string::npos);
}

TEST_CASE("backup: yesterday's database comes back, and the journals fill it up", "[scenario]") {
  BackedUpSite site;
  site.record(2);
  // Two more calls are journaled and not shipped when the backup is made.
  (void)site.record();
  site.json({"backup"}, 3);
  site.ship();
  site.record(4);
  REQUIRE(site.calls() == 7);
  site.json({"restore", "--part", "database", "--yes"});
  CHECK(site.calls() == 7);
  CHECK(site.ledger_is_whole());
  // Without the journal it has what the backup's has, and the daemon ships what is missing.
  fs::rename(site.path("recorderd"), site.path("elsewhere"));
  site.json({"restore", "--part", "database", "--yes"});
  fs::rename(site.path("elsewhere"), site.path("recorderd"));
  CHECK(site.calls() == 3);
  site.ship();
  CHECK(site.calls() == 7);
  CHECK(site.ledger_is_whole());
}

TEST_CASE("backup: a host that was lost comes back from the backup and the keys' place",
          "[scenario]") {
  BackedUpSite site;
  site.use_passphrase();
  site.record(2);
  const auto last = site.record();  // journaled, not shipped
  site.json({"backup"});
  site.close_journal();
  const std::string name = site.site().database().name();
  db::Connection::open({.url = "dbname=postgres"})
      .run_script("DROP DATABASE " + db::quoted_identifier(name) + " WITH (FORCE)");
  const std::string sip_key = content_of(site.path("keys/sipd.key"));
  for (const char* const lost : {"recordings", "recorderd", "sipd", "keys"})
    fs::remove_all(site.path(lost));

  const auto planned = site.json({"restore", "--dry-run"});
  CHECK(planned.size() == 5);
  for (const core::Json& part : planned) {
    INFO(core::to_line(part));
    CHECK(core::text_at(part, "state") == "planned");  // nothing lives that could be lost
  }
  CHECK_FALSE(fs::exists(site.path("keys")));
  site.json({"restore"});
  CHECK(site.opens(last));
  CHECK(site.calls() == 3);
  CHECK(core::trim(content_of(site.path("keys/sipd.key"))) == core::trim(sip_key));
  for (const char* const file : {"keys/sipd.key", "keys/recording.keyring", "recorderd/keys.db"})
    CHECK((fs::status(site.path(file)).permissions() & fs::perms(0077)) == fs::perms::none);
  CHECK(site.ledger_is_whole());
  // Again: all is here, nothing is overwritten but the database.
  site.json({"restore", "--part", "recordings", "--part", "keys", "--part", "configuration"});
}

TEST_CASE("backup: archived months are in it, and come back", "[scenario]") {
  BackedUpSite site;
  site.use_passphrase();
  (void)site.record(std::chrono::hours(24 * 100));
  site.ship();
  db::Connection connection = site.site().database().open();
  cdr::ensure_partitions(connection, 0);
  const auto archived = site.site().json("cdrctl", {"archive", "add", "--keep", "0"});
  REQUIRE(!archived.empty());
  site.json({"backup"});
  const std::string first = core::text_at(site.json({"backup", "list"}).at(0), "name");
  const auto is_whole = [&] {
    const auto files = site.site().json("cdrctl", {"archive", "verify"});
    return files.size() == archived.size() &&
           std::all_of(files.begin(), files.end(), [](const core::Json& file) {
             return core::text_at(file, "state") == "whole";
           });
  };
  CHECK(is_whole());
  fs::remove_all(site.path("archive"));
  // The next one says what it lacks.
  const os::Output told = site.run({"backup"});
  CHECK(told.exit.code == 3);
  CHECK(told.errors.find(core::text_at(archived.at(0), "file")) != std::string::npos);

  site.json({"restore", first, "--part", "archives"});
  CHECK(is_whole());
  // What is here is not touched.
  CHECK(
      core::text_at(site.json({"restore", first, "--part", "archives", "--dry-run"}).at(0), "says")
          .starts_with("0 are made"));
}

TEST_CASE("backup: a flipped byte is found by verify and by drill", "[scenario]") {
  BackedUpSite site;
  site.record(3);
  site.json({"backup"}, 3);
  const std::string part = GENERATE("/database/toc.dat", ".wav.enc", "manifest.jsonl");
  const fs::path hurt = find_file(site.path("target"), part);
  INFO(hurt.string());
  flip_byte(hurt);
  const auto verified = site.json({"backup", "verify"}, 1).at(0);
  CHECK(verified.at("is_whole") == false);
  REQUIRE(verified.at("damages").size() == 1);
  CHECK(hurt.string().ends_with(core::text_at(verified.at("damages").at(0), "path")));
  site.json({"drill"}, 1);
  CHECK(severity_of(site.json({"doctor", "--all"}, 1), "drill") == "problem");
  if (hurt.extension() == ".jsonl") return;
  // The living site is as it was after a restore that found out.
  const os::Output refused = site.run({"restore", "--part", "database", "--yes"});
  if (hurt.filename() == "toc.dat") CHECK(refused.exit.code == 65);
  CHECK(site.calls() == 3);
}

TEST_CASE("backup: what was erased stays so, whatever is restored", "[scenario]") {
  BackedUpSite site;
  site.use_passphrase();
  const auto kept = site.record();
  // Beyond its 90 days.
  const auto erased = site.record(std::chrono::hours(24 * 100));
  site.ship();
  site.json({"backup"});
  REQUIRE(site.opens(erased));
  // Somebody keeps an older copy of the keys, as nobody should.
  fs::copy(site.path("mirror"), site.path("old-keys"), fs::copy_options::recursive);
  CHECK(site.site().json("retention", {"sweep", "--yes"}).at(0).at("recordings") == 1);
  REQUIRE_FALSE(site.opens(erased));
  REQUIRE(site.opens(kept));
  const bool is_journal_lost = GENERATE(false, true);
  if (is_journal_lost) {
    // Of the erasure journal only the copy beside the keys is left.
    site.json({"backup"});
    fs::remove_all(site.path("erasures"));
  }
  // All is lost but the backups: the database, the keys, the recordings.
  fs::remove_all(site.path("recordings"));
  fs::remove_all(site.path("recorderd"));
  fs::remove_all(site.path("keys"));
  const std::string first = core::text_at(site.json({"backup", "list"}).at(0), "name");
  Words words{"restore", first, "--yes"};
  if (is_journal_lost)
    fs::copy_file(site.path("mirror/erasures.db"), site.path("old-keys/erasures.db"));
  words.insert(words.end(), {"--keys", site.path("old-keys").string()});
  site.json(words);
  CHECK(site.opens(kept));
  CHECK_FALSE(site.opens(erased));
  {
    const keystore::KeyStore keys(
        site.path("recorderd/keys.db"),
        keystore::KeyRing::load(site.path("keys/recording.keyring")).value());
    CHECK_FALSE(keys.open_key(erased).has_value());
    // The file of the backup, by hand: nothing opens it any more.
    auto reader = sealed::Reader::open(find_file(site.path("target"), erased.text()), keys);
    CHECK_FALSE(reader.has_value());
  }
  // The row that the older database brought back is gone again, too.
  static constexpr db::Statement kRows{
      "SELECT count(*) AS n FROM trunkline.recording"
      " WHERE status <> 'erased'"};
  CHECK(site.count(kRows) <= 1);
  site.json({"drill"});
}

/// Another file system in the recordings' folder, which belongs to their owner.
class ColdDisk {
 public:
  explicit ColdDisk(const fs::path& recordings) : folder_(recordings / "cold") {
    fs::create_directory(folder_);
    REQUIRE(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=16m,mode=0700") == 0);
    struct stat owner {};
    REQUIRE(::stat(recordings.c_str(), &owner) == 0);
    REQUIRE(::chown(folder_.c_str(), owner.st_uid, owner.st_gid) == 0);
  }
  ~ColdDisk() { take_away(); }
  ColdDisk(const ColdDisk&) = delete;
  ColdDisk& operator=(const ColdDisk&) = delete;

  void take_away() const { (void)::umount(folder_.c_str()); }
  fs::path file_of(const BackedUpSite& site, core::RecordingId id) const {
    return folder_ / site.file_of(id).lexically_relative(site.path("recordings"));
  }

 private:
  fs::path folder_;
};

TEST_CASE("backup: recordings of the cold tier are in it, and come back to their own disk",
          "[scenario]") {
  const std::string tool = GENERATE("files", "restic", "rclone");
  INFO(tool);
  BackedUpSite site(tool);
  site.use_passphrase();
  const ColdDisk disk(site.path("recordings"));
  const auto old = site.record(std::chrono::hours(5));
  const auto other = site.record(std::chrono::hours(4));
  const auto recent = site.record();
  site.ship();
  site.json({"backup"});
  CHECK(site.site().json("retention", {"move", "--older-than", "2h"}).at(0).at("moved") == 2);
  CHECK(fs::exists(disk.file_of(site, old)));
  // What moved since is in the one before by its other name.
  CHECK(state_of_check(site.json({"drill"}), "living recordings") == "good");
  CHECK(site.json({"backup"}).at(0).at("recordings") == 3);
  for (const core::Json& check : site.json({"drill"})) {
    INFO(core::to_line(check));
    CHECK(core::text_at(check, "state") == "good");
  }
  for (const core::Json& verified : site.json({"backup", "verify", "--all"}))
    CHECK(verified.at("is_whole") == true);

  fs::remove(disk.file_of(site, old));
  fs::remove(site.file_of(recent));
  site.json({"restore", "--yes", "--part", "recordings"});
  CHECK(fs::exists(disk.file_of(site, old)));
  CHECK(fs::exists(disk.file_of(site, other)));
  CHECK(site.opens(recent));
  const os::Output verified = site.site().run("retention", {"verify"});
  INFO(verified.output << verified.errors);
  CHECK(verified.exit.is_success());

  disk.take_away();
  const os::Output refused = site.run({"backup"});
  CHECK(refused.exit.code == 74);
  CHECK(refused.errors.find("is its disk mounted?") != std::string::npos);
}

TEST_CASE("backup: a full disk leaves the old backup whole, and nothing of the new one",
          "[scenario]") {
  BackedUpSite site;
  const Tmpfs small(core::ByteCount{24ULL * 1024 * 1024});
  const std::string target = "backup.target=" + small.path().string();
  site.record(2);
  site.json({"backup", "--set", target}, 3);
  small.fill();
  site.record(3);
  const os::Output full = site.run({"backup", "--set", target});
  INFO(full.errors);
  CHECK((full.exit.code == 74 || full.exit.code == 73));
  CHECK(std::count(full.errors.begin(), full.errors.end(), '\n') <= 4);
  CHECK(full.errors.find("make room: df -h") != std::string::npos);
  small.make_room();
  CHECK(site.json({"backup", "list", "--set", target}).size() == 1);
  CHECK(site.json({"backup", "verify", "--set", target}).at(0).at("is_whole") == true);
  for (const auto& entry : fs::directory_iterator(small.path()))
    CHECK_FALSE(entry.path().string().ends_with(".part"));
  CHECK(site.json({"backup", "--set", target}, 3).at(0).at("recordings") == 5);
}

TEST_CASE("backup: what is not there is told in one line each", "[scenario]") {
  BackedUpSite site;
  site.record(1);
  const auto told = [&](Words words, int code) {
    const os::Output output = site.run(words);
    CHECK(output.exit.code == code);
    return output.errors;
  };
  CHECK(told({"backup", "show"}, 66) == "trunkline: there is no backup in " +
                                            site.path("target").string() +
                                            "\nhint: make one: trunkline backup\n");
  const std::string away =
      told({"backup", "--set", "db.url=host=" + site.path("nowhere").string()}, 69);
  CHECK(std::count(away.begin(), away.end(), '\n') <= 4);
  CHECK(away.find("cannot reach PostgreSQL") != std::string::npos);
  CHECK(fs::is_empty(site.path("target")));
  CHECK(told({"backup", "--set", "backup.target="}, 78) ==
        "trunkline: backup.target names no place for backups\n"
        "hint: trunkline config set backup.target /mnt/backup\n");
  CHECK(told({"backup", "list", "--set", "backup.target=" + site.path("gone").string()}, 66)
            .find("is its disk mounted? see backup.target") != std::string::npos);

  // Recordings that are all gone at once are a disk that is not mounted.
  site.json({"backup"}, 3);
  fs::rename(site.path("recordings"), site.path("elsewhere"));
  fs::create_directory(site.path("recordings"));
  CHECK(told({"backup"}, 74).find("is its disk mounted?") != std::string::npos);
  CHECK(site.json({"backup", "list"}).size() == 1);

  // One at a time.
  const os::Fd lock(::open(site.path("backup-state/lock").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(lock.get(), LOCK_EX | LOCK_NB) == 0);
  for (const Words& words : {Words{"backup"}, Words{"restore", "--yes"}, Words{"drill"},
                             Words{"backup", "prune", "--yes"}, Words{"backup", "verify"}})
    CHECK(told(words, 75) ==
          "trunkline: another backup, restore or drill of this site is running\n"
          "hint: try again when it is done\n");
}

TEST_CASE("backup: the pipeline makes one and prunes by the rules", "[scenario]") {
  BackedUpSite site;
  site.use_passphrase();
  site.record(1);
  const std::string first = core::text_at(site.json({"backup"}).at(0), "name");
  // Forty days of backups before it.
  for (int day = 1; day <= 40; ++day) {
    const core::Time at = core::system_clock().wall() - std::chrono::hours(24 * day);
    std::string name = core::to_rfc3339(at).substr(0, 10) + "T031500Z";
    fs::copy(site.path("target") / first, site.path("target") / name,
             fs::copy_options::recursive | fs::copy_options::create_hard_links);
  }
  const auto planned = site.json({"backup", "prune", "--dry-run"});
  CHECK(planned.size() == 41);
  const auto kept = std::count_if(planned.begin(), planned.end(), [](const core::Json& fate) {
    return fate.at("is_kept") == true;
  });
  CHECK(kept >= 7);
  CHECK(kept <= 14);
  Words command = site.site().command("", {"--no-pager"});
  command[0] = std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/backup";
  const os::Output done =
      core::value_or_throw(os::run_command({.arguments = command}, core::Seconds(60)));
  INFO(done.output << done.errors);
  CHECK(done.exit.is_success());
  std::int64_t left = 0;
  for (const auto& entry : fs::directory_iterator(site.path("target"))) {
    CHECK_FALSE(entry.path().string().ends_with(".gone"));
    ++left;
  }
  CHECK(left <= kept + 1);
  CHECK(left >= 7);
  command[0] = std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/drill";
  CHECK(core::value_or_throw(os::run_command({.arguments = command}, core::Seconds(120)))
            .exit.is_success());
}

}  // namespace
}  // namespace trunkline::test
