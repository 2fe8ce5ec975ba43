// SPDX-License-Identifier: MIT
#pragma once

// A mail server or web server of loopback that keeps what it was given (mail_server.py and
// web_server.py of this folder say how they answer), ended with its owner.

#include <poll.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/strong.h"
#include "core/text.h"
#include "os/process.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

class Receiver {
 public:
  /// "mail" or "web"; returns when it listens.
  explicit Receiver(const std::string& kind, const std::vector<std::string>& flags = {}) {
    os::Command command{
        .arguments = {"/usr/bin/python3",
                      std::string(TRUNKLINE_SOURCE_DIR) + "/tests/support/" + kind + "_server.py",
                      folder_.path().string()},
        .environment = {{"PYTHONDONTWRITEBYTECODE", "1"}},
        .errors = os::Stream::file(folder_.path() / "errors")};
    command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
    child_ = core::value_or_throw(os::Child::spawn(command));
    for (int waited_ms = 0; !std::filesystem::exists(folder_.path() / "port"); waited_ms += 10) {
      if (waited_ms > 30'000 || !child_.is_running())
        throw std::runtime_error(kind + " server: " + read(folder_.path() / "errors"));
      ::poll(nullptr, 0, 10);
    }
    port_ = core::value_or_throw(core::parse_port(read(folder_.path() / "port")));
  }

  core::Port port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_.value()); }
  /// What it took, oldest first.
  std::vector<core::Json> taken() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<core::Json> all;
    for (const auto& file : files) all.push_back(core::parse_json(read(file)).value());
    return all;
  }
  void stop() { (void)child_.terminate(); }

 private:
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryDirectory folder_;
  os::Child child_;
  core::Port port_;
};

}  // namespace trunkline::test
