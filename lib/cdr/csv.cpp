// SPDX-License-Identifier: MIT
#include "cdr/csv.h"

#include <array>

namespace trunkline::cdr {
namespace {

constexpr auto kHeadings = std::to_array<std::string_view>({"call",
                                                            "tenant",
                                                            "node",
                                                            "direction",
                                                            "state",
                                                            "disposition",
                                                            "sip_status",
                                                            "q850_cause",
                                                            "ended_by",
                                                            "reason",
                                                            "caller_name",
                                                            "caller_number",
                                                            "dialled",
                                                            "called_name",
                                                            "called_number",
                                                            "started_at",
                                                            "ringing_at",
                                                            "answered_at",
                                                            "ended_at",
                                                            "pdd_ms",
                                                            "ring_ms",
                                                            "talk_ms",
                                                            "rule",
                                                            "recording_mode",
                                                            "recording",
                                                            "caller_address",
                                                            "called_address",
                                                            "caller_user_agent",
                                                            "called_user_agent",
                                                            "caller_call_id",
                                                            "called_call_id",
                                                            "country",
                                                            "cost",
                                                            "cost_currency",
                                                            "trunk",
                                                            "did",
                                                            "campaign"});

class CsvLine {
 public:
  explicit CsvLine(std::string& text) : text_(text) {}
  CsvLine& add(std::string_view field) {
    if (count_++ > 0) text_ += ',';
    append_csv_field(text_, field);
    return *this;
  }
  template <class Number>
  CsvLine& add(const std::optional<Number>& number) {
    return add(number ? std::to_string(*number) : std::string());
  }
  void finish() { text_ += "\r\n"; }

 private:
  std::string& text_;
  std::size_t count_ = 0;
};

}  // namespace

void append_csv_field(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char letter : text) {
    if (letter == '"') line += '"';
    line += letter;
  }
  line += '"';
}

std::string csv_heading() {
  std::string text;
  CsvLine line(text);
  for (const std::string_view heading : kHeadings) line.add(heading);
  line.finish();
  return text;
}

std::string csv_line(const Call& call, std::string_view tenant_name,
                     const std::function<std::string(core::Time)>& time) {
  std::string text;
  append_csv_line(text, call, tenant_name, time);
  return text;
}

void append_csv_line(std::string& text, const Call& call, std::string_view tenant_name,
                     const std::function<std::string(core::Time)>& time) {
  const auto moment = [&](const std::optional<core::Time>& at) {
    return at ? time(*at) : std::string();
  };
  CsvLine line(text);
  line.add(call.call.text()).add(tenant_name).add(call.node).add(call.direction).add(call.state);
  line.add(call.disposition).add(call.sip_status).add(call.q850_cause).add(call.ended_by);
  line.add(call.reason).add(call.caller.name).add(call.caller.number).add(call.dialled);
  line.add(call.called.name).add(call.called.number).add(time(call.started_at));
  line.add(moment(call.ringing_at)).add(moment(call.answered_at)).add(moment(call.ended_at));
  line.add(call.pdd_ms).add(call.ring_ms).add(call.talk_ms).add(call.rule);
  line.add(call.recording_mode).add(call.recording ? call.recording->text() : std::string());
  line.add(call.caller.address).add(call.called.address).add(call.caller.user_agent);
  line.add(call.called.user_agent).add(call.caller.call_id).add(call.called.call_id);
  line.add(call.country).add(call.cost).add(call.cost_currency);
  line.add(call.trunk).add(call.did).add(call.campaign);
  line.finish();
}

}  // namespace trunkline::cdr
