// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "os/system_fault.h"
#include "trunkline/alert.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

constexpr std::size_t kLongestText = std::size_t{64} * 1024;

std::string read_standard_input() {
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() < kLongestText) {
    const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw os::system_error("read standard input", errno);
    if (count == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  text.resize(std::min(text.size(), kLongestText));
  return text;
}

core::ExitCode send_alert(cli::Context& context) {
  const std::string given = context.value("--text");
  const std::string subject = context.value("SUBJECT");
  if (!alert::is_key(context.value("KEY")) || subject.empty())
    throw core::Error(core::ExitCode::usage,
                      "cannot alert: KEY is one line of 1 to 200 letters, SUBJECT some");
  alert::Alert alert{
      .key = context.value("KEY"),
      .level = core::value_or_throw(alert::parse_level(context.value("--level"))),
      .subject = subject,
      .text = given == "-" ? read_standard_input() : given,
      .nature = context.has("--incident") ? alert::Nature::incident : alert::Nature::condition,
      .repeat_after = *context.duration("--repeat-after")};
  if (alert.text.empty()) alert.text = alert.subject + "\n";
  auto connection = database_if_there(context, "trunkline alert send");
  return report(context, raise_all(context, connection, {alert}));
}

}  // namespace

cli::Command alert_send() {
  return {
      .path = "alert send",
      .summary = "tell the administrators that something is wrong, or well again",
      .description =
          "KEY says what it is about; what was told about it lately decides whether it is told "
          "now. "
          "A level that rises is told at once, the same level again after a day, the return to "
          "normal once. It goes to every channel of trunkline-alerts(7), and is tried again later "
          "(trunkline alert flush) where one does not take it. While the database is away it goes "
          "out directly.",
      .arguments = {{.name = "KEY", .help = "what it is about"},
                    {.name = "SUBJECT", .help = "what is wrong, in a line"}},
      .options = {{.name = "--level",
                   .help = "how bad it is",
                   .value = "LEVEL",
                   .fallback = "warning",
                   .choices = {"normal", "warning", "critical", "emergency"}},
                  {.name = "--text",
                   .help = "more about it; - reads standard input",
                   .value = "TEXT"},
                  {.name = "--incident", .help = "it happened and does not last"},
                  {.name = "--repeat-after",
                   .help = "how long the same level is held back",
                   .value = "TIME",
                   .fallback = "1d"}},
      .exits = {{core::ExitCode::partly, "one of several did not get it and will not"},
                {core::ExitCode::unavailable, "nobody got it"},
                {core::ExitCode::config, "no channel is configured"}},
      .examples = {{"trunkline alert send 'disk /srv' 'the disk of /srv is nearly full'",
                    "told once a day while it lasts"},
                   {"trunkline alert send 'disk /srv' 'it is well again' --level normal",
                    "told once"}},
      .run = send_alert};
}

}  // namespace trunkline::commands
