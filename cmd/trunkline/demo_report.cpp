// SPDX-License-Identifier: MIT
#include "trunkline/demo_report.h"

#include <fmt/format.h>

#include <array>

#include "audio/level.h"
#include "audio/waveform.h"
#include "trunkline/daemons.h"

namespace trunkline::commands {
namespace {

/// Speech is far above this, comfort noise and silence below (dBov).
constexpr double kSilent = -50.0;
/// How much shorter a recording may be than the talk: the last packets and the first.
constexpr std::int64_t kSlackMs = 1500;
constexpr std::size_t kWaveformColumns = 64;
constexpr std::size_t kWaveformRows = 2;
constexpr std::array<std::string_view, 2> kChannels{"left   caller", "right  called"};

std::string party_with_address(const core::Json& json) {
  std::string text = core::text_at(json, "name");
  const std::string number = core::text_at(json, "number");
  if (!number.empty()) text += " (" + number + ")";
  const std::string address = core::text_at(json, "address");
  if (!address.empty()) text += " at " + address;
  return text;
}

void report_call(cli::Output& out, const core::Json& call) {
  const auto line = [&](std::string_view label, std::string_view text) {
    if (!text.empty()) out.line(fmt::format("  {:<12} {}", label, text));
  };
  const auto milliseconds = [&](const char* key) {
    return call.contains(key) ? fmt::format("{} ms", core::number_at(call, key)) : std::string();
  };
  out.line("ledger entry", cli::Color::bold);
  line("call", core::text_at(call, "call"));
  line("caller", party_with_address(member(call, "caller")));
  line("called", party_with_address(member(call, "called")));
  line("disposition",
       fmt::format("{}, SIP {}, Q.850 {}, hung up by {}", core::text_at(call, "disposition"),
                   core::number_at(call, "sip_status"), core::number_at(call, "q850_cause"),
                   core::text_at(call, "ended_by", "nobody")));
  line("rule", core::text_at(call, "rule"));
  line("started", out.time(core::text_at(call, "started_at")));
  line("answered", out.time(core::text_at(call, "answered_at")));
  line("ended", out.time(core::text_at(call, "ended_at")));
  line("dial delay", milliseconds("pdd_ms"));
  line("talk", milliseconds("talk_ms"));
}

void report_recording(cli::Output& out, const DemoResult& result) {
  const core::Json& recording = result.recording;
  out.line("recording", cli::Color::bold);
  out.line(fmt::format("  {:<12} {}", "recording", core::text_at(recording, "recording")));
  out.line(fmt::format("  {:<12} {}", "file", core::text_at(recording, "path")));
  out.line(fmt::format("  {:<12} {}, {} channels, {:.1f} s, encrypted under key {}", "content",
                       core::text_at(recording, "codec"), result.clip.channels,
                       static_cast<double>(result.clip.duration_ms()) / 1000,
                       core::text_at(recording, "key_id")));
  for (std::uint16_t channel = 0; channel < result.clip.channels && channel < kChannels.size();
       ++channel) {
    const auto samples = result.clip.channel(channel);
    const audio::Level level = audio::measure_level(samples);
    out.line(fmt::format("  {}  {:.0f} dBov, peak {:.0f} dBov", kChannels.at(channel),
                         level.rms_dbov, level.peak_dbov));
    for (const std::string& row : audio::draw_waveform(samples, kWaveformColumns, kWaveformRows))
      out.line("    " + row);
  }
}

core::Json result_json(const DemoResult& result) {
  core::Json channels = core::Json::array();
  for (std::uint16_t channel = 0; channel < result.clip.channels; ++channel) {
    const audio::Level level = audio::measure_level(result.clip.channel(channel));
    channels.push_back({{"rms_dbov", level.rms_dbov}, {"peak_dbov", level.peak_dbov}});
  }
  return {{"registrations", result.registrations},
          {"call", result.call},
          {"recording", result.recording},
          {"audio", {{"duration_ms", result.clip.duration_ms()}, {"channels", channels}}}};
}

}  // namespace

std::vector<std::string> find_faults(const DemoResult& result) {
  std::vector<std::string> faults;
  if (core::text_at(result.call, "disposition") != "answered")
    faults.push_back(
        fmt::format("the call ended as '{}'", core::text_at(result.call, "disposition")));
  if (core::text_at(result.recording, "status") != "complete")
    faults.push_back(fmt::format("the recording is '{}' {}",
                                 core::text_at(result.recording, "status", "missing"),
                                 core::text_at(result.recording, "reason")));
  const std::int64_t talk_ms = core::number_at(result.call, "talk_ms");
  const auto length_ms = static_cast<std::int64_t>(result.clip.duration_ms());
  if (length_ms + kSlackMs < talk_ms || length_ms > talk_ms + kSlackMs)
    faults.push_back(
        fmt::format("the recording lasts {} ms, the talk lasted {} ms", length_ms, talk_ms));
  for (std::uint16_t channel = 0; channel < kChannels.size(); ++channel)
    if (channel >= result.clip.channels ||
        audio::measure_level(result.clip.channel(channel)).rms_dbov < kSilent)
      faults.push_back(fmt::format("channel {} is silent", channel + 1));
  return faults;
}

void report(cli::Context& context, const DemoResult& result) {
  cli::Output& out = context.out();
  if (out.is_json()) {
    out.json_line("demo.v1", result_json(result));
    return;
  }
  out.line("registrations", cli::Color::bold);
  for (const core::Json& registration : result.registrations)
    out.line(fmt::format("  {:<12} {} over {}, {}, until {}", core::text_at(registration, "name"),
                         core::text_at(registration, "address"),
                         core::text_at(registration, "transport"),
                         core::text_at(registration, "user_agent"),
                         out.time(core::text_at(registration, "expires_at"))));
  report_call(out, result.call);
  report_recording(out, result);
}

}  // namespace trunkline::commands
