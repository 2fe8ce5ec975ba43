// SPDX-License-Identifier: MIT
#include "cdrctl/recording.h"

#include <fmt/format.h>

#include "cdrctl/ledger.h"
#include "core/strong.h"

namespace trunkline::commands {
namespace {

std::string format_of(const catalogue::Recording& recording) {
  if (recording.codec.empty()) return {};
  return fmt::format("{}, {} channels, {} Hz", recording.codec, recording.channels,
                     recording.sample_rate);
}

}  // namespace

cli::Cell status_of(const catalogue::Recording& recording) {
  if (recording.status == "complete") return {recording.status, cli::Color::green};
  if (recording.status == "recording") return {recording.status, cli::Color::cyan};
  if (recording.status == "failed") return {recording.status, cli::Color::red};
  return {recording.status, cli::Color::yellow};
}

std::vector<cli::Field> fields_of(const cli::Output& out, const catalogue::Recording& recording) {
  std::vector<cli::Field> fields{{"recording", recording.recording.text()},
                                 {"status", status_of(recording)}};
  const auto add = [&](std::string label, std::string text) {
    if (!text.empty()) fields.push_back({std::move(label), std::move(text)});
  };
  add("reason", recording.reason);
  add("call", recording.call.text());
  add("caller", recording.caller);
  add("called", recording.called);
  add("started", out.time(recording.started_at));
  if (recording.ended_at) add("ended", out.time(*recording.ended_at));
  if (recording.duration_ms) {
    add("length", out.duration(core::Milliseconds(*recording.duration_ms)));
  }
  if (recording.bytes) {
    add("size", out.size(core::ByteCount(static_cast<std::uint64_t>(*recording.bytes))));
  }
  if (recording.erased_at) add("erased", out.time(*recording.erased_at));
  add("erased by", recording.erased_why);
  if (recording.erasure) add("erasure", recording.erasure->text());
  add("format", format_of(recording));
  add("file", recording.path);
  add("key", recording.key_id);
  for (const core::Json& leg : recording.legs) {
    add("leg " + core::text_at(leg, "leg"),
        fmt::format("{} packets received, {} written, {} lost, {} late, {} ms paused",
                    core::number_at(leg, "packets_received"),
                    core::number_at(leg, "packets_written"), core::number_at(leg, "packets_lost"),
                    core::number_at(leg, "packets_late"), core::number_at(leg, "paused_ms")));
  }
  return fields;
}

catalogue::Recording find_at_recorderd(cli::Context& context, const std::string& which) {
  control::Client client = recorderd(context);
  core::Result<core::Json> body = client.call("recording.show", {{"recording", which}});
  if (!body && body.error().code == core::ExitCode::no_input) {
    if (auto of_call = client.call("recording.show", {{"call", which}})) body = std::move(of_call);
  }
  return core::value_or_throw(catalogue::parse_recording(core::value_or_throw(std::move(body))));
}

}  // namespace trunkline::commands
