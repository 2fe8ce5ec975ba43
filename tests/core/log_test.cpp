// SPDX-License-Identifier: MIT
#include "core/log.h"

#include "core/log_numbers.h"

#include <catch2/catch.hpp>

namespace trunkline::core {
namespace {

class Kept final : public LogSink {
 public:
  explicit Kept(LogLevel level) : level_(level) { set_log_sink(this); }
  ~Kept() override { set_log_sink(nullptr); }
  LogLevel level() const noexcept override { return level_; }
  void write(LogRecord&& record) noexcept override { lines.push_back(to_logfmt(record)); }

  std::vector<std::string> lines;

 private:
  LogLevel level_;
};

TEST_CASE("a record reaches the sink when its level is wanted", "[core]") {
  log_error("nobody listens");
  Kept kept(LogLevel::warning);
  log_error("first", {{"call", "x"}});
  log_warning("second");
  log_info("third");
  log_debug("fourth");
  CHECK(kept.lines ==
        std::vector<std::string>{"level=error msg=first call=x", "level=warning msg=second"});
}

TEST_CASE("values are quoted where they need it and cannot break the line", "[core]") {
  LogRecord record{LogLevel::info,
                   "call ended",
                   {{"status", 200},
                    {"empty", ""},
                    {"agent", "a \"b\" \\ = c"},
                    {"lines", "one\nlevel=error msg=forged"},
                    {"escape", "\033[2J"}}};
  CHECK(to_logfmt(record) ==
        "level=info msg=\"call ended\" status=200 empty=\"\" agent=\"a \\\"b\\\" \\ = c\" "
        "lines=\"one\\x0alevel=error msg=forged\" escape=\\x1b[2J");
}

TEST_CASE("levels have names that are read back", "[core]") {
  for (const LogLevel level : {LogLevel::error, LogLevel::warning, LogLevel::info, LogLevel::debug})
    CHECK(parse_log_level(name_of(level)) == level);
  const auto unknown = parse_log_level("loud");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error() ==
        Fault{ExitCode::data, "'loud' is not a log level", "use error, warning, info or debug"});
}

TEST_CASE("a number is masked so that a log is no list of who called whom", "[core]") {
  CHECK(masked_number("+491512345678") == "+4915\u2026678");
  CHECK(masked_number("101") == "101");
  CHECK(masked_number("alice-the-first") == "alice-the-first");
}

TEST_CASE("log: numbers are written in full where the operator wants it", "[core]") {
  show_numbers_in_full(true);
  CHECK(masked_number("+491512345678") == "+491512345678");
  show_numbers_in_full(false);
  CHECK(masked_number("+491512345678") == "+4915\u2026678");
}

}  // namespace
}  // namespace trunkline::core
