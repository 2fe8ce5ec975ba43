// SPDX-License-Identifier: MIT
#include "support/terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace trunkline::test {
namespace {

constexpr int kPatienceMs = 30'000;

int status_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command) {
  int terminal = -1;
  const winsize size{24, 80, 0, 0};
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  child_ = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child_ == 0) {
    ::setenv("TERM", "xterm", 1);
    ::setenv("TRUNKLINE_PAGER", "cat", 1);
    ::unsetenv("NO_COLOR");
    ::unsetenv("COLUMNS");
    ::execv(words.front(), words.data());
    ::_exit(127);
  }
  if (child_ < 0) throw std::runtime_error("cannot make a terminal");
  terminal_ = os::Fd(terminal);
}

Terminal::~Terminal() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

/// False when nothing came in time or the program has closed its terminal.
bool Terminal::read_more(int timeout_ms) {
  pollfd waited{terminal_.get(), POLLIN, 0};
  if (::poll(&waited, 1, timeout_ms) <= 0) return false;
  std::array<char, 4096> piece{};
  const ssize_t count = ::read(terminal_.get(), piece.data(), piece.size());
  if (count <= 0) return false;
  shown_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::string Terminal::expect(std::string_view text) {
  for (;;) {
    const auto found = shown_.find(text, seen_);
    if (found != std::string::npos) {
      const std::size_t end = found + text.size();
      const std::string read = shown_.substr(seen_, end - seen_);
      seen_ = end;
      return read;
    }
    if (!read_more(kPatienceMs))
      throw std::runtime_error("the terminal does not show '" + std::string(text) + "' but:\n" +
                               shown_);
  }
}

void Terminal::type(std::string_view text) const {
  if (::write(terminal_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot type on the terminal");
}

void Terminal::answer(std::string_view question, std::string_view text) {
  expect(question);
  type(text);
}

int Terminal::finish() {
  while (read_more(kPatienceMs)) {
  }
  int status = 0;
  if (::waitpid(child_, &status, 0) != child_) throw std::runtime_error("nothing to wait for");
  child_ = -1;
  return status_of(status);
}

void Terminal::send_signal(int signal) const {
  ::kill(child_, signal);
}

}  // namespace trunkline::test
