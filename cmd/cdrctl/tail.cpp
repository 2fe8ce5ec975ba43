// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "cdr/query.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cli/broken_pipe.h"
#include "cli/interrupt.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

/// A notification that got lost, or a reader that went away, is noticed after this long.
constexpr core::Milliseconds kLookAgain{2'000};
constexpr int kJournalEntries = 1'000;

/// A pipe whose reader went away while nothing was written.
void check_reader() {
  pollfd reader{STDOUT_FILENO, 0, 0};
  if (::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0) throw cli::BrokenPipe{};
}

class Follower {
 public:
  explicit Follower(cli::Context& context)
      : context_(context), filter_(filter_of(context)), shown_first_(filter_.limit) {}

  /// Until Ctrl-C.
  void follow() {
    begin_calls(context_.out());
    while (!interrupt_.is_requested()) {
      try {
        follow_ledger();
      } catch (const core::Error& error) {
        if (!is_away(error)) throw;
        if (!is_away_) context_.warn(error.fault().message, "sipd's journal is followed meanwhile");
        is_away_ = true;
        follow_journal();
      }
    }
  }

 private:
  void follow_ledger() {
    db::Connection connection = db::open_to_read(context_.config(), "cdrctl tail");
    if (is_away_) context_.note("PostgreSQL is back");
    is_away_ = false;
    filter_.tenant = chosen_tenant(context_, connection);
    connection.listen("trunkline_ledger");
    if (!cursor_) begin(connection);
    while (!interrupt_.is_requested()) {
      while (!cdr::for_each_change(connection, *cursor_,
                                   [this](const cdr::Call& call) { print(call); })) {
      }
      context_.out().flush();
      check_reader();
      (void)connection.wait(kLookAgain, interrupt_.descriptor());
      // One look serves all notifications that are here by now.
      while (connection.wait(core::Milliseconds{0}, interrupt_.descriptor())) {
      }
    }
  }

  /// The last calls, oldest first. The position is taken before: a call that changes meanwhile is
  /// shown twice and never missed.
  void begin(db::Connection& connection) {
    cursor_ = cdr::watermarks(connection);
    if (shown_first_ == 0) return;
    std::vector<cdr::Call> calls;
    cdr::for_each_call(connection, filter_, [&](const cdr::Call& call) {
      calls.push_back(call);
      return true;
    });
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) print(*call);
  }

  /// While PostgreSQL is away: what sipd has in its journal, looked at now and then. Returns when
  /// it is time to try PostgreSQL again.
  void follow_journal() {
    if (context_.has("--tenant") && !filter_.tenant)
      throw core::Error(core::ExitCode::unavailable, "cannot look up the tenant without PostgreSQL",
                        "leave --tenant away");
    std::vector<cdr::Call> calls;
    const auto take = [&](const core::Json& entry) {
      const auto body = entry.find("body");
      const std::int64_t sequence = core::number_at(entry, "sequence");
      if (sequence <= journaled_ || body == entry.end()) return;
      newest_ = std::max(newest_, sequence);
      if (!core::text_at(entry, "kind").starts_with("call.")) return;
      if (auto call = cdr::parse_call(*body)) calls.push_back(std::move(*call));
    };
    const auto recent = [&] {
      return sipd(context_).call("journal.recent", {{"limit", kJournalEntries}}, take);
    };
    if (auto asked = recent(); !asked && !cursor_ && journaled_ == 0)
      throw core::Error(asked.error());
    // Newest first, and the first time only as many as were asked for.
    if (journaled_ == 0 && calls.size() > shown_first_) calls.resize(shown_first_);
    journaled_ = std::max(journaled_, newest_);
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) print(*call);
    context_.out().flush();
    check_reader();
    pollfd waited{interrupt_.descriptor(), POLLIN, 0};
    (void)::poll(&waited, 1, static_cast<int>(kLookAgain.count()));
  }

  void print(const cdr::Call& call) {
    if (cdr::passes(filter_, call)) print_call(context_.out(), call);
  }

  cli::Context& context_;
  cdr::Filter filter_;
  std::uint64_t shown_first_;
  const cli::InterruptHold interrupt_;
  std::optional<cdr::Cursor> cursor_;
  std::int64_t journaled_ = 0;  ///< sipd's journal was shown up to here
  std::int64_t newest_ = 0;
  bool is_away_ = false;
};

core::ExitCode follow_calls(cli::Context& context) {
  Follower(context).follow();
  return core::ExitCode::done;
}

}  // namespace

cli::Command tail() {
  std::vector<cli::Option> options = call_options("10");
  options.back() = {.name = "-n,--limit",
                    .help = "begin with so many of the last calls",
                    .value = "COUNT",
                    .fallback = "10"};
  return {.path = "tail",
          .summary = "follow the calls: each that begins, is answered, ends",
          .description =
              "Shows the last calls, then a line for every change of a call as it comes into the "
              "ledger, "
              "until it is interrupted. While PostgreSQL is away, sipd's journal on this host is "
              "followed instead; what came into the ledger meanwhile is shown afterwards, so "
              "nothing is "
              "missed and some of it is shown twice.",
          .options = std::move(options),
          .exits = {{core::ExitCode::unavailable, "neither PostgreSQL nor sipd can be reached"},
                    {core::ExitCode::interrupted, "you pressed Ctrl-C"}},
          .examples = {{"cdrctl tail", "watch the exchange work"},
                       {"cdrctl tail -n 0 --ended --json",
                        "each call once it has ended, for a script"}},
          .run = follow_calls};
}

}  // namespace trunkline::commands
