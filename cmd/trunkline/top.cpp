// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>

#include "cli/context.h"
#include "cli/interrupt.h"
#include "trunkline/commands.h"
#include "trunkline/daemons.h"
#include "trunkline/top_frame.h"

namespace trunkline::commands {
namespace {

constexpr core::Milliseconds kShortest{100};
/// Beyond so many calls their list would cost sipd more than it tells anybody.
constexpr std::int64_t kMostListed = 500;

// ECMA-48 and xterm's other screen, which leaves what was there before as it was.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearRight = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

Sighting look(const config::Config& config) {
  Sighting sighting{.at = core::system_clock().steady(), .now = core::system_clock().wall()};
  sighting.sipd = ask_daemon(config, kDaemons[0], "status");
  sighting.recorderd = ask_daemon(config, kDaemons[1], "status");
  if (!sighting.sipd || core::number_at(*sighting.sipd, "calls") > kMostListed) return sighting;
  // A sipd that ends just now shows with the next look.
  (void)ask_daemon(config, kDaemons[0], "call.list",
                   [&](const core::Json& call) { sighting.calls.push_back(call); });
  std::sort(sighting.calls.begin(), sighting.calls.end(),
            [](const core::Json& left, const core::Json& right) {
              return core::text_at(left, "started_at") > core::text_at(right, "started_at");
            });
  return sighting;
}

FrameSize size_of_terminal() {
  winsize size{};
  FrameSize frame;
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
    frame = {.columns = size.ws_col, .rows = size.ws_row};
  return frame;
}

/// The terminal for as long as it shows something that changes: the other screen, no cursor, and
/// keys at once and unseen.
class Screen {
 public:
  explicit Screen(cli::Output& out) : out_(out) {
    has_modes_ = ::tcgetattr(STDIN_FILENO, &modes_) == 0;
    termios unseen = modes_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    if (has_modes_) (void)::tcsetattr(STDIN_FILENO, TCSANOW, &unseen);
    out_.bytes(core::as_bytes(kEnter));
  }
  ~Screen() {
    if (has_modes_) (void)::tcsetattr(STDIN_FILENO, TCSANOW, &modes_);
    // Whoever reads the terminal no more needs no cursor.
    (void)!::write(STDOUT_FILENO, kLeave.data(), kLeave.size());
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void show(std::string_view title, const std::vector<cli::Cell>& lines) {
    out_.bytes(core::as_bytes(kHome));
    put({std::string(title), cli::Color::bold});
    for (const cli::Cell& line : lines) put(line);
    out_.bytes(core::as_bytes(kClearBelow));
  }
  bool has_keys() const { return has_modes_; }

 private:
  void put(const cli::Cell& line) {
    out_.bytes(core::as_bytes(kClearRight));
    out_.line(line.text, line.color);
    out_.flush();
  }
  cli::Output& out_;
  termios modes_{};
  bool has_modes_ = false;
};

/// Waits for the next picture; false when it is enough: q, Ctrl-C, or a key's end of file.
bool wait_for_next(core::Milliseconds interval, const cli::InterruptHold& interrupt,
                   bool& has_keys) {
  const auto until = core::system_clock().steady() + interval;
  while (!interrupt.is_requested()) {
    const auto left =
        std::chrono::ceil<core::Milliseconds>(until - core::system_clock().steady()).count();
    if (left <= 0) return true;
    pollfd waited[] = {{interrupt.descriptor(), POLLIN, 0},
                       {has_keys ? STDIN_FILENO : -1, POLLIN, 0}};
    (void)::poll(waited, std::size(waited), static_cast<int>(left));
    if (waited[1].revents == 0) continue;
    char key = 0;
    if (::read(STDIN_FILENO, &key, 1) != 1) {
      has_keys = false;
    } else if (key == 'q' || key == 'Q') {
      return false;
    } else if (key == ' ') {
      return true;
    }
  }
  return false;
}

std::string title_of(const cli::Output& out, const Sighting& sighting) {
  std::string title = "trunkline top - " + out.time(sighting.now);
  if (!sighting.sipd) return title;
  const auto uptime = core::Milliseconds(core::number_at(*sighting.sipd, "uptime_ms"));
  title += ", up " + core::to_clock_text(std::chrono::floor<core::Seconds>(uptime));
  if (core::bool_at(*sighting.sipd, "is_draining", false)) title += ", takes no new calls";
  return title;
}

core::ExitCode once(cli::Context& context) {
  const Sighting sighting = look(context.config());
  constexpr std::size_t kAll = 1'000'000;
  context.out().line(title_of(context.out(), sighting));
  for (const cli::Cell& line : top_frame(sighting, std::nullopt, {.columns = 80, .rows = kAll}))
    context.out().line(line.text, line.color);
  return sighting.sipd && sighting.recorderd ? core::ExitCode::done : core::ExitCode::unavailable;
}

core::ExitCode watch_daemons(cli::Context& context) {
  cli::Output& out = context.out();
  if (out.is_json())
    throw core::Error(core::ExitCode::usage, "top draws for people",
                      "for programs: trunkline status --json, or trunkline metrics");
  const core::Milliseconds interval = context.duration("--interval").value_or(kShortest);
  if (interval < kShortest)
    throw core::Error(core::ExitCode::usage, "--interval must be 100ms or longer");
  if (context.has("--once") || !out.is_terminal()) return once(context);

  const cli::InterruptHold interrupt;
  Screen screen(out);
  bool has_keys = screen.has_keys();
  std::optional<Sighting> before;
  do {
    Sighting sighting = look(context.config());
    FrameSize size = size_of_terminal();
    size.rows -= std::min<std::size_t>(size.rows, 2);  // the title, and where the cursor rests
    screen.show(cut_to(title_of(out, sighting) + "   (q quits)", size.columns),
                top_frame(sighting, before, size));
    before = std::move(sighting);
  } while (wait_for_next(interval, interrupt, has_keys));
  return core::ExitCode::done;
}

}  // namespace

cli::Command top() {
  return {
      .path = "top",
      .summary = "watch calls, registrations, recordings and lags in place",
      .description =
          "Shows what the exchange does, renewed in place: live calls with the newest first, "
          "registered phones, media relays, recordings and how far behind their writer is, ports, "
          "and what the ledger lacks. It fits 80 columns. q ends it, the space bar looks at "
          "once.\n\n"
          "Where standard output is no terminal one picture is printed, as with --once; figures "
          "for programs are in trunkline status --json and trunkline metrics.",
      .options = {{.name = "--once", .help = "print one picture and end"},
                  {.name = "-d,--interval",
                   .help = "how long a picture stays",
                   .value = "TIME",
                   .fallback = "2s"}},
      .exits = {{core::ExitCode::unavailable, "with --once: a daemon does not run"},
                {core::ExitCode::interrupted, "you pressed Ctrl-C"}},
      .examples = {{"trunkline top", "watch the exchange"},
                   {"trunkline top --once | mail -s 'exchange' ops", "one picture"}},
      .run = watch_daemons};
}

}  // namespace trunkline::commands
