// SPDX-License-Identifier: MIT
// What every place for backups promises, tried on each.

#include "backup/repository.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "backup/copy.h"
#include "support/temporary_directory.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOne = "recordings/2026/11/29/recording_a.wav.enc";
constexpr const char* kTwo = "recordings/2026/11/30/recording_b c[1].wav.enc";

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A place of its kind, and a site with two recordings.
struct World {
  test::TemporaryDirectory directory;
  Place place;
  std::unique_ptr<Repository> repository;

  explicit World(const std::string& tool) {
    const fs::path& root = directory.path();
    place = {.tool = tool,
             .target = root / "target",
             .repository = (root / "repository").string(),
             .password = root / "password",
             .tool_config = root / "rclone.conf",
             .work = root / "work",
             .recordings = root / "live"};
    write(place.password, "a password of restic\n");
    fs::permissions(place.password, fs::perms(0600));
    write(place.tool_config, "");
    fs::create_directories(place.work);
    fs::create_directories(place.target);
    write(live(kOne), "the first recording");
    write(live(kTwo), "the second recording");
    repository = core::value_or_throw(open_repository(place));
  }
  fs::path live(const std::string& path) const {
    return place.recordings / path.substr(kRecordings.size() + 1);
  }
  /// Everything up to commit().
  Manifest begin(const std::string& name, const Manifest* before = nullptr) const {
    const fs::path folder = core::value_or_throw(repository->begin(name));
    write(folder / "database/toc.dat", "dump of " + name);
    write(folder / "configuration/trunkline.toml", "[db]\n");
    Manifest manifest{.name = name, .begun_at = {}, .host = "h", .version = "v", .files = {}};
    manifest.files = core::value_or_throw(describe_folder(folder));
    for (const std::string path : {kOne, kTwo}) {
      if (!fs::exists(live(path))) continue;
      std::optional<FileEntry> kept;
      if (before != nullptr)
        for (const FileEntry& file : before->files)
          if (file.path == path) kept = file;
      manifest.files.push_back(
          core::value_or_throw(repository->take(path, kept ? &*kept : nullptr)));
    }
    return manifest;
  }
  Manifest make(const std::string& name, const Manifest* before = nullptr) const {
    Manifest manifest = begin(name, before);
    core::value_or_throw(repository->commit(manifest, {}));
    return core::value_or_throw(read_manifest(*repository, name));
  }
  std::vector<std::string> list() const { return core::value_or_throw(repository->list()); }
  std::vector<Damage> verify(const Manifest& manifest) const {
    return core::value_or_throw(repository->verify(manifest));
  }
};

using Names = std::vector<std::string>;

TEST_CASE("repository: what goes in comes out, by each tool", "[backup]") {
  const std::string tool = GENERATE("files", "restic", "rclone");
  INFO(tool);
  const World world(tool);
  CHECK(world.list().empty());
  const Manifest first = world.make("2026-11-29T011500Z");
  CHECK(world.list() == Names{"2026-11-29T011500Z"});
  CHECK(first.files.size() == 4);
  CHECK(world.verify(first).empty());
  CHECK(core::value_or_throw(world.repository->look(first)).empty());

  // The second day: one is gone, one is as it was.
  fs::remove(world.live(kOne));
  const Manifest second = world.make("2026-11-30T011500Z", &first);
  CHECK(world.list() == Names{"2026-11-29T011500Z", "2026-11-30T011500Z"});
  CHECK(second.files.size() == 3);

  const fs::path into = world.directory.path() / "out";
  core::value_or_throw(fetch_checked(*world.repository, first, first.files, into));
  CHECK(read(into / kOne) == "the first recording");
  CHECK(read(into / kTwo) == "the second recording");
  CHECK(read(into / "database/toc.dat") == "dump of 2026-11-29T011500Z");

  // The older goes, and takes nothing of the newer.
  core::value_or_throw(world.repository->remove({"2026-11-29T011500Z"}));
  CHECK(world.list() == Names{"2026-11-30T011500Z"});
  CHECK(world.verify(second).empty());
  const fs::path again = world.directory.path() / "again";
  core::value_or_throw(fetch_checked(*world.repository, second, second.files, again));
  CHECK(read(again / kTwo) == "the second recording");
  CHECK_FALSE(fs::exists(again / kOne));
}

TEST_CASE("repository: one that is given up, or cut short, is no backup", "[backup]") {
  const std::string tool = GENERATE("files", "restic", "rclone");
  INFO(tool);
  const World world(tool);
  const Manifest whole = world.make("2026-11-28T011500Z");
  (void)world.begin("2026-11-29T011500Z");
  world.repository->give_up();
  CHECK(world.list() == Names{"2026-11-28T011500Z"});
  {
    // As kill -9 would leave it.
    (void)world.begin("2026-11-29T021500Z");
    const auto another = core::value_or_throw(open_repository(world.place));
    CHECK(core::value_or_throw(another->list()) == Names{"2026-11-28T011500Z"});
  }
  const Manifest next = world.make("2026-11-30T011500Z", &whole);
  CHECK(world.list() == Names{"2026-11-28T011500Z", "2026-11-30T011500Z"});
  CHECK(world.verify(whole).empty());
  CHECK(world.verify(next).empty());
  if (tool == "files")
    for (const auto& entry : fs::directory_iterator(world.place.target))
      CHECK_FALSE(entry.path().string().ends_with(".part"));
}

/// Flips a byte of the largest file below the folder whose content fits.
void flip(const fs::path& folder, const std::function<bool(const fs::path&)>& is_it) {
  fs::path chosen;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && is_it(entry.path())) chosen = entry.path();
  REQUIRE_FALSE(chosen.empty());
  fs::permissions(chosen, fs::perms(0600));
  std::string text = read(chosen);
  text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 0x10);
  std::ofstream(chosen, std::ios::binary | std::ios::trunc) << text;
}

TEST_CASE("repository: a byte that was flipped is found", "[backup]") {
  const std::string tool = GENERATE("files", "restic", "rclone");
  INFO(tool);
  const World world(tool);
  const Manifest manifest = world.make("2026-11-29T011500Z");
  const fs::path store = tool == "files" ? world.place.target : fs::path(world.place.repository);
  flip(store, [&](const fs::path& path) {
    if (tool == "restic") return path.string().find("/data/") != std::string::npos;
    return read(path) == "the second recording";
  });
  const auto damages = world.verify(manifest);
  REQUIRE_FALSE(damages.empty());
  if (tool == "restic") return;  // its packs hold many files: it names the pack
  CHECK(damages.size() == 1);
  CHECK(damages[0].path == kTwo);
  CHECK(damages[0].what == "is not what it was");
  const auto fetched =
      fetch_checked(*world.repository, manifest, manifest.files, world.directory.path() / "out");
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().message ==
        std::string("backup 2026-11-29T011500Z is damaged: ") + kTwo + " is not what it was");
}

TEST_CASE("files: what did not change is one file with two names, and copies are private",
          "[backup]") {
  const World world("files");
  const Manifest first = world.make("2026-11-29T011500Z");
  write(world.live(kTwo), "compacted: the second recording");
  const Manifest second = world.make("2026-11-30T011500Z", &first);
  const fs::path one = world.place.target / first.name;
  const fs::path two = world.place.target / second.name;
  CHECK(fs::hard_link_count(two / kOne) == 2);
  CHECK(fs::hard_link_count(two / kTwo) == 1);
  CHECK(read(one / kTwo) == "the second recording");
  CHECK(read(two / kTwo) == "compacted: the second recording");
  CHECK((fs::status(two / kOne).permissions() & fs::perms(0777)) == fs::perms(0600));
  CHECK((fs::status(two).permissions() & fs::perms(0777)) == fs::perms(0700));
  CHECK(world.verify(first).empty());
}

TEST_CASE("repository: a place that is not there is told in one line", "[backup]") {
  World world("files");
  fs::remove_all(world.place.target);
  const auto listed = world.repository->list();
  REQUIRE_FALSE(listed);
  CHECK(listed.error().message == "cannot read the backups in " + world.place.target.string() +
                                      ": no such file or directory");
  CHECK(listed.error().hint == "is its disk mounted? see backup.target");
  CHECK_FALSE(fs::exists(world.place.target));

  const auto unset = open_repository({.tool = "files"});
  REQUIRE_FALSE(unset);
  CHECK(unset.error().message == "backup.target names no place for backups");
  const auto open = open_repository({.tool = "restic", .repository = "/x"});
  REQUIRE_FALSE(open);
  CHECK(open.error().message == "restic has no password");
}

TEST_CASE("copy: a link is not followed, and what is missing leaves no copy", "[backup]") {
  const test::TemporaryDirectory directory;
  fs::create_symlink("/etc/passwd", directory.path() / "link");
  CHECK_FALSE(describe(directory.path(), "link").has_value());
  CHECK_FALSE(copy_file(directory.path(), "none", directory.path() / "copies/none").has_value());
  CHECK_FALSE(fs::exists(directory.path() / "copies/none"));
}

}  // namespace
}  // namespace trunkline::backup
