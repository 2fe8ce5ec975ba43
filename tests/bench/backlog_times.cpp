// SPDX-License-Identifier: MIT

// backlog_times DATABASE FOLDER ENTRIES
//
// Fills a journal in FOLDER with so many entries, as a day of calls makes them (started, ringing,
// answered, ended, and the media account), then ships it to DATABASE as sipd does, while calls go
// on: ten entries a second are appended and each waited for. Prints "ENTRIES MILLISECONDS
// APPENDED SLOWEST-APPEND-MILLISECONDS".

#include <fmt/format.h>

#include <atomic>
#include <future>
#include <thread>

#include "core/json_text.h"
#include "journal/journal.h"
#include "ledger/shipper.h"

namespace {

namespace core = trunkline::core;
namespace journal = trunkline::journal;
namespace ledger = trunkline::ledger;

constexpr int kEntriesACall = 5;
const core::TenantId kTenant =
    core::TenantId::parse("0199a1b2-0000-7000-8000-0000000000aa").value();

std::string party(int number, const std::string& call_id) {
  core::JsonText text;
  text.add("device", fmt::format("0199a1b2-0000-7000-8000-{:012}", number));
  text.add("name", fmt::format("phone{}", number)).add("number", std::to_string(number));
  text.add("dialled", std::to_string(number)).add("call_id", call_id);
  text.add("address", fmt::format("192.0.2.{}:5060", number % 250));
  text.add("user_agent", "Yealink SIP-T46S 66.85.0.5");
  return std::move(text).finish();
}

/// The entries of one call.
void append_call(journal::Journal& journal, std::uint64_t number, core::Time at) {
  const auto call = core::CallRef::make(at);
  const std::string caller = party(100 + static_cast<int>(number % 500), call.text() + "@a");
  const std::string called = party(100 + static_cast<int>(number % 499), call.text() + "@b");
  const auto append = [&](const char* kind, const char* state, core::Seconds after) {
    core::JsonText body;
    body.add("schema", "call.v1").add("call", call.text()).add("tenant", kTenant.text());
    body.add("node", "sipd").add("direction", "internal").add_raw("caller", caller);
    body.add_raw("called", called).add("state", state).add("rule", "extension");
    body.add("started_at", core::to_rfc3339(at)).add("recording_mode", "always");
    if (std::string_view(state) == "ended")
      body.add("disposition", "answered")
          .add("sip_status", 200)
          .add("q850_cause", 16)
          .add("ended_by", "caller")
          .add("talk_ms", 12'000)
          .add("ring_ms", 4'000);
    journal.append({.kind = kind,
                    .tenant = kTenant,
                    .call = call,
                    .body = std::move(body).finish(),
                    .at = at + after});
  };
  append("call.started", "initiated", core::Seconds(0));
  append("call.ringing", "ringing", core::Seconds(1));
  append("call.answered", "connected", core::Seconds(4));
  append("call.ended", "ended", core::Seconds(16));
  core::JsonText media;
  media.add("schema", "media.v1").add("call", call.text()).add("reason", "deleted");
  media.add_raw(
      "legs",
      R"([{"leg":"caller","codec":"PCMU","packets_received":600,"packets_lost":0,"mos":4.4},)"
      R"({"leg":"called","codec":"PCMU","packets_received":600,"packets_lost":0,"mos":4.4}])");
  journal.append({.kind = "media.ended",
                  .tenant = kTenant,
                  .call = call,
                  .body = std::move(media).finish(),
                  .at = at + core::Seconds(17)});
}

void fill(journal::Journal& journal, std::uint64_t entries) {
  const core::Time begin = core::system_clock().wall() - std::chrono::hours(24);
  for (std::uint64_t i = 0; i * kEntriesACall < entries; ++i) {
    append_call(journal, i, begin + core::Milliseconds(static_cast<std::int64_t>(i) * 500));
    if (i % 5'000 == 0 && !journal.flush(core::Seconds(60)))
      throw core::Error(core::ExitCode::io, "cannot fill the journal");
  }
  if (!journal.flush(core::Seconds(60)))
    throw core::Error(core::ExitCode::io, "cannot fill the journal");
}

/// Appends ten entries a second until it is told to stop, each waited for as a call does.
double slowest_append_ms(journal::Journal& journal, const std::atomic<bool>& is_over,
                         std::uint64_t& appended) {
  double slowest = 0;
  while (!is_over) {
    const auto begun = core::system_clock().steady();
    std::promise<bool> committed;
    journal.append({.kind = "note",
                    .tenant = kTenant,
                    .call = {},
                    .body = "{}",
                    .at = core::system_clock().wall()},
                   {}, [&](core::Result<journal::Sequence> number) {
                     committed.set_value(number.has_value());
                   });
    if (!committed.get_future().get())
      throw core::Error(core::ExitCode::io, "the journal refused an entry");
    const std::chrono::duration<double, std::milli> took = core::system_clock().steady() - begun;
    slowest = std::max(slowest, took.count());
    ++appended;
    std::this_thread::sleep_for(core::Milliseconds(100));
  }
  return slowest;
}

void measure(const std::string& database, const std::filesystem::path& folder,
             std::uint64_t entries) {
  const auto journal = journal::Journal::open(folder / "journal.db", {.queue_limit = 1'000'000});
  fill(*journal, entries);
  std::atomic<bool> is_over{false};
  std::uint64_t appended = 0;
  auto calls = std::async(std::launch::async,
                          [&] { return slowest_append_ms(*journal, is_over, appended); });
  const std::uint64_t backlog = journal->last().value();
  const auto begun = core::system_clock().steady();
  {
    ledger::Shipper shipper(
        {.database = {.url = database, .role = "trunkline_sipd"}, .daemon = "sipd"}, *journal);
    while (shipper.status().shipped < backlog) {
      if (!shipper.status().last_error.empty())
        throw core::Error(core::ExitCode::unavailable, shipper.status().last_error);
      std::this_thread::sleep_for(core::Milliseconds(20));
    }
  }
  const auto took =
      std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - begun);
  is_over = true;
  const double slowest = calls.get();
  fmt::print("{} {} {} {:.1f}\n", backlog, took.count(), appended, slowest);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: backlog_times DATABASE FOLDER ENTRIES\n");
    return 64;
  }
  try {
    measure(argv[1], argv[2], std::stoull(argv[3]));
  } catch (const std::exception& failure) {
    fmt::print(stderr, "backlog_times: {}\n", failure.what());
    return 1;
  }
  return 0;
}
