// SPDX-License-Identifier: MIT
#pragma once

// A location of any backend in a directory of a test's own, and short words for what tests do with
// it.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "storage/cold.h"
#include "storage/file.h"
#include "storage/location.h"
#include "support/temporary_directory.h"

namespace trunkline::storage {

inline Name name_of(const std::string& text) {
  return Name::parse(text).value();
}

inline std::unique_ptr<Location> make_file(const std::filesystem::path& root) {
  return std::move(open_file(root).value());
}

/// The cold tier lies in a folder of the hot one.
inline std::unique_ptr<Location> make_tiers(const std::filesystem::path& root) {
  std::filesystem::create_directory(root / kColdFolder);
  return with_cold(make_file(root), make_file(root / kColdFolder));
}

class World {
 public:
  /// `make` opens the location in an empty folder.
  explicit World(std::unique_ptr<Location> (*make)(const std::filesystem::path& root)) {
    std::filesystem::create_directory(root());
    location_ = make(root());
  }

  Location& location() { return *location_; }
  std::filesystem::path root() const { return directory_.path() / "root"; }
  Stored put(const std::string& name, const std::string& content) {
    const auto source = directory_.path() / "source";
    std::ofstream(source, std::ios::binary) << content;
    return location().put(name_of(name), source).value();
  }
  std::string content(const std::string& name) {
    const auto object = location().open(name_of(name)).value();
    std::string text(object->size().value(), '\0');
    const auto count = object->read(0, std::as_writable_bytes(std::span(text))).value();
    return text.substr(0, count);
  }
  std::vector<std::string> names(std::string_view prefix = {}, std::size_t most = 1000) {
    std::vector<std::string> found;
    REQUIRE(location().list(prefix, [&](const Listed& object) {
      found.push_back(object.name.text());
      return found.size() < most;
    }));
    return found;
  }

 private:
  const test::TemporaryDirectory directory_;
  std::unique_ptr<Location> location_;
};

}  // namespace trunkline::storage
