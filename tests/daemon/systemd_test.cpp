// SPDX-License-Identifier: MIT
#include "daemon/systemd.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "daemon/notify_socket.h"

namespace trunkline::daemon {
namespace {

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST_CASE("systemd: notifications reach the socket, and nothing happens without one", "[daemon]") {
  notify("READY=1");
  const NotifySocket socket;
  const Variable variable("NOTIFY_SOCKET", socket.path());
  notify("READY=1");
  CHECK(socket.next() == "READY=1");
  notify_reloading();
  CHECK(socket.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
}

TEST_CASE("systemd: the watchdog is fed twice in its time", "[daemon]") {
  CHECK_FALSE(watchdog_period());
  const Variable variable("WATCHDOG_USEC", "20000000");
  CHECK(watchdog_period() == core::Milliseconds{10'000});
  // Another process's watchdog, inherited.
  const Variable other("WATCHDOG_PID", std::to_string(::getppid()));
  CHECK_FALSE(watchdog_period());
}

TEST_CASE("systemd: stderr is the journal only if it is that very stream", "[daemon]") {
  CHECK_FALSE(is_journal(2));
  struct stat status {};
  REQUIRE(::fstat(2, &status) == 0);
  const std::string device = std::to_string(status.st_dev);
  {
    const Variable variable("JOURNAL_STREAM", device + ":" + std::to_string(status.st_ino));
    CHECK(is_journal(2));
    CHECK_FALSE(is_journal(-1));
  }
  const Variable variable("JOURNAL_STREAM", device + ":" + std::to_string(status.st_ino + 1));
  CHECK_FALSE(is_journal(2));
}

TEST_CASE("systemd: a record becomes fields of the journal", "[daemon]") {
  const core::LogRecord record{
      core::LogLevel::warning,
      "call ended",
      {{"call_id", "a\nb"}, {"duration_ms", 12}, {"message", "x"}, {"_odd key", "y"}}};
  CHECK(journal_fields("sipd", record) ==
        std::vector<std::string>{"MESSAGE=call ended", "PRIORITY=4", "SYSLOG_IDENTIFIER=sipd",
                                 "CALL_ID=a\nb", "DURATION_MS=12", "TRUNKLINE_MESSAGE=x",
                                 "TRUNKLINE__ODD_KEY=y"});
}

TEST_CASE("systemd: levels map to the syslog's priorities", "[daemon]") {
  struct Row {
    core::LogLevel level;
    std::string priority;
  };
  for (const Row& row : {Row{core::LogLevel::error, "3"}, Row{core::LogLevel::warning, "4"},
                         Row{core::LogLevel::info, "6"}, Row{core::LogLevel::debug, "7"}})
    CHECK(journal_fields("x", {row.level, "m", {}})[1] == "PRIORITY=" + row.priority);
}

}  // namespace
}  // namespace trunkline::daemon
