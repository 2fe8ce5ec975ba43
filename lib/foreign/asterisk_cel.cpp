// SPDX-License-Identifier: MIT
// Asterisk's channel events (cel_custom/Master.csv, as in cel_custom.conf.sample), without a
// heading:
//   eventtype,eventtime,callerid name,callerid num,ANI,RDNIS,DNID,exten,context,channame,appname,
//   appdata,amaflags,accountcode,uniqueid,linkedid[,bridgepeer,userfield,userdeftype,eventextra]
// A call is all events of one linkedid: it begins with the channel of that name and ends with
// LINKEDID_END, or with that channel where the file has no such event.

#include <deque>
#include <map>

#include "core/json.h"
#include "core/text.h"
#include "foreign/asterisk.h"
#include "foreign/csv_calls.h"
#include "foreign/moment.h"

namespace trunkline::foreign {
namespace asterisk_cel {
namespace {

enum Field : std::size_t {
  kEvent,
  kTime,
  kCallerName,
  kCallerNumber,
  kExtension = 7,
  kChannel = 9,
  kUniqueId = 14,
  kLinkedId = 15,
  kExtra = 19
};
constexpr std::size_t kLeastFields = kLinkedId + 1;

struct OpenCall {
  Call call = {};
  bool has_started = false;
  bool has_ended = false;
  std::string dial_status = {};
  std::string from_channel = {};
  std::string to_channel = {};  ///< that answered, or the only one that was tried
  std::size_t tried = 0;
  std::uint64_t line = 0;  ///< of its first event
  std::string record = {};
};

void hang_up(OpenCall& open, std::string_view extra) {
  const auto json = core::parse_json(extra);
  if (!json || !json->is_object()) return;
  if (const std::int64_t cause = core::number_at(*json, "hangupcause"); cause > 0 && cause <= 127)
    open.call.q850_cause = static_cast<int>(cause);
  open.dial_status = core::text_at(*json, "dialstatus");
}

void take(OpenCall& open, Record record, core::Time at) {
  Call& call = open.call;
  const std::string_view event = record[kEvent];
  const bool is_callers = record[kUniqueId] == record[kLinkedId];
  if (is_callers && event == "CHAN_START") {
    open.has_started = true;
    call.started_at = call.ended_at = at;
    call.caller_name = record[kCallerName];
    call.caller = record[kCallerNumber];
    call.dialled = record[kExtension];
    open.from_channel = record[kChannel];
  }
  if (!is_callers && event == "CHAN_START" && call.called_name.empty())
    open.to_channel = ++open.tried == 1 ? record[kChannel] : std::string_view();
  if (is_callers && call.dialled.empty() && record[kExtension] != "s")
    call.dialled = record[kExtension];
  if (is_callers && call.caller.empty()) call.caller = record[kCallerNumber];
  if (!is_callers && event == "ANSWER" && call.called_name.empty()) {
    call.called_name = device_of_channel(record[kChannel]);
    call.called = record[kCallerNumber];
    open.to_channel = record[kChannel];
  }
  if (is_callers && (event == "ANSWER" || event == "BRIDGE_ENTER") && !call.answered_at)
    call.answered_at = at;
  if (is_callers && event == "HANGUP") hang_up(open, field_of(record, kExtra));
  if (is_callers && (event == "HANGUP" || event == "CHAN_END")) open.has_ended = true;
  // Local times may step back in autumn; a call does not.
  call.ended_at = std::max(call.ended_at, at);
}

class Events final : public Reader {
 public:
  Events(Source source, const std::string& name)
      : reader_(std::move(source), name, {.delimiter = ',', .is_ragged = true}) {}

  std::optional<core::Result<Call>> next() override {
    while (!is_over_) {
      const auto has_record = reader_.next();
      if (!has_record) {
        is_over_ = reader_.is_broken();
        line_ = reader_.line();
        record_.clear();
        return core::Result<Call>(tl::unexpected(has_record.error()));
      }
      if (!*has_record)
        is_over_ = true;
      else if (auto answer = read(reader_.fields()))
        return answer;
    }
    if (open_.empty()) return std::nullopt;
    return finish(open_.begin());
  }
  std::uint64_t line() const override { return line_; }
  std::string record() const override { return record_; }

 private:
  using OpenCalls = std::map<std::string, OpenCall, std::less<>>;

  std::optional<core::Result<Call>> read(Record record) {
    if (field_of(record, kEvent) == "eventtype") return std::nullopt;
    line_ = reader_.line();
    if (record.size() < kLeastFields || record[kLinkedId].empty()) {
      record_ = written(record);
      return core::Result<Call>(
          core::fault(core::ExitCode::data, "an event has 16 fields or more, and a linkedid"));
    }
    const auto at = parse_moment(record[kTime]);
    if (!at) {
      record_ = written(record);
      return core::Result<Call>(tl::unexpected(at.error()));
    }
    auto open = open_.find(record[kLinkedId]);
    if (open == open_.end()) {
      open = open_
                 .emplace(std::string(record[kLinkedId]),
                          OpenCall{.line = reader_.line(), .record = written(record)})
                 .first;
      open->second.call.key = record[kLinkedId];
    }
    take(open->second, record, *at);
    if (record[kEvent] != "LINKEDID_END") return std::nullopt;
    return finish(open);
  }

  core::Result<Call> finish(OpenCalls::iterator which) {
    OpenCall open = std::move(which->second);
    open_.erase(which);
    line_ = open.line;
    record_ = std::move(open.record);
    if (!open.has_started)
      return core::fault(core::ExitCode::data, "its beginning is in another file",
                         "give the files as one: cat Master.csv.1 Master.csv");
    if (!open.has_ended)
      return core::fault(core::ExitCode::data, "it has not ended in this file",
                         "give the files as one: cat Master.csv.1 Master.csv");
    Call call = std::move(open.call);
    call.identity = call.key;
    tell_way(call, open.from_channel, open.to_channel);
    if (call.answered_at) {
      call.disposition = "answered";
    } else {
      call.disposition =
          disposition_word(open.dial_status).value_or(disposition_of(call.q850_cause));
    }
    return call;
  }

  cdr::CsvReader reader_;
  OpenCalls open_;
  std::uint64_t line_ = 0;
  std::string record_;
  bool is_over_ = false;
};

}  // namespace
}  // namespace asterisk_cel

std::unique_ptr<Reader> open_asterisk_cel(Input input) {
  return std::make_unique<asterisk_cel::Events>(std::move(input.source), input.name);
}

}  // namespace trunkline::foreign
