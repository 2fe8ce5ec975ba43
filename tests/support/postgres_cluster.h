// SPDX-License-Identifier: MIT
#pragma once

// A PostgreSQL cluster of a test's own, made by Debian's tools in a temporary directory, reached
// over a Unix socket there, for tests that stop, freeze or kill the database. Tests that only need
// tables use support/database.h, which shares one cluster.

#include <filesystem>
#include <string>
#include <vector>

#include "core/time.h"
#include "os/process.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

class PostgresCluster {
 public:
  /// Makes it (a second or two) and starts it, with no database but "postgres". As root it runs as
  /// the user postgres.
  PostgresCluster();
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// For libpq, as the superuser.
  std::string conninfo(const std::string& database = "postgres") const;
  std::filesystem::path socket_directory() const { return directory_.path(); }

  /// Starts and waits until it answers.
  void start();
  /// Disconnects everybody and shuts down cleanly.
  void stop();
  /// SIGSTOP for all its processes: connections stay, nothing answers.
  void freeze();
  void thaw();
  /// As a crash of the host would end it.
  void kill9();
  bool is_running() { return server_.is_running(); }

 private:
  std::vector<std::string> as_owner(std::vector<std::string> command) const;
  void run(const std::vector<std::string>& command, core::Milliseconds timeout) const;
  /// The server and its children, each a session of its own.
  std::vector<pid_t> processes() const;
  void signal_all(int number) const;

  TemporaryDirectory directory_;
  std::filesystem::path tools_;
  os::Child server_;
  bool is_frozen_ = false;
};

}  // namespace trunkline::test
