// SPDX-License-Identifier: MIT
#include "os/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "os/atomic_file.h"
#include "os/signals.h"
#include "support/temporary_directory.h"

namespace trunkline::os {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

bool exists(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

Command shell(std::string script) {
  return {.arguments = {"sh", "-c", std::move(script)}};
}

TEST_CASE("process: its output and exit code are captured", "[os]") {
  const auto ran = run_command(shell("echo out; echo err >&2; exit 3"), 10s);
  REQUIRE(ran);
  CHECK(ran->exit == Exit{.code = 3});
  CHECK(ran->exit.text() == "exit code 3");
  CHECK(ran->output == "out\n");
  CHECK(ran->errors == "err\n");
}

TEST_CASE("process: arguments reach it untouched by any shell", "[os]") {
  const auto ran = run_command({.arguments = {"printf", "%s|", "a b", "$HOME", "", "*"}}, 10s);
  REQUIRE(ran);
  CHECK(ran->output == "a b|$HOME||*|");
}

TEST_CASE("process: environment and directory are as asked", "[os]") {
  const test::TemporaryDirectory directory;
  Command command = shell("echo \"$GREETING ${HOME-unset}\"; pwd");
  command.environment = {{"GREETING", "hello"}, {"HOME", ""}};
  command.directory = directory.path();
  const auto ran = run_command(std::move(command), 10s);
  REQUIRE(ran);
  CHECK(ran->output == "hello unset\n" + directory.path().string() + "\n");
}

TEST_CASE("process: streams go to files, one after the other", "[os]") {
  const test::TemporaryDirectory directory;
  const auto log = directory.path() / "log";
  for (const char* const word : {"one", "two"}) {
    Command command = shell("cat; echo " + std::string(word));
    command.output = Stream::file(log);
    auto child = Child::spawn(command);
    REQUIRE(child);
    CHECK(child->wait(10s) == Exit{});
  }
  CHECK(read_text_file(log, core::ByteCount{100}) == "one\ntwo\n");
}

TEST_CASE("process: a program that is not there is a fault", "[os]") {
  const auto child = Child::spawn({.arguments = {"trunkline-no-such-program"}});
  REQUIRE_FALSE(child);
  CHECK(child.error() == core::Fault{core::ExitCode::no_input,
                                     "cannot run trunkline-no-such-program: no such program",
                                     "is its package installed?"});
  const auto folder = Child::spawn({.arguments = {"/tmp"}});
  REQUIRE_FALSE(folder);
  CHECK(folder.error().message == "cannot run /tmp: permission denied");
}

TEST_CASE("process: a wait ends at its timeout", "[os]") {
  auto child = Child::spawn({.arguments = {"sleep", "60"}});
  REQUIRE(child);
  CHECK_FALSE(child->wait(20ms));
  CHECK(child->is_running());
  CHECK(child->terminate() == Exit{.signal = SIGTERM});
  CHECK_FALSE(child->is_running());
  CHECK_FALSE(child->send_signal(SIGTERM));
}

TEST_CASE("process: one that ignores SIGTERM is killed after its grace", "[os]") {
  const Pipe pipe = make_pipe();
  Command command = shell("trap '' TERM; echo ready; exec sleep 60");
  command.output = Stream::of(pipe.write_end.get());
  auto child = Child::spawn(command);
  REQUIRE(child);
  char text[8] = {};
  REQUIRE(::read(pipe.read_end.get(), text, sizeof text) == 6);
  const Exit ended = child->terminate(50ms);
  CHECK(ended.signal == SIGKILL);
  CHECK(ended.text() == "killed by signal 9");
}

TEST_CASE("process: it ends with its owner", "[os]") {
  pid_t pid = 0;
  {
    auto child = Child::spawn({.arguments = {"sleep", "60"}});
    REQUIRE(child);
    pid = child->pid();
    Child moved = std::move(*child);
    CHECK(exists(pid));
  }
  CHECK_FALSE(exists(pid));
}

TEST_CASE("process: it inherits no descriptor, signal mask or ignored signal", "[os]") {
  // Without close-on-exec, as a careless library would open it.
  const Fd leaked(::open("/dev/null", O_RDONLY));
  const int high = ::fcntl(leaked.get(), F_DUPFD, 100);
  const Fd owner(high);
  block_signals({SIGUSR1});
  const auto old = ::signal(SIGUSR2, SIG_IGN);
  const auto ran = run_command(
      shell("ls /proc/self/fd | grep -x 100; grep -E 'SigBlk|SigIgn' /proc/self/status"), 10s);
  ::signal(SIGUSR2, old);
  sigset_t unblocked;
  sigemptyset(&unblocked);
  sigaddset(&unblocked, SIGUSR1);
  ::pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
  REQUIRE(ran);
  CHECK(ran->output == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("process: its own group can be asked for", "[os]") {
  auto child = Child::spawn({.arguments = {"sleep", "60"}, .has_own_group = true});
  REQUIRE(child);
  CHECK(::getpgid(child->pid()) == child->pid());
  auto other = Child::spawn({.arguments = {"sleep", "60"}});
  REQUIRE(other);
  CHECK(::getpgid(other->pid()) == ::getpgid(0));
}

TEST_CASE("process: a command that takes too long is a fault and is ended", "[os]") {
  const auto ran = run_command({.arguments = {"sleep", "60"}}, 20ms);
  REQUIRE_FALSE(ran);
  CHECK(ran.error().message == "sleep was not done within 20ms");
}

}  // namespace
}  // namespace trunkline::os
