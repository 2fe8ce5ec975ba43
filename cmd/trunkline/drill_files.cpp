// SPDX-License-Identifier: MIT

// A drill's checks of keys and recordings.

#include <fmt/format.h>

#include <random>
#include <set>

#include "backup/copy.h"
#include "crypto/random.h"
#include "keystore/ring_export.h"
#include "os/atomic_file.h"
#include "os/credential.h"
#include "sealed/format.h"
#include "storage/cold.h"
#include "trunkline/backup_parts.h"
#include "trunkline/drill_checks.h"
#include "trunkline/keys.h"
#include "verify/engine.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

/// A finding names so many.
constexpr std::size_t kNamedAtMost = 3;

void add_check(DrillChecks& checks, std::string about, Outcome outcome, std::string found) {
  checks.push_back({std::move(about), outcome, std::move(found)});
}

/// By the sealed copy, as on the day the host is lost; else by the living ring, which proves less.
std::optional<keystore::KeyRing> open_drill_ring(const Drill& drill, const KeyPlaces& places,
                                                 DrillChecks& checks) {
  const std::string file = drill.context.config().text("backup.passphrase_file");
  const fs::path sealed = places.mirror / kSealedRing;
  if (!file.empty() && fs::exists(sealed)) {
    const auto passphrase = os::read_password(file);
    const auto text = os::read_text_file(sealed, kLongestExport);
    auto ring = !passphrase ? tl::unexpected(passphrase.error())
                : !text     ? tl::unexpected(text.error())
                            : keystore::open_ring(*text, *passphrase);
    if (ring) {
      add_check(checks, "key ring", Outcome::good,
                fmt::format("its sealed copy opens, with {} keys", ring->list().size()));
      return std::move(*ring);
    }
    add_check(checks, "key ring", Outcome::failed, ring.error().message);
    return std::nullopt;
  }
  auto ring = keystore::KeyRing::load(places.ring);
  add_check(checks, "key ring", Outcome::unproved,
            "no sealed copy was opened, but the living ring: set backup.passphrase_file");
  if (!ring) return std::nullopt;
  return std::move(*ring);
}

std::vector<backup::FileEntry> choose(const Drill& drill,
                                      const std::set<core::RecordingId>& with_key) {
  std::vector<backup::FileEntry> files;
  for (const backup::FileEntry& file : drill.manifest.files) {
    if (!backup::is_of(file.path, backup::kRecordings)) continue;
    const auto id = sealed::recording_of(file.path);
    if (id && with_key.contains(*id)) files.push_back(file);
  }
  std::array<std::byte, 8> seed{};
  crypto::fill_random(seed);
  std::mt19937_64 random(core::read_u64(seed, 0));
  std::shuffle(files.begin(), files.end(), random);
  files.resize(std::min(files.size(), drill.recordings));
  return files;
}

std::map<core::RecordingId, verify::Row> read_rows(db::Connection& connection) {
  static constexpr db::Statement kRows{
      "SELECT recording, path, status, ended_at IS NOT NULL AS has_ended"
      "  FROM trunkline.recording"};
  std::map<core::RecordingId, verify::Row> rows;
  for (const db::Row row : connection.query(kRows)) {
    const auto id = row.get<core::RecordingId>("recording");
    rows[id] = {.recording = id,
                .path = row.get<std::optional<std::string>>("path").value_or(""),
                .is_complete = row.get<std::string>("status") == "complete",
                .has_ended = row.get<bool>("has_ended"),
                .is_erased = row.get<std::string>("status") == "erased",
                .has_file = !row.is_null("path")};
  }
  return rows;
}

/// Recordings of the dump that have a key and should have a file.
void check_files_of_rows(const Drill& drill, const std::map<core::RecordingId, verify::Row>& rows,
                         const std::set<core::RecordingId>& with_key, DrillChecks& checks) {
  verify::Files files;
  for (const backup::FileEntry& file : drill.manifest.files)
    if (const auto id = sealed::recording_of(file.path);
        id && backup::is_of(file.path, backup::kRecordings))
      files.recordings[*id] = file.path.substr(backup::kRecordings.size() + 1);
  const core::Json facts = drill.manifest.facts.value("recordings", core::Json::object());
  for (const core::Json& path : facts.value("left_out", core::Json::array()))
    if (path.is_string())
      if (const auto id = sealed::recording_of(path.get<std::string>()))
        files.recordings[*id] = path.get<std::string>();
  std::uint64_t missing = 0;
  std::string names;
  for (const auto& finding : verify::reconcile(rows, files, with_key, drill.manifest.begun_at)) {
    if (finding.what != verify::What::file_missing) continue;
    if (++missing <= kNamedAtMost) names += " " + finding.path;
  }
  add_check(checks, "rows and files", missing == 0 ? Outcome::good : Outcome::failed,
            missing == 0
                ? fmt::format("every one of {} rows that has a key has its file", rows.size())
                : fmt::format("{} recordings have row and key, but no file:{}", missing, names));
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::good:
      return "good";
    case Outcome::failed:
      return "failed";
    case Outcome::unproved:
      return "unproved";
  }
  return "unknown";
}

std::unique_ptr<keystore::KeyStore> restore_drill_keys(const Drill& drill, DrillChecks& checks) {
  const KeyPlaces places = key_places(drill.context.config());
  if (places.mirror.empty() || !fs::exists(places.mirror / places.store.filename())) {
    const bool has_recordings = drill.manifest.has(backup::kRecordings);
    add_check(
        checks, "key store", has_recordings ? Outcome::failed : Outcome::unproved,
        has_recordings ? "there is no copy of it: set recording.key_mirror" : "there is no copy");
    return nullptr;
  }
  const auto ring = open_drill_ring(drill, places, checks);
  const fs::path copy = drill.folder / places.store.filename();
  (void)core::value_or_throw(
      backup::copy_file(places.mirror, places.store.filename().string(), copy));
  if (!ring) return nullptr;
  auto store = std::make_unique<keystore::KeyStore>(copy, *ring);
  const auto checked = store->check();
  if (!checked || checked->failed > 0) {
    add_check(checks, "key store", Outcome::failed,
              !checked ? checked.error().message
                       : fmt::format("{} of {} keys do not open: {}", checked->failed,
                                     checked->rows, checked->faults.front()));
    return store;
  }
  std::string beside;
  std::error_code ignored;
  if (fs::exists(places.store, ignored))
    beside = fmt::format(", the living store has {}", keystore::KeyStore(places.store).count());
  add_check(checks, "key store", Outcome::good,
            fmt::format("all {} keys of the copy open{}", checked->rows, beside));
  return store;
}

void check_recordings(const Drill& drill, const keystore::KeyStore* keys,
                      db::Connection& connection, DrillChecks& checks) {
  if (!drill.manifest.has(backup::kRecordings))
    return add_check(checks, "recordings", Outcome::good, "the backup has none");
  if (keys == nullptr)
    return add_check(checks, "recordings", Outcome::failed, "there is no key to open one with");
  const std::set<core::RecordingId> with_key = verify::find_keys(*keys);
  const auto rows = read_rows(connection);
  check_files_of_rows(drill, rows, with_key, checks);
  const auto chosen = choose(drill, with_key);
  if (auto fetched = backup::fetch_checked(drill.repository, drill.manifest, chosen, drill.folder);
      !fetched)
    return add_check(checks, "recordings", Outcome::failed, fetched.error().message);
  const fs::path root = drill.folder / backup::kRecordings;
  core::value_or_throw(backup::make_folders(root));
  const auto files = core::value_or_throw(verify::find_files(root));
  std::string first;
  const auto opened = verify::open_all(
      {.root = root}, files, rows, with_key, *keys,
      [&](const verify::Finding& finding) {
        if (first.empty()) first = finding.path + ": " + finding.message;
      },
      [](const verify::Opened&) { return true; });
  const auto total = drill.manifest.size_of(backup::kRecordings).first;
  add_check(checks, "recordings", opened.faulty == 0 ? Outcome::good : Outcome::failed,
            opened.faulty == 0
                ? fmt::format("{} of {} opened, every segment; {} bytes", opened.recordings, total,
                              opened.bytes)
                : fmt::format("{} of {} do not open: {}", opened.faulty, opened.recordings, first));
}

void check_living_files(const Drill& drill, DrillChecks& checks) {
  const auto living = verify::find_files(drill.context.config().text("recording.path"));
  if (!living)
    return add_check(checks, "living recordings", Outcome::unproved, living.error().message);
  std::set<std::string> known;
  for (const backup::FileEntry& file : drill.manifest.files) known.insert(file.path);
  const core::Json facts = drill.manifest.facts.value("recordings", core::Json::object());
  for (const core::Json& path : facts.value("left_out", core::Json::array()))
    if (path.is_string())
      known.insert(fmt::format("{}/{}", backup::kRecordings, path.get<std::string>()));
  std::uint64_t missing = 0;
  std::string first;
  for (const auto& [id, path] : living->recordings) {
    if (id.uuid().made_at() >= drill.manifest.begun_at) continue;
    if (known.contains(fmt::format("{}/{}", backup::kRecordings, path)) ||
        known.contains(fmt::format("{}/{}", backup::kRecordings, storage::twin_of(path))))
      continue;
    if (++missing == 1) first = path;
  }
  add_check(checks, "living recordings", missing == 0 ? Outcome::good : Outcome::failed,
            missing == 0
                ? fmt::format("all that are older than the backup are in it; {} live now",
                              living->recordings.size())
                : fmt::format("{} are older than the backup and not in it: {}", missing, first));
}

}  // namespace trunkline::commands
