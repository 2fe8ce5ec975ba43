// SPDX-License-Identifier: MIT
#pragma once

// A whole exchange of a test's own: a PostgreSQL cluster, a configuration with free ports in a
// temporary directory, provisioned by our own tools, recorderd and sipd as children. Their logs are
// shown when the test fails.
//
//   Exchange exchange;
//   auto alice = exchange.start_phone(exchange.add_device("alice", "101"), kCallerTone);

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/secret.h"
#include "core/strong.h"
#include "core/time.h"
#include "softphone/phone.h"
#include "support/postgres_cluster.h"
#include "support/program.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

struct ExchangeOptions {
  /// Settings that differ, in TOML: {"media.timeout", "\"2s\""}.
  std::map<std::string, std::string> settings = {};
  std::filesystem::path recordings = {};  ///< a Tmpfs, say; empty: in the exchange's directory
  bool is_recording = true;               ///< the tenant's recording mode: always, else off
  bool is_started = true;                 ///< else start() is the test's
};

struct TestDevice {
  std::string name;
  std::string extension;
  std::string domain;  ///< of its tenant
  core::Secret password;
};

class Exchange {
 public:
  explicit Exchange(ExchangeOptions options = {});
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Starts both daemons, recorderd first, and waits until they answer. Throws when they do not.
  void start();
  void start_sipd();
  void start_recorderd();

  Program& sipd() noexcept { return sipd_; }
  Program& recorderd() noexcept { return recorderd_; }
  PostgresCluster& database() noexcept { return database_; }

  const std::filesystem::path& directory() const noexcept { return directory_.path(); }
  std::filesystem::path config_file() const { return directory() / "trunkline.toml"; }
  std::filesystem::path recordings() const;
  core::Port sip_port() const noexcept { return sip_port_; }
  /// "127.0.0.1:PORT"
  std::string sip_address() const;
  core::Port ng_port() const noexcept { return ng_port_; }
  core::Port rtp_min() const noexcept { return rtp_min_; }
  core::Port rtp_max() const noexcept { return rtp_max_; }
  std::string conninfo() const { return database_.conninfo("trunkline"); }

  /// Runs one of our tools with this exchange's configuration.
  os::Output tool(const std::string& name, std::vector<std::string> arguments,
                  core::Milliseconds timeout = core::Seconds(30)) const;
  /// The same with --json: one value a line. Throws when it fails.
  std::vector<core::Json> tool_json(const std::string& name,
                                    std::vector<std::string> arguments) const;

  /// One question to a daemon over its control socket: the items, or the result where the verb has
  /// no items. Throws when it fails.
  std::vector<core::Json> ask_sipd(std::string_view verb,
                                   core::Json args = core::Json::object()) const;
  std::vector<core::Json> ask_recorderd(std::string_view verb,
                                        core::Json args = core::Json::object()) const;

  /// By `sipctl device add`; `more` are further flags.
  TestDevice add_device(const std::string& name, const std::string& extension,
                        std::vector<std::string> more = {}) const;
  /// A phone for the device that says a tone; it has registered when this returns. `change` may
  /// alter its options.
  softphone::Phone start_phone(
      const TestDevice& device, double tone,
      const std::function<void(softphone::PhoneOptions&)>& change = {}) const;

 private:
  void write_configuration(const ExchangeOptions& options) const;
  std::vector<core::Json> ask(const std::string& daemon, std::string_view verb,
                              core::Json args) const;
  void start_and_wait(Program& daemon) const;
  std::filesystem::path control_of(const std::string& daemon) const;

  TemporaryDirectory directory_;
  PostgresCluster database_;
  std::filesystem::path recordings_;
  core::Port sip_port_;
  core::Port ng_port_;
  core::Port rtp_min_;
  core::Port rtp_max_;
  Program recorderd_;
  Program sipd_;
};

}  // namespace trunkline::test
