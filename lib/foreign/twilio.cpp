// SPDX-License-Identifier: MIT
// Twilio's list of calls: CSV with a heading (its command line, its console), JSON of the REST API
// ({"calls": [...]}, page by page) or of the command line (an array). Names of fields differ in
// their case and underscores only. Times are UTC, the duration is in seconds from the answer.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "core/json.h"
#include "core/text.h"
#include "foreign/columns.h"
#include "foreign/csv_calls.h"
#include "foreign/moment.h"
#include "foreign/pieces.h"

namespace trunkline::foreign {
namespace twilio {
namespace {

/// A field by its plain name: "starttime".
using Field = std::function<std::string(std::string_view name)>;

core::Result<void> put_times(Call& call, const Field& field) {
  std::string start = field("starttime");
  if (start.empty()) start = field("datecreated");
  const auto started = parse_moment(start);
  if (!started) return tl::unexpected(started.error());
  const auto length = field("duration").empty() ? core::Result<core::Milliseconds>(0)
                                                : parse_length(field("duration"));
  if (!length) return tl::unexpected(length.error());
  call.started_at = *started;
  call.ended_at = *started + *length;
  if (const std::string end = field("endtime"); !end.empty()) {
    const auto ended = parse_moment(end);
    if (!ended) return tl::unexpected(ended.error());
    call.ended_at = *ended;
  }
  if (call.disposition == "answered") {
    call.talk = *length;
    call.answered_at = std::max(*started, call.ended_at - *length);
  }
  return {};
}

core::Result<Call> call_of(const Field& field) {
  std::string sid = field("sid");
  if (sid.empty()) sid = field("callsid");
  if (sid.empty()) return core::fault(core::ExitCode::data, "it has no sid");
  const std::string status = field("status");
  const auto disposition = disposition_word(status);
  if (!disposition)
    return core::fault(core::ExitCode::data,
                       fmt::format("the call has not ended: '{}'", core::printable(status)));
  const std::string direction = core::to_lower(field("direction"));
  Call call{.identity = sid,
            .key = sid,
            .caller_name = field("callername"),
            .caller = field("from"),
            .dialled = field("to"),
            .direction = direction.starts_with("outbound")  ? "outbound"
                         : direction.starts_with("inbound") ? "inbound"
                                                            : "",
            .trunk = field("trunksid"),
            .disposition = *disposition};
  // What was called from outside is the account's; who called out is where a number's SID says so.
  if (call.direction == "inbound") call.did = did_of(call.dialled);
  if (call.direction == "outbound" && !field("phonenumbersid").empty())
    call.did = did_of(call.caller);
  if (auto timed = put_times(call, field); !timed) return tl::unexpected(timed.error());
  return call;
}

class TwilioJson final : public Reader {
 public:
  explicit TwilioJson(Source source) : pieces_(std::move(source), find_json_object) {}

  std::optional<core::Result<Call>> next() override {
    while (waiting_.empty()) {
      const auto piece = pieces_.next();
      if (!piece) return std::nullopt;
      if (!*piece) return failed(piece->error());
      auto json = core::parse_json(**piece);
      if (!json) return failed(json.error());
      const auto calls = json->find("calls");
      if (calls == json->end()) {
        waiting_.push_back(std::move(*json));
      } else if (calls->is_array()) {
        for (core::Json& call : *calls) waiting_.push_back(std::move(call));
      } else {
        return failed({core::ExitCode::data, "its calls are no list", {}});
      }
    }
    record_ = core::to_line(waiting_.front());
    const core::Json object = std::move(waiting_.front());
    waiting_.pop_front();
    if (!object.is_object()) return failed({core::ExitCode::data, "it is no object", {}});
    return call_of([&](std::string_view name) {
      for (const auto& [key, value] : object.items()) {
        if (plain_heading(key) != name) continue;
        if (value.is_string()) return value.get<std::string>();
        return value.is_number() ? value.dump() : std::string();
      }
      return std::string();
    });
  }
  std::uint64_t line() const override { return pieces_.line(); }
  std::string record() const override { return record_; }

 private:
  core::Result<Call> failed(core::Fault fault) {
    if (waiting_.empty() && record_.empty()) record_ = std::string(pieces_.piece());
    return tl::unexpected(std::move(fault));
  }
  Pieces pieces_;
  std::deque<core::Json> waiting_;
  std::string record_;
};

/// The fields by a heading, which is the first record.
class TwilioCsv {
 public:
  std::optional<core::Result<Call>> read(Record record) {
    if (heading_.empty()) {
      for (const std::string_view one : record) heading_.push_back(plain_heading(core::trim(one)));
      return std::nullopt;
    }
    return call_of([&](std::string_view name) {
      const auto found = std::find(heading_.begin(), heading_.end(), name);
      return std::string(field_of(record, static_cast<std::size_t>(found - heading_.begin())));
    });
  }

 private:
  std::vector<std::string> heading_;
};

/// What was read to see which it is comes first again.
Source with_front(Source source, std::string front) {
  return [source = std::move(source), front = std::move(front)](std::span<char> space) mutable {
    if (front.empty()) return source(space);
    const std::size_t size = std::min(front.size(), space.size());
    std::copy_n(front.begin(), size, space.begin());
    front.erase(0, size);
    return size;
  };
}

}  // namespace
}  // namespace twilio

std::unique_ptr<Reader> open_twilio(Input input) {
  std::string front;
  std::array<char, 4096> space{};
  std::size_t first = std::string::npos;
  while (first == std::string::npos) {
    const std::size_t size = input.source(space);
    if (size == 0) break;
    front.append(space.data(), size);
    first = front.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  }
  const bool is_json = first != std::string::npos && (front[first] == '{' || front[first] == '[');
  Source source = twilio::with_front(std::move(input.source), std::move(front));
  if (is_json) return std::make_unique<twilio::TwilioJson>(std::move(source));
  // Shared by the copies of the function only.
  const auto calls = std::make_shared<twilio::TwilioCsv>();
  return std::make_unique<CsvCalls>(std::move(source), input.name, std::nullopt,
                                    [calls](Record record) { return calls->read(record); });
}

}  // namespace trunkline::foreign
