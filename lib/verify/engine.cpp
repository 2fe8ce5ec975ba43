// SPDX-License-Identifier: MIT
#include "verify/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "sealed/reader.h"
#include "storage/cold.h"
#include "storage/identity.h"

namespace trunkline::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesAtOnce = 64;
constexpr std::size_t kKeysAtOnce = 2000;
constexpr std::uint64_t kThousand = 1000;
constexpr auto kLongestCopy = std::chrono::hours(24);

struct File {
  core::RecordingId recording;
  std::string path;
  sealed::Expected expected = sealed::Expected::anything;
};

struct Outcome {
  std::optional<core::Fault> fault;
  std::uint64_t bytes = 0;
};

/// A copy that somebody writes now: recorderd's recovery, retention compact, a location's put().
bool is_under_way(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (!is_copy(name)) return false;
  std::error_code failure;
  const auto written = entry.last_write_time(failure);
  return !failure && written > fs::file_time_type::clock::now() - kLongestCopy;
}

/// Spreads ids evenly whatever they have in common (FNV-1a, 64 bits).
std::uint64_t mixed(core::RecordingId recording, std::uint64_t seed) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL ^ seed;
  for (const std::byte byte : recording.uuid().bytes())
    hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1'099'511'628'211ULL;
  return hash ^ (hash >> 32U);
}

Outcome open_one(const fs::path& root, const File& file, const keystore::KeyStore& keys) {
  Outcome outcome;
  std::error_code failure;
  const std::uint64_t size = fs::file_size(root / file.path, failure);
  if (!failure) outcome.bytes = size;
  auto reader = sealed::Reader::open(root / file.path, keys);
  if (!reader) {
    outcome.fault = reader.error();
  } else if (reader->header().recording != file.recording) {
    outcome.fault = core::Fault{
        core::ExitCode::data,
        fmt::format("{} holds another recording, {}", file.path, reader->header().recording.text()),
        "restore the file from its backup"};
  } else if (const auto whole = reader->verify(file.expected); !whole) {
    outcome.fault = whole.error();
  }
  return outcome;
}

std::vector<Outcome> open_together(const Options& options, std::span<const File> files,
                                   const keystore::KeyStore& keys) {
  std::vector<Outcome> outcomes(files.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++)
      outcomes[i] = open_one(options.root, files[i], keys);
  };
  std::vector<std::thread> helpers;
  helpers.reserve(options.threads);
  for (unsigned i = 1; i < options.threads; ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  return outcomes;
}

Finding finding_of(const File& file, const core::Fault& fault) {
  return {.what = fault.code == core::ExitCode::data ? What::changed : What::unreadable,
          .recording = file.recording,
          .path = file.path,
          .message = fault.message,
          .mend = fault.hint.empty() ? "restore the file from its backup" : fault.hint};
}

/// Waits until the bytes so far are no more than the rate allows.
void keep_rate(const Options& options, core::SteadyTime begun, std::uint64_t bytes) {
  if (options.bytes_per_second == 0) return;
  const std::chrono::duration<double> due(static_cast<double>(bytes) /
                                          static_cast<double>(options.bytes_per_second));
  std::this_thread::sleep_until(begun +
                                std::chrono::duration_cast<core::SteadyTime::duration>(due));
}

}  // namespace

core::Result<Files> find_files(const fs::path& root) {
  std::error_code failure;
  if (!fs::is_directory(root, failure))
    return core::fault(core::ExitCode::no_input,
                       fmt::format("cannot find the recordings' folder '{}'", root.native()),
                       "is its disk mounted? see recording.path");
  Files files;
  fs::recursive_directory_iterator entry(root, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    if (entry->is_directory(failure) && !entry->is_symlink(failure)) continue;
    const std::string path = entry->path().lexically_relative(root).string();
    if (storage::hot_name(path) == storage::kMarker || is_under_way(*entry)) continue;
    const auto recording = sealed::recording_of(path);
    if (!recording || !files.recordings.emplace(*recording, path).second)
      files.foreign.push_back(path);
  }
  if (failure)
    return core::fault(core::ExitCode::io,
                       fmt::format("cannot walk '{}': {}", root.native(), failure.message()));
  return files;
}

std::set<core::RecordingId> find_keys(const keystore::KeyStore& keys) {
  std::set<core::RecordingId> found;
  for (std::int64_t after = 0;;) {
    const auto page = keys.rows_after(after, kKeysAtOnce);
    for (const auto& row : page) found.insert(row.recording);
    if (page.size() < kKeysAtOnce) return found;
    after = page.back().number;
  }
}

Opened open_all(const Options& options, const Files& files,
                const std::map<core::RecordingId, Row>& rows,
                const std::set<core::RecordingId>& with_key, const keystore::KeyStore& keys,
                const std::function<void(const Finding&)>& on_finding,
                const std::function<bool(const Opened&)>& on_progress) {
  const core::SteadyTime begun = core::system_clock().steady();
  Opened opened{.last = options.after};
  auto next = files.recordings.upper_bound(options.after);
  while (next != files.recordings.end() && !opened.was_stopped) {
    std::vector<File> together;
    core::RecordingId last;
    for (; next != files.recordings.end() && together.size() < kFilesAtOnce; ++next) {
      last = next->first;
      if (!with_key.contains(last)) continue;
      if (mixed(last, options.seed) % kThousand >= options.per_thousand) continue;
      const auto row = rows.find(last);
      const bool is_complete = row != rows.end() && row->second.is_complete;
      together.push_back(
          {.recording = last,
           .path = next->second,
           .expected = is_complete ? sealed::Expected::finalised : sealed::Expected::anything});
    }
    const std::vector<Outcome> outcomes = open_together(options, together, keys);
    for (std::size_t i = 0; i < together.size(); ++i) {
      ++opened.recordings;
      opened.bytes += outcomes[i].bytes;
      if (!outcomes[i].fault) continue;
      ++opened.faulty;
      on_finding(finding_of(together[i], *outcomes[i].fault));
    }
    opened.last = last;
    opened.was_stopped = !on_progress(opened);
    keep_rate(options, begun, opened.bytes);
  }
  return opened;
}

}  // namespace trunkline::verify
