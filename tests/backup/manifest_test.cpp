// SPDX-License-Identifier: MIT
#include "backup/manifest.h"

#include <catch2/catch.hpp>

namespace trunkline::backup {
namespace {

Manifest sample() {
  Manifest manifest{.name = "2026-11-30T011500Z",
                    .begun_at = core::value_or_throw(core::parse_rfc3339("2026-11-30T01:15:00Z")),
                    .host = "pbx",
                    .version = "trunkline 0.1.0",
                    .facts = {{"database", {{"tables", {{"cdr_2026_11", 3}}}}}},
                    .files = {}};
  manifest.files = {{"recordings/2026/11/29/recording_x.wav.enc", 32'016, 1'790'000'000'000'000'000,
                     crypto::sha256(core::as_bytes("x"))},
                    {"database/toc.dat", 7, 5, crypto::sha256(core::as_bytes("toc"))}};
  return manifest;
}

std::string fault_of(std::string_view text) {
  const auto parsed = parse_manifest(text);
  return parsed ? "none" : parsed.error().message;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

TEST_CASE("manifest: what is written is what is read", "[backup]") {
  const Manifest before = sample();
  const auto after = parse_manifest(to_text(before));
  REQUIRE(after);
  CHECK(after->name == before.name);
  CHECK(after->begun_at == before.begun_at);
  CHECK(after->host == "pbx");
  CHECK(after->version == "trunkline 0.1.0");
  CHECK(after->facts == before.facts);
  // In order, whatever it was.
  REQUIRE(after->files.size() == 2);
  CHECK(after->files[0] == before.files[1]);
  CHECK(after->files[1] == before.files[0]);
  CHECK(after->has(kDatabase));
  CHECK(after->has(kRecordings));
  CHECK_FALSE(after->has(kJournals));
  CHECK(after->size_of(kRecordings) == std::pair<std::uint64_t, std::uint64_t>(1, 32'016));
  CHECK(after->size_of({}) == std::pair<std::uint64_t, std::uint64_t>(2, 32'023));
  CHECK_FALSE(is_of("databases/x", kDatabase));
  CHECK_FALSE(is_of("database", kDatabase));
}

TEST_CASE("manifest: one that was cut or changed shows", "[backup]") {
  const std::string text = to_text(sample());
  CHECK(fault_of("") == "manifest line 1: the end is missing");
  CHECK(fault_of(text.substr(0, text.rfind("{\"files\""))) ==
        "manifest line 4: the end is missing");
  CHECK(fault_of(with(text, "pbx", "pbx2")) ==
        "manifest line 4: its hash is not that of the lines before it");
  CHECK(fault_of(with(text, "\"size\":7", "\"size\":8")) ==
        "manifest line 4: its hash is not that of the lines before it");
  CHECK(fault_of(with(text, "backup_manifest.v1", "backup_manifest.v2")) ==
        "manifest line 1: this is no manifest of a backup, or of a later version");
  CHECK(fault_of(text + "{}\n") == "manifest line 5: there is more behind the end");
  CHECK(fault_of("not json\n") == "manifest line 1: this is no JSON object");
  CHECK(fault_of(with(text, "\"begun_at\":\"2026", "\"begun_at\":\"20x6")) ==
        "manifest line 1: begun_at is no time");
  // Every single byte counts: each flip is refused, or would have to be a hash's collision.
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x01);
    const auto parsed = parse_manifest(flipped);
    // The number of files at the end is not under the hash, and is not used.
    if (parsed) CHECK(i > text.rfind("{\"files\""));
  }
}

TEST_CASE("manifest: a path that leads out of the backup is refused", "[backup]") {
  for (const char* const path :
       {"/etc/passwd", "../database/x", "database/../../etc/x", "database//x", "database/./x",
        "keys/keys.db", "database", "recordings/", "database/a\\nb", ""}) {
    INFO(path);
    std::string text = to_text(sample());
    text = with(std::move(text), "database/toc.dat", path);
    CHECK(fault_of(text) == "manifest line 2: the path is not one of a backup");
  }
  CHECK(fault_of(with(to_text(sample()), "database/toc.dat", "recordings/zzz")) ==
        "manifest line 3: the paths are not in order");
}

}  // namespace
}  // namespace trunkline::backup
