// SPDX-License-Identifier: MIT
#pragma once

// An exchange that has calls with recordings and a place for backups, without daemons: what is
// recorded is sealed, journaled and shipped by the libraries that recorderd does it with.

#include <chrono>

#include "journal/journal.h"
#include "keystore/key_store.h"
#include "ledger/shipper.h"
#include "scenario/tools_site.h"
#include "sealed/reader.h"
#include "sealed/writer.h"
#include "support/content.h"

namespace trunkline::test {

namespace fs = std::filesystem;

class BackedUpSite {
 public:
  explicit BackedUpSite(const std::string& tool = "files") : tool_(tool) {
    (void)site_.json("trunkline", {"init", "--tenant", "acme", "--domain", "acme.example"});
    // The user postgres passes through to the scratch cluster of a drill.
    fs::permissions(path("passphrase").parent_path(), fs::perms(0711));
    for (const char* const folder : {"mirror", "target", "recorderd", "recordings", "trunkline.d"})
      fs::create_directories(path(folder));
    std::ofstream(path("passphrase")) << "several words in a row\n";
    fs::permissions(path("passphrase"), fs::perms(0600));
    std::ofstream(path("rclone.conf")) << "\n";
    std::ofstream(path("trunkline.d/10-backup.toml"))
        << "[recording]\nkey_mirror = \"" << path("mirror").string()
        << "\"\n[retention]\nstate_dir = \"" << path("erasures").string()
        << "\"\n[backup]\ntool = \"" << tool << "\"\ntarget = \"" << path("target").string()
        << "\"\nrepository = \"" << path("repository").string() << "\"\npassword_file = \""
        << path("passphrase").string() << "\"\nrclone_config = \"" << path("rclone.conf").string()
        << "\"\n";
    tenant_ = core::value_or_throw(core::TenantId::parse(
        core::text_at(site_.json("trunkline", {"tenant", "list"}).at(0), "tenant")));
    open_journal();
  }

  /// Where backups are.
  fs::path store() const { return path(tool_ == "files" ? "target" : "repository"); }
  fs::path path(const std::string& name) const { return site_.path(name); }
  const Site& site() const { return site_; }
  std::vector<core::Json> json(Words words, int status = 0) const {
    return site_.json("trunkline", std::move(words), status);
  }
  os::Output run(const Words& words) const { return site_.run("trunkline", words); }
  /// With the key ring and sipd's key sealed beside the mirror.
  void use_passphrase() const {
    std::ofstream(path("trunkline.d/20-passphrase.toml"))
        << "[backup]\npassphrase_file = \"" << path("passphrase").string() << "\"\n";
  }

  /// A call of so long ago with its recording, sealed and journaled; its id.
  core::RecordingId record(std::chrono::hours ago = std::chrono::hours(1)) {
    const core::Time at = core::system_clock().wall() - ago;
    const auto id = core::RecordingId::make(at);
    const auto call = core::CallRef::make(at);
    keystore::KeyStore keys(path("recorderd/keys.db"),
                            keystore::KeyRing::load(path("keys/recording.keyring")).value());
    auto writer = core::value_or_throw(sealed::Writer::create(
        path("recordings"), {.recording = id, .format = {}, .started_at = at}, keys));
    const core::Bytes segment(sealed::Format{}.segment_size(), std::byte{0x55});
    core::value_or_throw(writer.append(segment));
    core::value_or_throw(writer.finalise(segment));
    // As old as the call: a young file that no row calls ended is taken for a live one.
    fs::last_write_time(path("recordings") / writer.relative_path(),
                        fs::file_time_type::clock::now() - std::chrono::hours(1));
    journal_->append({.kind = "call.ended",
                      .tenant = tenant_,
                      .call = call,
                      .body = core::to_line({{"schema", "call.v1"},
                                             {"direction", "internal"},
                                             {"caller", {{"number", "+15550100"}}},
                                             {"called", {{"dialled", "199"}}},
                                             {"state", "ended"},
                                             {"disposition", "answered"},
                                             {"started_at", core::to_rfc3339(at)},
                                             {"ended_at", core::to_rfc3339(at)}}),
                      .at = at});
    journal_->append({.kind = "recording.finished",
                      .tenant = tenant_,
                      .call = call,
                      .body = core::to_line({{"schema", "recording.v1"},
                                             {"recording", id.text()},
                                             {"call", call.text()},
                                             {"tenant", tenant_.text()},
                                             {"path", sealed::relative_path(id, at)},
                                             {"status", "complete"},
                                             {"started_at", core::to_rfc3339(at)},
                                             {"ended_at", core::to_rfc3339(at)},
                                             {"duration_ms", 4000},
                                             {"bytes", 64'000},
                                             {"legs", core::Json::array()}}),
                      .at = at});
    REQUIRE(journal_->flush());
    return id;
  }
  void record(int count) {
    for (int i = 0; i < count; ++i) (void)record();
    ship();
  }
  /// As recorderd does: what the ledger lacks.
  void ship() const {
    ledger::Shipper shipper(
        {.database = site_.database().options("trunkline_recorderd"), .daemon = "recorderd"},
        *journal_);
    REQUIRE(shipper.flush(core::Milliseconds(30'000)));
  }
  void open_journal() { journal_ = journal::Journal::open(path("recorderd/journal.db")); }
  void close_journal() { journal_.reset(); }

  /// Whether the file of that id opens with the keys that are here, every segment.
  bool opens(core::RecordingId id) const {
    const auto ring = keystore::KeyRing::load(path("keys/recording.keyring"));
    if (!ring || !fs::exists(path("recorderd/keys.db"))) return false;
    const keystore::KeyStore keys(path("recorderd/keys.db"), *ring);
    auto reader = sealed::Reader::open(file_of(id), keys);
    return reader && reader->verify(sealed::Expected::finalised);
  }
  fs::path file_of(core::RecordingId id) const {
    return path("recordings") / sealed::relative_path(id, id.uuid().made_at());
  }
  std::int64_t count(db::Statement question) const {
    return site_.database().open_as_superuser().query(question).only().get<std::int64_t>("n");
  }
  std::int64_t calls() const {
    static constexpr db::Statement kCalls{"SELECT count(*) AS n FROM trunkline.cdr"};
    return count(kCalls);
  }
  bool ledger_is_whole() const {
    const os::Output proved = site_.run("cdrctl", {"prove"});
    INFO(proved.output << proved.errors);
    CHECK(proved.exit.is_success());
    return proved.exit.is_success();
  }

 private:
  std::string tool_;
  Site site_;
  core::TenantId tenant_;
  std::unique_ptr<journal::Journal> journal_;
};

/// Flips a byte in the middle of the file.
inline void flip_byte(const fs::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(fs::file_size(file) / 2);
  stream.seekg(middle);
  const int byte = stream.get();
  stream.seekp(middle);
  stream.put(static_cast<char>(byte ^ 0x20));
  REQUIRE(stream.good());
}

/// The only file below `folder` whose path holds `part`, or the first of several.
inline fs::path find_file(const fs::path& folder, const std::string& part) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().string().find(part) != std::string::npos)
      return entry.path();
  FAIL("no file with " << part << " below " << folder.string());
  return {};
}

}  // namespace trunkline::test
