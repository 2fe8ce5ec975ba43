// SPDX-License-Identifier: MIT
#include "trunkline/top_frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "trunkline/daemons.h"

namespace trunkline::commands {
namespace {

using cli::Cell;
using cli::Color;
using core::Json;

constexpr std::int64_t kLongLagMs = 10'000;
constexpr std::size_t kPartyColumns = 22;

std::int64_t ended_of(const Json& sipd) {
  std::int64_t sum = 0;
  const Json ended = member(sipd, "ended");
  for (const auto& [disposition, count] : ended.items())
    if (count.is_number_integer()) sum += count.get<std::int64_t>();
  return sum;
}

std::string bytes_text(std::int64_t bytes) {
  constexpr double kStep = 1024;
  double value = static_cast<double>(std::max<std::int64_t>(bytes, 0));
  const char* unit = "B";
  for (const char* const next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (value < kStep) break;
    value /= kStep;
    unit = next;
  }
  return fmt::format("{:.{}f} {}", value, *unit == 'B' ? 0 : 1, unit);
}

std::string clock_text(std::int64_t milliseconds) {
  return core::to_clock_text(std::chrono::floor<core::Seconds>(
      core::Milliseconds(std::max<std::int64_t>(milliseconds, 0))));
}

Cell down(const char* daemon, const core::Fault& fault) {
  return {fmt::format("{:<11}down: {}", daemon, core::printable(fault.message)), Color::red};
}

/// "1.5/s": what a counter gained since the sighting before.
std::string rate(std::int64_t now, std::int64_t before, core::SteadyTime::duration passed) {
  const double seconds = std::chrono::duration<double>(passed).count();
  if (seconds <= 0 || now < before) return "-";
  return fmt::format("{:.1f}/s", static_cast<double>(now - before) / seconds);
}

Cell calls_line(const Sighting& sighting, const std::optional<Sighting>& before) {
  const Json& sipd = *sighting.sipd;
  std::string ended_rate = "-";
  std::string received_rate = "-";
  if (before && before->sipd) {
    const auto passed = sighting.at - before->at;
    ended_rate = rate(ended_of(sipd), ended_of(*before->sipd), passed);
    received_rate = rate(core::number_at(member(sipd, "sip"), "received"),
                         core::number_at(member(*before->sipd, "sip"), "received"), passed);
  }
  return {fmt::format("calls      {} live, {} ended ({}), {} shed; {} SIP requests",
                      core::number_at(sipd, "calls"), ended_of(sipd), ended_rate,
                      core::number_at(sipd, "shed"), received_rate),
          Color::bold};
}

Cell registrations_line(const Json& sipd) {
  std::string text =
      fmt::format("phones     {} registered", core::number_at(sipd, "registrations"));
  if (const Json guard = member(sipd, "guard"); !guard.empty())
    text += fmt::format("; {} sources banned, {} wrong passwords", core::number_at(guard, "banned"),
                        core::number_at(guard, "wrong_passwords"));
  return {text};
}

/// "relay udp:127.0.0.1:2223 up, 12 calls": a line for each media relay.
void add_relays(const Json& sipd, std::vector<Cell>& lines) {
  const Json media = member(sipd, "media");
  const auto nodes = media.find("nodes");
  if (nodes == media.end() || !nodes->is_array()) return;
  for (const Json& node : *nodes) {
    const bool is_up = core::bool_at(node, "is_up", false);
    lines.push_back({fmt::format("relay      {} {}, {} calls", core::text_at(node, "address"),
                                 is_up ? "up" : "down", core::number_at(node, "calls")),
                     is_up ? Color::none : Color::red});
  }
}

Cell recording_line(const Json& recorderd) {
  const Json ports = member(recorderd, "ports");
  const Json disk = member(recorderd, "disk");
  std::string text =
      fmt::format("recording  {} running, {} behind; {} of {} port pairs",  //
                  core::number_at(recorderd, "recordings_running"),
                  bytes_text(core::number_at(member(recorderd, "writer"), "bytes_waiting")),
                  core::number_at(ports, "in_use"), core::number_at(ports, "pairs"));
  if (!disk.empty())
    text += fmt::format("; {} free", bytes_text(core::number_at(disk, "bytes_available")));
  const bool has_keys = core::bool_at(member(recorderd, "keys"), "has_ring", true);
  if (!has_keys) text = "recording  none: there is no key ring";
  return {text, has_keys ? Color::none : Color::red};
}

std::string ledger_text(const char* daemon, const Json& status, bool& is_late) {
  const Json ledger = member(status, "ledger");
  if (ledger.empty()) return fmt::format("{} off", daemon);
  const std::int64_t waiting = core::number_at(ledger, "last") - core::number_at(ledger, "shipped");
  const std::int64_t lag_ms = core::number_at(ledger, "lag_ms");
  const bool is_connected = core::bool_at(ledger, "is_connected", true);
  is_late |= !is_connected || lag_ms > kLongLagMs;
  if (waiting <= 0) return fmt::format("{} up to date", daemon);
  return fmt::format("{} {} entries, {} behind{}", daemon, waiting, clock_text(lag_ms),
                     is_connected ? "" : " (no PostgreSQL)");
}

Cell ledger_line(const Sighting& sighting) {
  bool is_late = false;
  std::string text = "ledger     ";
  if (sighting.sipd) text += ledger_text("sipd", *sighting.sipd, is_late);
  if (sighting.sipd && sighting.recorderd) text += "; ";
  if (sighting.recorderd) text += ledger_text("recorderd", *sighting.recorderd, is_late);
  return {text, is_late ? Color::yellow : Color::none};
}

std::string party_text(const Json& call, const char* side) {
  const Json who = member(call, side);
  const std::string number = core::text_at(who, "number", core::text_at(who, "dialled"));
  const std::string name = core::text_at(who, "name");
  return core::printable(name.empty() ? number : number + " " + name);
}

std::string padded(std::string_view text, std::size_t columns) {
  std::string cut = cut_to(text, columns);
  cut.append(columns - std::min(columns, cli::display_width(cut)), ' ');
  return cut;
}

Cell call_line(const Json& call) {
  const std::string state = core::text_at(call, "state");
  return {fmt::format("{} {} {} {:>9} {} {}", padded(party_text(call, "caller"), kPartyColumns),
                      padded(party_text(call, "called"), kPartyColumns), padded(state, 9),
                      clock_text(core::number_at(call, "duration_ms")),
                      core::text_at(call, "recording").empty() ? "   " : "rec",
                      cli::tail(core::text_at(call, "call"))),
          state == "connected" ? Color::none : Color::yellow};
}

}  // namespace

std::string cut_to(std::string_view text, std::size_t columns) {
  std::string cut(text);
  // A whole character of UTF-8 at a time.
  const auto is_inside = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
  };
  while (cli::display_width(cut) > columns) {
    while (is_inside(cut.back())) cut.pop_back();
    cut.pop_back();
  }
  return cut;
}

std::vector<Cell> top_frame(const Sighting& sighting, const std::optional<Sighting>& before,
                            const FrameSize& size) {
  std::vector<Cell> lines;
  if (sighting.sipd) {
    lines.push_back(calls_line(sighting, before));
    lines.push_back(registrations_line(*sighting.sipd));
    add_relays(*sighting.sipd, lines);
  } else {
    lines.push_back(down("sipd", sighting.sipd.error()));
  }
  lines.push_back(sighting.recorderd ? recording_line(*sighting.recorderd)
                                     : down("recorderd", sighting.recorderd.error()));
  if (sighting.sipd || sighting.recorderd) lines.push_back(ledger_line(sighting));
  if (!sighting.calls.empty()) {
    lines.push_back({""});
    lines.push_back(
        {fmt::format("{} {} {} {:>9}     {}", padded("CALLER", kPartyColumns),
                     padded("CALLED", kPartyColumns), padded("STATE", 9), "TIME", "CALL"),
         Color::dim});
    for (const Json& call : sighting.calls) lines.push_back(call_line(call));
  }
  if (lines.size() > size.rows) lines.resize(size.rows, Cell(""));
  for (Cell& line : lines) line.text = cut_to(line.text, size.columns);
  return lines;
}

}  // namespace trunkline::commands
