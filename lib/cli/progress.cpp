// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "core/text.h"

namespace trunkline::cli {
namespace {

constexpr core::Milliseconds kBetween{100};
constexpr std::size_t kUsualWidth = 80;

std::size_t width() {
  winsize size{};
  const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return is_known ? size.ws_col : kUsualWidth;
}

}  // namespace

Progress::Progress(const Context& context, const core::Clock& clock)
    : clock_(clock), is_shown_(!context.flags().is_quiet && ::isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::string_view text) {
  const core::SteadyTime now = clock_.steady();
  if (!is_shown_ || now < next_) return;
  next_ = now + kBetween;
  is_on_line_ = true;
  // ECMA-48: EL erases what a longer line before left.
  fmt::print(stderr, "\r{}\x1b[K", core::printable(text.substr(0, width() - 1)));
  (void)std::fflush(stderr);
}

void Progress::clear() {
  if (!is_on_line_) return;
  is_on_line_ = false;
  fmt::print(stderr, "\r\x1b[K");
  (void)std::fflush(stderr);
}

}  // namespace trunkline::cli
