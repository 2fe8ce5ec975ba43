// SPDX-License-Identifier: MIT
#include "cli/prompt.h"

#include <fmt/format.h>
#include <string.h>  // explicit_bzero
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "cli/signals.h"
#include "core/error.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

constexpr std::size_t kLongestLine = 4096;

/// Byte by byte, so that nothing of what follows is taken from a pipe.
std::optional<std::string> read_line() {
  std::string line;
  line.reserve(kLongestLine);  // never moved, so that a secret leaves no copy behind
  for (char letter = 0; line.size() < kLongestLine;) {
    const ssize_t count = ::read(STDIN_FILENO, &letter, 1);
    if (count <= 0) return line.empty() ? std::nullopt : std::optional(std::move(line));
    if (letter == '\n') break;
    line += letter;
  }
  return line;
}

/// Turns the terminal's echo off for as long as it lives.
class [[nodiscard]] WithoutEcho {
 public:
  WithoutEcho() {
    if (::tcgetattr(STDIN_FILENO, &modes_) != 0) return;
    is_terminal_ = true;
    termios silent = modes_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    restore_on_interrupt(&modes_);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() {
    if (!is_terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes_);
    restore_on_interrupt(nullptr);
    fmt::print(stderr, "\n");
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios modes_{};
  bool is_terminal_ = false;
};

}  // namespace

bool ask_yes_or_no(std::string_view question) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
    throw core::Error(core::ExitCode::usage,
                      fmt::format("cannot ask '{}': there is no terminal", question),
                      "add --yes where the answer is yes");
  for (;;) {
    fmt::print(stderr, "{} [y/n] ", core::printable(question));
    const auto line = read_line();
    if (!line) return false;
    const std::string answer = core::to_lower(core::trim(*line));
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

std::string ask_line(std::string_view question, std::string_view otherwise) {
  fmt::print(stderr, "{}", core::printable(question));
  if (!otherwise.empty()) fmt::print(stderr, " [{}]", core::printable(otherwise));
  fmt::print(stderr, ": ");
  const auto line = read_line();
  if (!line)
    throw core::Error(core::ExitCode::no_input,
                      fmt::format("cannot ask '{}': standard input has ended", question));
  const std::string_view answer = core::trim(*line);
  return std::string(answer.empty() ? otherwise : answer);
}

core::Secret read_secret(std::string_view prompt) {
  std::optional<std::string> line;
  if (::isatty(STDIN_FILENO) == 1) {
    // In this order: who types at the sight of the prompt is neither shown nor flushed away.
    const WithoutEcho silent;
    fmt::print(stderr, "{}: ", core::printable(prompt));
    line = read_line();
  } else {
    line = read_line();
  }
  if (!line)
    throw core::Error(core::ExitCode::no_input,
                      fmt::format("cannot read {}: standard input is empty", prompt),
                      "type it when asked, or give it on the first line of standard input");
  core::Secret secret{std::string_view(*line)};
  ::explicit_bzero(line->data(), line->size());
  return secret;
}

}  // namespace trunkline::cli
