// SPDX-License-Identifier: MIT
// lib/LAYERS is the architecture: nothing includes what its line does not name.

#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <regex>

#include "truth/tree.h"

namespace trunkline::truth {
namespace {

using Layers = std::map<std::string, std::set<std::string>>;

/// Headers that only these folders of lib/ may include.
struct Wall {
  std::string_view prefix;
  std::string_view folders;
};
constexpr std::array<Wall, 22> kWalls{{{"openssl/", "crypto"},  {"crypt.h", "crypto"},
                                       {"sqlite3", "localdb"},  {"CLI/", "cli"},
                                       {"systemd/", "daemon"},  {"libpq", "db"},
                                       {"postgresql/", "db"},   {"sndfile", "audio"},
                                       {"sofia-sip/", "sip"},   {"qrencode", "qr"},
                                       {"curl/", "http"},       {"phonenumbers/", "number"},
                                       {"pugixml", "foreign"},  {"simdjson", "core"},
                                       {"zstd", "archive"},     {"toml++/", "config"},
                                       {"boost/", "config"},    {"opus/", "audio"},
                                       {"ogg/", "audio"},       {"libavcodec/", "media"},
                                       {"libavutil/", "media"}, {"libswresample/", "media"}}};

struct Declared {
  std::vector<std::string> order;
  Layers layers;
};

Declared declared() {
  Declared result;
  for (const std::string& line : lines(tree() / "lib/LAYERS")) {
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    REQUIRE(colon != std::string::npos);
    const std::string folder = line.substr(0, colon);
    std::istringstream names(line.substr(colon + 1, line.find('|') - colon - 1));
    result.order.push_back(folder);
    auto& allowed = result.layers[folder];
    for (std::string name; names >> name;) allowed.insert(name);
  }
  return result;
}

struct Include {
  std::string path;
  bool is_ours = false;  ///< in quotes
};

std::vector<Include> includes_of(const std::filesystem::path& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
  std::vector<Include> found;
  for (const std::string& line : lines(file)) {
    std::smatch match;
    if (std::regex_match(line, match, kInclude)) found.push_back({match[2], match[1] == "\""});
  }
  return found;
}

std::optional<Wall> wall_of(std::string_view header) {
  for (const Wall& wall : kWalls)
    if (header.starts_with(wall.prefix)) return wall;
  return std::nullopt;
}

/// "lib/sip/agent.cpp" -> "sip".
std::string folder_of(const std::filesystem::path& file) {
  return file.parent_path().filename().string();
}

TEST_CASE("a line of LAYERS names only folders above it", "[truth]") {
  const Declared layers = declared();
  std::set<std::string> above;
  for (const std::string& folder : layers.order) {
    INFO(folder);
    CHECK(std::filesystem::is_directory(tree() / "lib" / folder));
    for (const std::string& name : layers.layers.at(folder)) {
      INFO("names " << name);
      CHECK(above.contains(name));
    }
    CHECK(above.insert(folder).second);
  }
  for (const auto& entry : std::filesystem::directory_iterator(tree() / "lib"))
    if (entry.is_directory()) CHECK(above.contains(entry.path().filename().string()));
}

TEST_CASE("a library includes only the folders of its line", "[truth]") {
  const Declared layers = declared();
  for (const auto& file : files("lib")) {
    if (!is_source(file)) continue;
    const std::string folder = folder_of(file);
    const auto allowed = layers.layers.find(folder);
    INFO(in_tree(file));
    REQUIRE(allowed != layers.layers.end());
    for (const Include& include : includes_of(file)) {
      if (!include.is_ours) continue;
      INFO("includes " << include.path);
      const std::string other = include.path.substr(0, include.path.find('/'));
      CHECK((other == folder || allowed->second.contains(other)));
      CHECK(std::filesystem::exists(tree() / "lib" / include.path));
    }
  }
}

TEST_CASE("a C library is included in its own folder alone", "[truth]") {
  for (const std::string_view top : {"lib", "cmd", "tests"}) {
    for (const auto& file : files(top)) {
      if (!is_source(file)) continue;
      for (const Include& include : includes_of(file)) {
        const auto wall = wall_of(include.path);
        if (!wall) continue;
        INFO(in_tree(file) << " includes " << include.path);
        // A library's own tests may look at it from the other side of the wall.
        CHECK((top != "cmd" && folder_of(file) == wall->folders));
      }
    }
  }
}

TEST_CASE("programs and tests include what exists, and no program another's files", "[truth]") {
  for (const std::string_view top : {"cmd", "tests"}) {
    for (const auto& file : files(top)) {
      if (!is_source(file)) continue;
      for (const Include& include : includes_of(file)) {
        if (!include.is_ours) continue;
        INFO(in_tree(file) << " includes " << include.path);
        CHECK_FALSE(include.path.starts_with(".."));
        const bool is_there = std::filesystem::exists(tree() / "lib" / include.path) ||
                              std::filesystem::exists(tree() / top / include.path);
        CHECK(is_there);
        const std::string other = include.path.substr(0, include.path.find('/'));
        const bool is_of_program = std::filesystem::exists(tree() / "cmd" / include.path) &&
                                   !std::filesystem::exists(tree() / "lib" / include.path);
        if (top == "cmd" && is_of_program) CHECK(other == folder_of(file));
      }
    }
  }
}

}  // namespace
}  // namespace trunkline::truth
