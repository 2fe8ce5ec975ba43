// SPDX-License-Identifier: MIT
#include "daemon/run.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "core/log.h"
#include "daemon/forked_daemon.h"
#include "daemon/notify_socket.h"
#include "support/temporary_directory.h"

namespace trunkline::daemon {
namespace {

using std::chrono_literals::operator""ms;

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) { write(text); }
  void write(const std::string& text) const { std::ofstream(path()) << text; }
  std::string path() const { return directory_.path() / "trunkline.toml"; }

 private:
  test::TemporaryDirectory directory_;
};

std::string max_calls(int count) {
  return "[sip]\nmax_calls = " + std::to_string(count) + "\n";
}

const auto kNeverDrains = [](std::function<void()>) {};

TEST_CASE("daemon: starts, drains on SIGTERM and ends with 0", "[daemon]") {
  const ConfigFile file(max_calls(7));
  ForkedDaemon daemon({"--config", file.path()});
  CHECK(daemon.says("msg=\"service made\" max_calls=7"));
  CHECK(daemon.says("msg=started daemon=testd"));
  daemon.send(SIGTERM);
  CHECK(daemon.says("msg=stopping"));
  CHECK(daemon.says("msg=\"service drains\""));
  CHECK(daemon.wait() == 0);
  CHECK(daemon.says("msg=stopped"));
  CHECK(daemon.says("msg=\"service destroyed\""));
}

TEST_CASE("daemon: waits until all is drained", "[daemon]") {
  const ConfigFile file("");
  Behaviour behaviour;
  os::RegistrationPtr timer;
  os::Reactor* reactor = nullptr;
  behaviour.on_start = [&](os::Reactor& loop, Host&) { reactor = &loop; };
  behaviour.on_drain = [&](std::function<void()> drained) {
    timer = reactor->after(20ms, [drained] {
      core::log_info("last call ended");
      drained();
    });
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  REQUIRE(daemon.says("msg=started"));
  daemon.send(SIGINT);
  CHECK(daemon.wait() == 0);
  CHECK(daemon.says("msg=\"service drains\""));
  CHECK(daemon.says("msg=\"last call ended\""));
  CHECK(daemon.says("msg=stopped"));
}

TEST_CASE("daemon: a second signal ends it at once", "[daemon]") {
  struct Row {
    int signal, exit_code;
  };
  for (const Row row : {Row{SIGTERM, 143}, Row{SIGINT, 130}}) {
    const ConfigFile file("");
    Behaviour behaviour;
    behaviour.on_drain = kNeverDrains;
    ForkedDaemon daemon({"--config", file.path()}, behaviour);
    REQUIRE(daemon.says("msg=started"));
    daemon.send(SIGTERM);
    REQUIRE(daemon.says("msg=\"service drains\""));
    daemon.send(row.signal);
    CHECK(daemon.wait() == row.exit_code);
    CHECK(daemon.says("msg=\"stopped before all was done\""));
  }
}

TEST_CASE("daemon: SIGHUP reads the configuration again", "[daemon]") {
  const ConfigFile file(max_calls(7));
  ForkedDaemon daemon({"--config", file.path()});
  REQUIRE(daemon.says("msg=started"));
  file.write(max_calls(8));
  daemon.send(SIGHUP);
  CHECK(daemon.says("msg=\"service reloads\" max_calls=8"));
  CHECK(daemon.says("msg=\"configuration reloaded\""));
  daemon.send(SIGTERM);
  CHECK(daemon.wait() == 0);
}

TEST_CASE("daemon: --set wins over the file, at a reload too", "[daemon]") {
  const ConfigFile file(max_calls(7));
  ForkedDaemon daemon({"--config", file.path(), "--set", "sip.max_calls=9"});
  CHECK(daemon.says("msg=\"service made\" max_calls=9"));
  REQUIRE(daemon.says("msg=started"));
  daemon.send(SIGHUP);
  CHECK(daemon.says("msg=\"service reloads\" max_calls=9"));
}

TEST_CASE("daemon: a reload changes the log level", "[daemon]") {
  const ConfigFile file("[log]\nlevel = \"info\"\n");
  ForkedDaemon daemon({"--config", file.path()});
  REQUIRE(daemon.says("msg=started"));
  file.write("[log]\nlevel = \"error\"\n");
  daemon.send(SIGHUP);
  REQUIRE(daemon.says("msg=\"service reloads\""));
  file.write("[log]\nlevel = 7\n");
  daemon.send(SIGHUP);
  CHECK(daemon.says("level=error msg=\"configuration not reloaded"));
  CHECK(daemon.output().find("msg=\"configuration reloaded\"") == std::string::npos);
}

TEST_CASE("daemon: log.numbers decides whether numbers are masked, at a reload too", "[daemon]") {
  const ConfigFile file("[log]\nnumbers = \"full\"\n");
  Behaviour behaviour;
  behaviour.on_start = [](os::Reactor&, Host&) {
    core::log_info("dialled", {{"peer", core::masked_number("+491512345678")}});
  };
  behaviour.on_reload = [](const config::Config&) -> core::Result<void> {
    core::log_info("dialled before", {{"peer", core::masked_number("+491512345678")}});
    return {};
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  CHECK(daemon.says("msg=dialled peer=+491512345678"));
  REQUIRE(daemon.says("msg=started"));
  file.write("[log]\nnumbers = \"masked\"\n");
  daemon.send(SIGHUP);
  REQUIRE(daemon.says("msg=\"configuration reloaded\""));
  daemon.send(SIGHUP);
  CHECK(daemon.says("msg=\"dialled before\" peer=+4915\u2026678"));
}

TEST_CASE("daemon: a bad configuration is logged and the old one stays", "[daemon]") {
  const ConfigFile file(max_calls(7));
  ForkedDaemon daemon({"--config", file.path()});
  REQUIRE(daemon.says("msg=started"));
  file.write("[sip]\nmax_cals = 8\n");
  daemon.send(SIGHUP);
  CHECK(daemon.says("level=error msg=\"configuration not reloaded, the old one stays\" error="));
  CHECK(daemon.output().find("service reloads") == std::string::npos);
  daemon.send(SIGTERM);
  CHECK(daemon.wait() == 0);
}

TEST_CASE("daemon: a configuration the service refuses is logged", "[daemon]") {
  const ConfigFile file("");
  Behaviour behaviour;
  behaviour.on_reload = [](const config::Config&) -> core::Result<void> {
    return core::fault(core::ExitCode::config, "no such address here", "see ip address");
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  REQUIRE(daemon.says("msg=started"));
  daemon.send(SIGHUP);
  CHECK(
      daemon.says("msg=\"configuration not reloaded, the old one stays\" "
                  "error=\"no such address here\" hint=\"see ip address\""));
  daemon.send(SIGTERM);
  CHECK(daemon.wait() == 0);
}

TEST_CASE("daemon: the service may ask for a reload and for the end", "[daemon]") {
  const ConfigFile file(max_calls(7));
  Behaviour behaviour;
  std::vector<os::RegistrationPtr> timers;
  behaviour.on_start = [&](os::Reactor& reactor, Host& host) {
    timers.push_back(reactor.after(1ms, [&host] {
      if (host.reload()) core::log_info("reload asked for");
      host.stop();
    }));
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  CHECK(daemon.says("msg=\"reload asked for\""));
  CHECK(daemon.wait() == 0);
}

TEST_CASE("daemon: a changed setting that needs a restart is named", "[daemon]") {
  const ConfigFile file("");
  Behaviour behaviour;
  behaviour.name = "sipd";  // whose settings the table knows
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  REQUIRE(daemon.says("msg=started"));
  file.write("[sip]\nlisten = [\"udp:127.0.0.1:5070\"]\n[media]\nthreads = 3\n");
  daemon.send(SIGHUP);
  REQUIRE(daemon.says("msg=\"configuration reloaded\""));
  CHECK(daemon.output().find("msg=\"setting takes effect after a restart\" setting=sip.listen") !=
        std::string::npos);
  // Another daemon's.
  CHECK(daemon.output().find("media.threads") == std::string::npos);
}

TEST_CASE("daemon: what start() throws is one line, a hint and its exit code", "[daemon]") {
  const ConfigFile file("");
  Behaviour behaviour;
  behaviour.on_start = [](os::Reactor&, Host&) {
    throw core::Error(core::ExitCode::unavailable, "cannot bind udp 127.0.0.1:5060: taken",
                      "see ss -lnp");
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  CHECK(daemon.wait() == 69);
  CHECK(
      daemon.output().ends_with("testd: cannot bind udp 127.0.0.1:5060: taken\n"
                                "hint: see ss -lnp\n"));
  CHECK(daemon.output().find("msg=started") == std::string::npos);
}

TEST_CASE("daemon: what a callback throws ends it the same way", "[daemon]") {
  const ConfigFile file("");
  Behaviour behaviour;
  os::RegistrationPtr timer;
  behaviour.on_start = [&](os::Reactor& reactor, Host&) {
    timer = reactor.after(1ms, [] { throw core::Error(core::ExitCode::io, "disk gone"); });
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  CHECK(daemon.wait() == 74);
  CHECK(daemon.says("msg=started"));
  CHECK(daemon.says("testd: disk gone\n"));
}

TEST_CASE("daemon: --check only looks at the configuration", "[daemon]") {
  const ConfigFile file(max_calls(7));
  ForkedDaemon good({"--config", file.path(), "--check"});
  CHECK(good.wait() == 0);
  CHECK(good.output() == "the configuration is valid\n");
  file.write("[sip]\nmax_cals = 8\n");
  ForkedDaemon bad({"--check", "--config", file.path()});
  CHECK(bad.wait() == 78);
  CHECK(bad.output().starts_with("testd: "));
  CHECK(bad.output().find("max_cals") != std::string::npos);
  CHECK(bad.output().find("\nhint: ") != std::string::npos);
}

TEST_CASE("daemon: a flag nobody knows is a usage fault", "[daemon]") {
  ForkedDaemon daemon({"--chek"});
  CHECK(daemon.wait() == 64);
  CHECK(daemon.output().starts_with("testd: "));
}

TEST_CASE("daemon: --version and --help answer without a configuration", "[daemon]") {
  ForkedDaemon version({"--version", "--config", "/nowhere"});
  CHECK(version.wait() == 0);
  CHECK(version.output().starts_with("testd "));
  ForkedDaemon help({"--help"});
  CHECK(help.wait() == 0);
  for (const std::string flag : {"--check", "--config", "--set", "--version"})
    CHECK(help.output().find(flag) != std::string::npos);
}

TEST_CASE("daemon: systemd hears that it is ready, reloads, stops, and its status", "[daemon]") {
  const ConfigFile file("");
  const NotifySocket systemd;
  Behaviour behaviour;
  behaviour.status = [] { return std::string("2 calls"); };
  behaviour.on_drain = kNeverDrains;
  ForkedDaemon daemon({"--config", file.path()}, behaviour,
                      {{"NOTIFY_SOCKET", systemd.path()}, {"WATCHDOG_USEC", "20000"}});
  CHECK(systemd.next() == "READY=1");
  CHECK(systemd.next() == "STATUS=2 calls");
  CHECK(systemd.next() == "WATCHDOG=1");
  daemon.send(SIGHUP);
  CHECK(systemd.hears("RELOADING=1"));
  CHECK(systemd.hears("READY=1"));
  daemon.send(SIGTERM);
  CHECK(systemd.hears("STOPPING=1"));
  // Draining may last: the watchdog goes on.
  CHECK(systemd.hears("WATCHDOG=1"));
}

TEST_CASE("daemon: files it makes are its own, and a closed pipe does not kill it", "[daemon]") {
  const ConfigFile file("");
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "state";
  Behaviour behaviour;
  behaviour.on_start = [&](os::Reactor&, Host&) {
    std::ofstream(path) << "x";
    os::Pipe pipe = os::make_pipe();
    pipe.read_end.reset();
    if (::write(pipe.write_end.get(), "x", 1) == -1) core::log_info("still here");
  };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  CHECK(daemon.says("msg=\"still here\""));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 077) == 0);
}

TEST_CASE("daemon: a signal that comes before the loop runs is not lost", "[daemon]") {
  const ConfigFile file("");
  Behaviour behaviour;
  behaviour.on_start = [](os::Reactor&, Host&) { ::kill(::getpid(), SIGTERM); };
  ForkedDaemon daemon({"--config", file.path()}, behaviour);
  CHECK(daemon.wait() == 0);
  CHECK(daemon.says("msg=\"service drains\""));
}

}  // namespace
}  // namespace trunkline::daemon
