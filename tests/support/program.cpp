// SPDX-License-Identifier: MIT
#include "support/program.h"

#include <unistd.h>

#include <cassert>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <thread>

#include "support/failure.h"

namespace trunkline::test {
namespace {

constexpr std::size_t kShownBytes = 16 * 1024;

}  // namespace

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool wait_until(const std::function<bool()>& is_so, core::Milliseconds timeout) {
  const auto deadline = core::system_clock().steady() + timeout;
  while (!is_so()) {
    if (core::system_clock().steady() > deadline) return false;
    std::this_thread::sleep_for(core::Milliseconds(20));
  }
  return true;
}

std::string program_path(const std::string& name) {
  const auto ours = std::filesystem::path(TRUNKLINE_BIN_DIR) / name;
  return std::filesystem::exists(ours) ? ours.string() : name;
}

Program::Program(std::string name, std::vector<std::string> arguments, std::filesystem::path log,
                 std::vector<std::pair<std::string, std::string>> environment)
    : name_(std::move(name)),
      arguments_(std::move(arguments)),
      log_(std::move(log)),
      environment_(std::move(environment)) {
  arguments_.insert(arguments_.begin(), program_path(name_));
}

Program::~Program() {
  // One that was never started, because what came before it failed, has nothing to say.
  if (name_.empty() || child_.pid() == 0) return;
  child_.terminate();
  if (!has_failed()) return;
  const auto text = log();
  const auto begin = text.size() > kShownBytes ? text.size() - kShownBytes : 0;
  std::cerr << "---- log of " << name_ << (begin > 0 ? " (its end)" : "") << "\n"
            << text.substr(begin) << "---- end of the log of " << name_ << "\n";
}

void Program::start() {
  assert(!child_.is_running());
  child_ = core::value_or_throw(os::Child::spawn({.arguments = arguments_,
                                                  .environment = environment_,
                                                  .output = os::Stream::file(log_),
                                                  .errors = os::Stream::file(log_),
                                                  .has_own_group = true}));
}

os::Exit Program::stop(core::Milliseconds grace) {
  return child_.terminate(grace);
}

void Program::kill9() {
  child_.send_signal(SIGKILL);
  (void)child_.wait(core::Seconds(10));  // nothing survives it
}

std::string Program::log() const {
  return text_of(log_);
}

std::size_t Program::open_descriptors() const {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid()) + "/fd")) {
    count += entry.is_symlink() ? 1 : 0;
  }
  return count;
}

std::size_t Program::resident_kib() const {
  const auto status = text_of("/proc/" + std::to_string(pid()) + "/status");
  return std::stoul(status.substr(status.find("VmRSS:") + 6));
}

double Program::cpu_seconds() const {
  const auto stat = text_of("/proc/" + std::to_string(pid()) + "/stat");
  // The name is in parentheses and may hold spaces; user and system time are fields 14 and 15.
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace trunkline::test
