// SPDX-License-Identifier: MIT
// CSV of any system, by a map of its columns. What is not mapped is worked out: the end from the
// duration, the answer from the talk, the outcome from whether there was any.

#include <fmt/format.h>

#include <array>

#include "core/text.h"
#include "foreign/csv_calls.h"
#include "foreign/moment.h"

namespace trunkline::foreign {
namespace {

constexpr std::array<std::string_view, 17> kCallFields{
    "id",        "caller",   "caller_name", "called",      "called_name", "dialled",
    "direction", "trunk",    "did",         "campaign",    "started",     "answered",
    "ended",     "duration", "talk",        "disposition", "cause"};

class MappedCalls {
 public:
  explicit MappedCalls(Input input)
      : columns_(std::move(input.columns)), time_form_(std::move(input.time_form)) {}

  std::optional<core::Result<Call>> read(Record record) {
    if (!is_placed_) {
      auto places = ColumnPlaces::find(columns_, record);
      if (!places) return core::Result<Call>(tl::unexpected(std::move(places.error())));
      places_ = std::move(*places);
      is_placed_ = true;
      if (!are_numbered(columns_)) return std::nullopt;
    }
    return call_of(record);
  }

 private:
  core::Result<Call> call_of(Record record) const {
    Call call{.key = text(record, "id"),
              .caller_name = text(record, "caller_name"),
              .caller = text(record, "caller"),
              .called_name = text(record, "called_name"),
              .dialled = text(record, places_.has("dialled") ? "dialled" : "called"),
              .called = text(record, "called"),
              .direction = core::to_lower(text(record, "direction")),
              .trunk = text(record, "trunk"),
              .did = text(record, "did"),
              .campaign = text(record, "campaign")};
    call.identity = call.key.empty() ? written(record) : call.key;
    if (auto timed = put_times(call, record); !timed) return tl::unexpected(timed.error());
    if (auto put = put_outcome(call, record); !put) return tl::unexpected(put.error());
    return call;
  }

  std::string text(Record record, std::string_view field) const {
    return std::string(core::trim(places_.text(record, field)));
  }
  core::Result<core::Time> moment(std::string_view text) const {
    return time_form_.empty() ? parse_moment(text) : parse_moment(text, time_form_);
  }

  core::Result<void> put_times(Call& call, Record record) const {
    const auto started = moment(places_.text(record, "started"));
    if (!started) return tl::unexpected(started.error());
    call.started_at = call.ended_at = *started;
    std::optional<core::Time> ended;
    if (const std::string answered = text(record, "answered"); !answered.empty()) {
      const auto at = moment(answered);
      if (!at) return tl::unexpected(at.error());
      call.answered_at = *at;
    }
    if (const std::string duration = text(record, "duration"); !duration.empty()) {
      const auto length = parse_length(duration);
      if (!length) return tl::unexpected(length.error());
      ended = *started + *length;
    } else if (const std::string end = text(record, "ended"); !end.empty()) {
      const auto at = moment(end);
      if (!at) return tl::unexpected(at.error());
      ended = *at;
    }
    if (const std::string talk = text(record, "talk"); !talk.empty()) {
      const auto length = parse_length(talk);
      if (!length) return tl::unexpected(length.error());
      call.talk = *length;
      if (!ended) ended = call.answered_at.value_or(*started) + *length;
    }
    call.ended_at = ended.value_or(call.answered_at.value_or(*started));
    return {};
  }

  core::Result<void> put_outcome(Call& call, Record record) const {
    if (const std::string cause = text(record, "cause"); !cause.empty()) {
      const auto number = core::parse_unsigned(cause);
      call.q850_cause =
          number && *number <= 127 ? std::optional(static_cast<int>(*number)) : q850_of(cause);
      if (!call.q850_cause) call.reason = cause;
    }
    const bool was_answered =
        call.answered_at.has_value() || call.talk.value_or(core::Milliseconds(0)).count() > 0;
    if (const std::string word = text(record, "disposition"); !word.empty()) {
      const auto ours = disposition_word(word);
      if (!ours)
        return core::fault(core::ExitCode::data,
                           fmt::format("unknown disposition '{}'", core::printable(word)));
      call.disposition = *ours;
    } else {
      call.disposition = was_answered      ? "answered"
                         : call.q850_cause ? disposition_of(call.q850_cause)
                                           : "missed";
    }
    if (call.disposition != "answered") {
      call.answered_at.reset();
      call.talk.reset();
    } else if (!call.answered_at && call.talk) {
      call.answered_at = std::max(call.started_at, call.ended_at - *call.talk);
    }
    return {};
  }

  Columns columns_;
  std::string time_form_;
  ColumnPlaces places_;
  bool is_placed_ = false;
};

}  // namespace

std::span<const std::string_view> call_fields() {
  return kCallFields;
}

std::unique_ptr<Reader> open_csv(Input input) {
  Source source = input.source;
  const std::string name = input.name;
  const auto calls = std::make_shared<MappedCalls>(std::move(input));
  return std::make_unique<CsvCalls>(std::move(source), name, std::nullopt,
                                    [calls](Record record) { return calls->read(record); });
}

}  // namespace trunkline::foreign
