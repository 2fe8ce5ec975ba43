// SPDX-License-Identifier: MIT
// Asterisk's cdr_csv (Master.csv), without a heading:
//   accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,
//   duration,billsec,disposition,amaflags[,uniqueid[,userfield]]
// A call that rang several phones has a record for each, with the same uniqueid: all of a record is
// its identity, so that none is taken for another.

#include "core/text.h"
#include "foreign/asterisk.h"
#include "foreign/csv_calls.h"
#include "foreign/moment.h"

namespace trunkline::foreign {
namespace asterisk_csv {
namespace {

enum Field : std::size_t {
  kAccount,
  kSource,
  kDestination,
  kContext,
  kCallerId,
  kChannel,
  kToChannel,
  kApplication,
  kApplicationData,
  kStart,
  kAnswer,
  kEnd,
  kDuration,
  kBilled,
  kDisposition,
  kFlags,
  kUniqueId
};
constexpr std::size_t kLeastFields = kFlags + 1;

/// Alice of "Alice" <101>.
std::string name_in(std::string_view caller_id) {
  std::string_view name = core::trim(caller_id.substr(0, caller_id.find('<')));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
    name = name.substr(1, name.size() - 2);
  return std::string(core::trim(name));
}

std::optional<core::Result<Call>> read(Record record) {
  if (field_of(record, 0) == "accountcode") return std::nullopt;
  const auto failed = [](core::Fault fault) {
    return core::Result<Call>(tl::unexpected(std::move(fault)));
  };
  if (record.size() < kLeastFields)
    return failed({core::ExitCode::data, "a record of Master.csv has 16 fields or more", {}});
  const auto started = parse_moment(record[kStart]);
  if (!started) return failed(started.error());
  const auto length = parse_length(record[kDuration]);
  if (!length) return failed(length.error());
  const auto billed = parse_length(record[kBilled]);
  if (!billed) return failed(billed.error());
  const auto disposition = disposition_word(record[kDisposition]);
  if (!disposition)
    return failed({core::ExitCode::data,
                   "unknown disposition '" + core::printable(record[kDisposition]) + "'",
                   {}});

  Call call{.identity = written(record),
            .key = std::string(field_of(record, kUniqueId)),
            .caller_name = name_in(record[kCallerId]),
            .caller = std::string(record[kSource]),
            .called_name = device_of_channel(record[kToChannel]),
            .dialled = std::string(record[kDestination]),
            .disposition = *disposition,
            .started_at = *started,
            .ended_at = *started + *length};
  tell_way(call, record[kChannel], record[kToChannel]);
  // Not its own time of the answer: local times are two in the hour that happens twice.
  if (*disposition == "answered") {
    call.answered_at = std::max(*started, call.ended_at - *billed);
    call.talk = *billed;
  }
  return core::Result<Call>(std::move(call));
}

}  // namespace
}  // namespace asterisk_csv

std::unique_ptr<Reader> open_asterisk_csv(Input input) {
  return std::make_unique<CsvCalls>(std::move(input.source), input.name, ',', asterisk_csv::read);
}

}  // namespace trunkline::foreign
