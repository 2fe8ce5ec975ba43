// SPDX-License-Identifier: MIT
#include "backup/cluster.h"

#include <fmt/format.h>
#include <stdlib.h>  // mkdtemp
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "backup/copy.h"
#include "backup/database.h"
#include "backup/tool.h"
#include "os/system_fault.h"
#include "os/user.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwner = "postgres";
// It names the socket only, and PGPORT would name another.
constexpr const char* kPortNumber = "5432";
constexpr const char* kPort = "port=5432";
constexpr core::Milliseconds kStart = std::chrono::minutes(2);
constexpr core::Milliseconds kBetweenLooks{100};
constexpr core::Milliseconds kStop = std::chrono::minutes(1);

bool is_root() {
  return ::geteuid() == 0;
}

/// A socket's path has 107 bytes at most, so it does not lie in the scratch folder.
fs::path make_socket_folder() {
  std::string pattern = fs::temp_directory_path() / "trunkline-drill-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw os::system_error("make folder " + pattern, errno);
  return pattern;
}

}  // namespace

ScratchCluster::ScratchCluster(fs::path folder)
    : folder_(std::move(folder)),
      programs_(core::value_or_throw(postgres_programs())),
      socket_(make_socket_folder()) {
  try {
    core::value_or_throw(make_folders(folder_));
    give_to_owner(folder_);
    give_to_owner(socket_);
    (void)core::value_or_throw(run_tool(
        {.arguments =
             as_owner({(programs_ / "initdb").string(), "-D", (folder_ / "data").string(), "-U",
                       kOwner, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"}),
         .directory = "/"}));
    start();
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(socket_, ignored);
    throw;
  }
}

ScratchCluster::~ScratchCluster() {
  // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
  (void)server_.send_signal(SIGINT);
  if (server_.pid() != 0) (void)server_.wait(kStop);
  std::error_code ignored;
  fs::remove_all(socket_, ignored);
  fs::remove_all(folder_, ignored);
}

std::vector<std::string> ScratchCluster::as_owner(std::vector<std::string> command) const {
  if (!is_root()) return command;
  std::vector<std::string> all{"setpriv",       "--reuid=postgres", "--regid=postgres",
                               "--init-groups", "--pdeathsig=KILL", "--"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

void ScratchCluster::give_to_owner(const fs::path& path) const {
  if (!is_root()) return;
  const auto owner = os::find_user(kOwner);
  if (!owner)
    throw core::Error(core::ExitCode::config, "there is no user postgres to run a cluster as",
                      "apt-get install postgresql, or run it as another user than root");
  if (::chown(path.c_str(), *owner, os::find_group(kOwner).value_or(*owner)) != 0)
    throw os::system_error("give folder " + path.string() + " to postgres", errno);
}

void ScratchCluster::start() {
  const fs::path log = folder_ / "log";
  server_ = core::value_or_throw(os::Child::spawn(
      {.arguments = as_owner({(programs_ / "postgres").string(), "-D", (folder_ / "data").string(),
                              "-k", socket_.string(), "-c", "listen_addresses=", "-c", kPort, "-c",
                              "fsync=off", "-c", "jit=off", "-c", "max_connections=20"}),
       .directory = "/",
       .output = os::Stream::file(log),
       .errors = os::Stream::file(log),
       .has_own_group = true}));
  for (core::Milliseconds waited{0}; waited < kStart; waited += kBetweenLooks) {
    const auto ready = os::run_command({.arguments = {(programs_ / "pg_isready").string(), "-q",
                                                      "-h", socket_.string(), "-p", kPortNumber}},
                                       kStart);
    if (ready && ready->exit.is_success()) return;
    if (server_.wait(kBetweenLooks)) break;
  }
  throw core::Error(core::ExitCode::unavailable,
                    fmt::format("the scratch cluster in {} does not start", folder_.string()),
                    "is its disk full? its words: " + log.string());
}

std::string ScratchCluster::url(const std::string& database) const {
  return fmt::format("host={} port={} user={} dbname={}", socket_.string(), kPortNumber, kOwner,
                     database);
}

}  // namespace trunkline::backup
