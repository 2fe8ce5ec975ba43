// SPDX-License-Identifier: MIT
#include "cdrctl/call.h"

#include <fmt/format.h>

#include "core/json.h"

namespace trunkline::commands {
namespace {

std::string party_line(const cdr::Party& party) {
  std::string line = shown(party);
  if (!party.address.empty()) line += fmt::format(" at {}", party.address);
  if (!party.user_agent.empty()) line += fmt::format(" ({})", party.user_agent);
  return line;
}

std::string status_line(const cdr::Call& call) {
  std::string line;
  if (call.sip_status) line = fmt::format("SIP {}", *call.sip_status);
  if (call.q850_cause)
    line += fmt::format("{}Q.850 {}", line.empty() ? "" : ", ", *call.q850_cause);
  return line;
}

/// "MOS 4.1, loss 1.5 %, jitter 2.1 ms, round trip 61 ms", as much of it as is known.
std::string quality_line(const core::Json& figures) {
  std::vector<std::string> words;
  const auto add = [&](const char* key, const char* form) {
    const auto found = figures.find(key);
    if (found == figures.end() || !found->is_number()) return;
    words.push_back(fmt::format(fmt::runtime(form), found->get<double>()));
  };
  add("mos", "MOS {:.1f}");
  add("loss_percent", "loss {:.1f} %");
  // Jitter of nothing is no figure.
  if (!words.empty()) add("jitter_ms", "jitter {:.1f} ms");
  add("round_trip_ms", "round trip {:.0f} ms");
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

std::string shown(const cdr::Party& party) {
  if (party.number.empty() || party.number == party.name) return party.name;
  if (party.name.empty()) return party.number;
  return party.number + " " + party.name;
}

cli::Cell outcome(const cdr::Call& call) {
  if (call.is_live()) return {call.state, cli::Color::cyan};
  if (call.disposition == "answered") return {call.disposition, cli::Color::green};
  if (call.disposition == "failed" || call.disposition == "interrupted") {
    return {call.disposition, cli::Color::red};
  }
  return {call.disposition, cli::Color::yellow};
}

std::string short_id(const cli::Output& out, std::string_view id) {
  return std::string(out.is_terminal() ? cli::tail(id) : id);
}

void begin_calls(cli::Output& out) {
  out.table("cdr.v1", {{"STARTED"},
                       {"CALLER"},
                       {"CALLED"},
                       {"OUTCOME"},
                       {"SIP", cli::Align::right},
                       {"TALK", cli::Align::right},
                       {"RECORDED"},
                       {"CALL"}});
}

void print_call(cli::Output& out, const cdr::Call& call) {
  out.row({out.time(call.started_at), shown(call.caller),
           call.called.name.empty() ? cli::Cell(call.dialled) : cli::Cell(shown(call.called)),
           outcome(call), call.sip_status ? std::to_string(*call.sip_status) : "",
           call.talk_ms ? out.duration(core::Milliseconds(*call.talk_ms)) : "",
           call.recording ? "yes" : "", short_id(out, call.call.text())},
          cdr::to_json(call));
}

std::vector<cli::Field> fields_of(const cli::Output& out, const cdr::Call& call) {
  std::vector<cli::Field> fields{{"call", call.call.text()}, {"outcome", outcome(call)}};
  const auto add = [&](std::string label, std::string text) {
    if (!text.empty()) fields.push_back({std::move(label), std::move(text)});
  };
  const auto add_time = [&](std::string label, const std::optional<core::Time>& time) {
    if (time) add(std::move(label), out.time(*time));
  };
  const auto add_duration = [&](std::string label, const std::optional<std::int64_t>& ms) {
    if (ms) add(std::move(label), out.duration(core::Milliseconds(*ms)));
  };
  add("status", status_line(call));
  add("ended by", call.ended_by);
  add("reason", call.reason);
  add("caller", party_line(call.caller));
  add("called", party_line(call.called));
  add("dialled", call.dialled);
  add("country", call.country);
  add("direction", call.direction);
  add("rule", call.rule);
  add("trunk", call.trunk);
  add("DID", call.did);
  add("campaign", call.campaign);
  add_time("started", call.started_at);
  add_time("ringing", call.ringing_at);
  add_time("answered", call.answered_at);
  add_time("ended", call.ended_at);
  // Below a second the clock form says nothing, so the delay stays in milliseconds.
  if (call.pdd_ms) add("post-dial delay", fmt::format("{} ms", *call.pdd_ms));
  add_duration("rang", call.ring_ms);
  add_duration("talked", call.talk_ms);
  add("recording mode", call.recording_rule.empty()
                            ? call.recording_mode
                            : fmt::format("{} ({})", call.recording_mode, call.recording_rule));
  if (call.recording) add("recording", call.recording->text());
  if (!call.cost.empty()) add("cost", fmt::format("{} {}", call.cost, call.cost_currency));
  add("caller's Call-ID", call.caller.call_id);
  add("called's Call-ID", call.called.call_id);
  return fields;
}

std::vector<cli::Field> media_fields(const cli::Output& out, const core::Json& media) {
  std::vector<cli::Field> fields;
  const auto legs = media.find("legs");
  if (legs == media.end() || !legs->is_array()) return fields;
  for (const core::Json& leg : *legs) {
    const auto count = [&](std::string_view key) {
      return out.count(
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, core::number_at(leg, key))));
    };
    const std::string name = core::text_at(leg, "leg");
    fields.push_back(
        {"media " + name,
         fmt::format("{}, {} received, {} sent, {} lost, {} late, {} refused",
                     core::text_at(leg, "codec", "no codec"), count("packets_received"),
                     count("packets_sent"), count("packets_lost"), count("packets_late"),
                     count("packets_refused"))});
    if (std::string quality = quality_line(leg); !quality.empty()) {
      fields.push_back({"quality " + name, std::move(quality)});
    }
    const auto heard = leg.find("heard");
    if (heard != leg.end()) fields.push_back({"heard by " + name, quality_line(*heard)});
  }
  return fields;
}

}  // namespace trunkline::commands
