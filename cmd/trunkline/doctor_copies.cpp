// SPDX-License-Identifier: MIT

// What has to lie outside this host, and how long ago somebody proved that it can be used.

#include <fmt/format.h>

#include "keystore/key_ring.h"
#include "keystore/mirror.h"
#include "trunkline/backup_site.h"
#include "trunkline/doctor_checks.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

constexpr const char* kExport = "trunkline keys export FILE, on a medium that leaves this host";

}  // namespace

Findings check_key_export(const config::Config& config) {
  const KeyPlaces places = key_places(config);
  // What is wrong with the ring itself is another check's.
  if (!is_ours_to_read(places.ring)) return {};
  const auto ring = keystore::KeyRing::load(places.ring);
  if (!ring) return {};
  const auto note = read_export_note(config);
  if (!note)
    return {{Severity::warning, "key export",
             "the key ring has no copy outside: if it is lost, no recording can be read again",
             kExport}};
  if (core::text_at(*note, "fingerprint") != ring->fingerprint())
    return {{Severity::warning, "key export",
             fmt::format("the key ring was changed since its last export ({})",
                         core::text_at(*note, "at").substr(0, 10)),
             kExport}};
  return {{Severity::well,
           "key export",
           fmt::format("exported to {} at {}", core::text_at(*note, "file"),
                       core::text_at(*note, "at")),
           {}}};
}

Findings check_mirror_content(const config::Config& config) {
  const KeyPlaces places = key_places(config);
  if (places.mirror.empty() || !std::filesystem::exists(places.store)) return {};
  if (!is_ours_to_read(places.store)) return {};
  const auto found = keystore::compare_mirror(places.store, places.mirror);
  if (!found) return {{Severity::problem, "key mirror", found.error().message, found.error().hint}};
  if (found->is_current())
    return {{Severity::well, "key mirror", fmt::format("has all {} keys", found->rows), {}}};
  const auto age = found->copied_at ? core::system_clock().wall() - *found->copied_at
                                    : core::Microseconds::max();
  return {
      {age > kMirrorIsLate ? Severity::problem : Severity::warning, "key mirror",
       fmt::format("lacks {} keys and still holds {} erased ones", found->missing, found->extra),
       "trunkline keys mirror --now"}};
}

Findings check_backups(const config::Config& config) {
  const bool is_by_files = config.text("backup.tool") == "files";
  if (config.text(is_by_files ? "backup.target" : "backup.repository").empty())
    return {{Severity::warning, "backup", "no backup is made: it has no place",
             is_by_files ? "trunkline config set backup.target FOLDER, on another disk"
                         : "trunkline config set backup.repository PLACE"}};
  const auto last = last_run(config, "backup");
  if (!last) return {{Severity::problem, "backup", "no backup was made yet", "trunkline backup"}};
  const auto age = core::system_clock().wall() - last->at;
  const std::string words = fmt::format("the last was made at {}", core::to_rfc3339(last->at));
  if (age > config.duration("backup.max_age"))
    return {{Severity::problem, "backup", words,
             "trunkline backup; systemctl enable --now trunkline-backup.timer"}};
  return {{Severity::well, "backup", words, {}}};
}

Findings check_drills(const config::Config& config) {
  // Without a backup there is nothing to prove, and the other check complains.
  if (!last_run(config, "backup")) return {};
  const auto last = last_run(config, "drill");
  constexpr const char* kMend = "trunkline drill; systemctl enable --now trunkline-drill.timer";
  if (!last)
    return {{Severity::warning, "drill", "nobody has proved that a backup can be restored", kMend}};
  if (!last->is_good)
    return {{Severity::problem, "drill",
             fmt::format("the last one failed, with backup {}", last->name), "trunkline drill"}};
  const auto age = core::system_clock().wall() - last->at;
  const std::string words = fmt::format("the last good one was at {}", core::to_rfc3339(last->at));
  if (age > config.duration("backup.drill_max_age"))
    return {{Severity::warning, "drill", words, kMend}};
  return {{Severity::well, "drill", words, {}}};
}

}  // namespace trunkline::commands
