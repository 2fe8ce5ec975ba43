// SPDX-License-Identifier: MIT
#include "support/postgres_cluster.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include "support/program.h"

namespace trunkline::test {
namespace {

constexpr auto kOwner = "postgres";

bool is_root() {
  return ::geteuid() == 0;
}

std::filesystem::path newest_tools() {
  std::filesystem::path newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > newest_version && std::filesystem::exists(entry.path() / "bin/postgres")) {
      newest_version = version;
      newest = entry.path() / "bin";
    }
  }
  if (newest.empty()) {
    throw std::runtime_error("no PostgreSQL here; hint: apt-get install postgresql");
  }
  return newest;
}

void give_to_owner(const std::filesystem::path& path) {
  const auto* owner = ::getpwnam(kOwner);
  if (!owner || ::chown(path.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    throw std::runtime_error("cannot give a directory to the user postgres");
  }
}

/// The word after "PPid:" or "State:" of /proc/PID/status; "" when there is no such process.
std::string status_word(pid_t pid, std::string_view key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (file >> word) {
    if (word == key && file >> word) return word;
  }
  return {};
}

bool has_ended(pid_t pid) {
  const auto state = status_word(pid, "State:");
  return state.empty() || state == "Z";
}

}  // namespace

PostgresCluster::PostgresCluster() : tools_(newest_tools()) {
  if (is_root()) give_to_owner(directory_.path());
  // The durability of a test's cluster is not at stake; kill9() tests ours.
  run(as_owner({tools_ / "initdb", "-D", directory_.path() / "data", "-U", kOwner, "-A", "trust",
                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"}),
      core::Seconds(60));
  start();
}

PostgresCluster::~PostgresCluster() {
  try {
    if (is_frozen_) thaw();
    if (is_running()) kill9();
  } catch (const std::exception&) {  // the child's own destructor ends the server
  }
}

std::vector<std::string> PostgresCluster::as_owner(std::vector<std::string> command) const {
  if (!is_root()) return command;
  std::vector<std::string> prefixed = {"setpriv",       "--reuid=postgres", "--regid=postgres",
                                       "--init-groups", "--pdeathsig=KILL", "--"};
  prefixed.insert(prefixed.end(), command.begin(), command.end());
  return prefixed;
}

void PostgresCluster::run(const std::vector<std::string>& command,
                          core::Milliseconds timeout) const {
  const auto output =
      core::value_or_throw(os::run_command({.arguments = command, .directory = "/"}, timeout));
  if (!output.exit.is_success()) {
    throw std::runtime_error(fmt::format("{}: {}", command.back(), output.errors));
  }
}

std::string PostgresCluster::conninfo(const std::string& database) const {
  return fmt::format("host={} user={} dbname={}", socket_directory().string(), kOwner, database);
}

void PostgresCluster::start() {
  if (is_running()) return;
  const auto log = directory_.path() / "log";
  server_ = core::value_or_throw(os::Child::spawn(
      {.arguments = as_owner({tools_ / "postgres", "-D", directory_.path() / "data", "-k",
                              socket_directory(), "-c", "listen_addresses=", "-c",
                              "max_connections=50", "-c", "shared_buffers=16MB"}),
       .directory = "/",
       .output = os::Stream::file(log),
       .errors = os::Stream::file(log),
       .has_own_group = true}));
  const bool is_ready = wait_until(
      [this] {
        const auto output =
            os::run_command({.arguments = {tools_ / "pg_isready", "-q", "-h", socket_directory()}},
                            core::Seconds(5));
        return output && output->exit.is_success();
      },
      core::Seconds(30));
  if (!is_ready) throw std::runtime_error("PostgreSQL does not start; see " + log.string());
}

void PostgresCluster::stop() {
  if (is_frozen_) thaw();
  if (!is_running()) return;
  // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
  server_.send_signal(SIGINT);
  if (!server_.wait(core::Seconds(30))) throw std::runtime_error("PostgreSQL does not stop");
}

std::vector<pid_t> PostgresCluster::processes() const {
  std::vector<pid_t> all = {server_.pid()};
  const auto server = std::to_string(server_.pid());
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0 && status_word(pid, "PPid:") == server) all.push_back(pid);
  }
  return all;
}

void PostgresCluster::signal_all(int number) const {
  for (const auto pid : processes()) ::kill(pid, number);
}

void PostgresCluster::freeze() {
  // First the server alone: once it stands still it makes no more children.
  server_.send_signal(SIGSTOP);
  signal_all(SIGSTOP);
  is_frozen_ = true;
}

void PostgresCluster::thaw() {
  signal_all(SIGCONT);
  is_frozen_ = false;
}

void PostgresCluster::kill9() {
  const auto all = processes();
  for (const auto pid : all) ::kill(pid, SIGKILL);
  (void)server_.wait(core::Seconds(10));  // nothing survives it
  is_frozen_ = false;
  // Its shared memory is free when its children are gone too; they are not ours to wait for.
  wait_until([&] { return std::all_of(all.begin(), all.end(), has_ended); });
}

}  // namespace trunkline::test
