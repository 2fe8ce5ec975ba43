// SPDX-License-Identifier: MIT
// FreeSWITCH's mod_cdr_csv by the template "example", without a heading:
//   caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,
//   duration,billsec,hangup_cause,uuid,bleg_uuid,accountcode[,read_codec,write_codec]

#include "foreign/csv_calls.h"
#include "foreign/moment.h"

namespace trunkline::foreign {
namespace freeswitch_csv {
namespace {

enum Field : std::size_t {
  kCallerName,
  kCallerNumber,
  kDestination,
  kContext,
  kStart,
  kAnswer,
  kEnd,
  kDuration,
  kBilled,
  kCause,
  kUuid
};
constexpr std::size_t kLeastFields = kUuid + 1;

std::optional<core::Result<Call>> read(Record record) {
  if (field_of(record, 0) == "caller_id_name") return std::nullopt;
  const auto failed = [](core::Fault fault) {
    return core::Result<Call>(tl::unexpected(std::move(fault)));
  };
  if (record.size() < kLeastFields)
    return failed(
        {core::ExitCode::data, "a record of the template \"example\" has 11 fields or more", {}});
  if (record[kUuid].empty()) return failed({core::ExitCode::data, "it has no uuid", {}});
  const auto started = parse_moment(record[kStart]);
  if (!started) return failed(started.error());
  const auto length = parse_length(record[kDuration]);
  if (!length) return failed(length.error());
  const auto billed = parse_length(record[kBilled]);
  if (!billed) return failed(billed.error());

  Call call{.identity = std::string(record[kUuid]),
            .key = std::string(record[kUuid]),
            .caller_name = std::string(record[kCallerName]),
            .caller = std::string(record[kCallerNumber]),
            .dialled = std::string(record[kDestination]),
            .q850_cause = q850_of(record[kCause]),
            .reason = std::string(record[kCause]),
            .started_at = *started,
            .ended_at = *started + *length};
  if (record[kAnswer].empty()) {
    call.disposition = disposition_word(record[kCause]).value_or(disposition_of(call.q850_cause));
  } else {
    call.disposition = "answered";
    call.answered_at = std::max(*started, call.ended_at - *billed);
    call.talk = *billed;
  }
  return core::Result<Call>(std::move(call));
}

}  // namespace
}  // namespace freeswitch_csv

std::unique_ptr<Reader> open_freeswitch_csv(Input input) {
  return std::make_unique<CsvCalls>(std::move(input.source), input.name, ',', freeswitch_csv::read);
}

}  // namespace trunkline::foreign
