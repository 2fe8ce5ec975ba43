// SPDX-License-Identifier: MIT
#include "foreign/freeswitch.h"

#include "core/text.h"
#include "foreign/moment.h"

namespace trunkline::foreign {
namespace {

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/// Microseconds where they are there, else seconds; "0" is no time.
core::Result<std::optional<core::Time>> moment_of(const FreeswitchCall& from,
                                                  const std::string& what) {
  for (const char* const ending : {"_uepoch", "_epoch"}) {
    const std::string text = from.variable(what + ending);
    if (text.empty()) continue;
    if (text == "0") return std::nullopt;
    const auto at = parse_moment(text);
    if (!at) return tl::unexpected(at.error());
    return *at;
  }
  return std::nullopt;
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts)
    if (!text.empty()) return text;
  return {};
}

/// NAME of the only sofia/gateway/NAME/... in what was dialled; "" where several were tried.
std::string gateway_in(std::string_view dial_string) {
  constexpr std::string_view kGateway = "sofia/gateway/";
  std::string_view only;
  for (std::size_t at = dial_string.find(kGateway); at != std::string_view::npos;
       at = dial_string.find(kGateway, at)) {
    at += kGateway.size();
    const std::string_view name = dial_string.substr(at, dial_string.find('/', at) - at);
    if (!only.empty() && name != only) return {};
    only = name;
  }
  return std::string(only);
}

/// FusionPBX says it, or the leg's gateway does; FreeSWITCH's own "direction" is that of the
/// channel towards the switch.
std::string direction_of(const FreeswitchCall& from) {
  std::string said = core::to_lower(from.variable("call_direction"));
  if (said == "local") return "internal";
  if (said == "inbound" || said == "outbound" || said == "internal") return said;
  // mod_sofia names the one by which a leg came, and the one by which it made a leg.
  if (!from.variable("sip_gateway").empty()) return "inbound";
  return from.variable("sip_gateway_name").empty() ? "" : "outbound";
}

/// Trunk and DID of a call with its direction and numbers.
void put_way(Call& call, const FreeswitchCall& from) {
  const std::string direction =
      call.direction.empty() ? guessed_direction(call.caller, reached(call)) : call.direction;
  if (direction == "inbound") {
    call.trunk = from.variable("sip_gateway");
    call.did = did_of(first_of({from.first_profile("destination_number"), call.dialled}));
  } else if (direction != "internal") {
    call.trunk = from.variable("sip_gateway_name");
    if (call.trunk.empty() && from.variable("last_app") == "bridge")
      call.trunk = gateway_in(from.variable("last_arg"));
  }
}

}  // namespace

core::Result<Call> freeswitch_call(const FreeswitchCall& from) {
  const std::string uuid = from.variable("uuid");
  if (uuid.empty()) return core::fault(core::ExitCode::data, "it has no uuid");
  const auto started = moment_of(from, "start");
  const auto answered = moment_of(from, "answer");
  const auto ended = moment_of(from, "end");
  for (const auto* const at : {&started, &answered, &ended})
    if (!*at) return tl::unexpected(at->error());
  if (!*started || !*ended)
    return core::fault(core::ExitCode::data, "it has no start_epoch or no end_epoch");
  const auto cause = core::parse_unsigned(from.variable("hangup_cause_q850"));
  const std::string cause_name = from.variable("hangup_cause");
  Call call{
      .identity = uuid,
      .key = uuid,
      .caller_name = first_of({from.profile("caller_id_name"), from.variable("caller_id_name"),
                               from.variable("effective_caller_id_name")}),
      .caller = first_of({from.profile("caller_id_number"), from.variable("caller_id_number"),
                          from.variable("sip_from_user")}),
      .dialled = first_of({from.profile("destination_number"), from.variable("destination_number"),
                           from.variable("sip_to_user")}),
      .called = from.profile("callee_id_number"),
      .direction = direction_of(from),
      .q850_cause =
          cause && *cause <= 127 ? std::optional(static_cast<int>(*cause)) : q850_of(cause_name),
      .reason = cause_name,
      .started_at = **started,
      .answered_at = *answered,
      .ended_at = **ended};
  put_way(call, from);
  if (call.answered_at) {
    call.disposition = "answered";
    call.talk = std::chrono::duration_cast<core::Milliseconds>(call.ended_at - *call.answered_at);
  } else {
    call.disposition = disposition_word(cause_name).value_or(disposition_of(call.q850_cause));
  }
  return call;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace trunkline::foreign
