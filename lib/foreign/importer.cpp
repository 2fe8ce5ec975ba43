// SPDX-License-Identifier: MIT
#include "foreign/importer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "db/transaction.h"

namespace trunkline::foreign {
namespace {

constexpr std::size_t kBlockRows = 20'000;
constexpr std::uint16_t kColumns = 22;
// A block has a hundred thousand index entries to make, on a busy server's disk.
constexpr core::Milliseconds kPatience = std::chrono::minutes(5);
// Projections of our own calls keep as much of a text from outside.
constexpr std::size_t kLongestField = 255;

// How far the source's clock may be ahead of ours.
constexpr core::Milliseconds kClockError = std::chrono::hours(1);

/// Without what PostgreSQL cannot hold, cut at a character.
std::string kept(std::string_view text) {
  if (!core::is_utf8(text)) return kept(core::printable(text));
  std::string out(text.substr(0, kLongestField));
  // Of a character that was cut in two nothing stays (RFC 3629).
  if (text.size() > kLongestField)
    while (!out.empty() && !core::is_utf8(out)) out.pop_back();
  std::erase(out, '\0');
  return out;
}

std::optional<std::string> some(std::string_view text) {
  std::string out = kept(text);
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::string month_of(core::Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  return fmt::format("{:04}-{:02}-01", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()));
}

std::int64_t milliseconds(core::Time from, core::Time to) {
  return std::chrono::duration_cast<core::Milliseconds>(to - from).count();
}

Imported store_block(db::Connection& connection, const core::Uuid& batch,
                     const db::BinaryRows& rows) {
  static constexpr db::Statement kOpen{"SELECT trunkline.import_open()"};
  static constexpr db::Statement kCopy{
      "COPY trunkline.import_staging (call, direction, disposition, q850_cause, ended_by, reason,"
      " caller_name, caller_number, caller_original, dialled, called_name, called_number,"
      " started_at, ringing_at, answered_at, ended_at, ring_ms, talk_ms, import_key, trunk, did,"
      " campaign)"
      " FROM STDIN (FORMAT binary)"};
  static constexpr db::Statement kStore{"SELECT added, duplicates FROM trunkline.import_store($1)"};
  db::Transaction transaction(connection);
  connection.query(kOpen);
  connection.copy_in(kCopy, rows);
  const db::Rows stored = connection.query(kStore, {batch});
  const Imported imported{
      .added = static_cast<std::uint64_t>(stored.only().get<std::int64_t>("added")),
      .duplicates = static_cast<std::uint64_t>(stored.only().get<std::int64_t>("duplicates"))};
  transaction.commit();
  return imported;
}

}  // namespace

core::CallRef call_ref(std::string_view source, const Call& call) {
  crypto::Sha256Stream digest;
  digest.add("trunkline import 1");
  digest.add_u32(static_cast<std::uint32_t>(source.size()));
  digest.add(source);
  digest.add(call.identity);
  const crypto::Sha256 hash = digest.finish();
  std::array<std::byte, 16> bytes{};
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  // RFC 9562 5.7: 48 bits of milliseconds, version 7, variant 10.
  const auto since_epoch =
      static_cast<std::uint64_t>(core::to_microseconds(call.started_at) / 1000);
  core::write_u32(bytes, 0, static_cast<std::uint32_t>(since_epoch >> 16U));
  core::write_u16(bytes, 4, static_cast<std::uint16_t>(since_epoch & 0xffffU));
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return core::CallRef(core::Uuid(bytes));
}

Importer::Importer(db::Connection& connection, Batch batch, core::Time now)
    : connection_(connection),
      batch_(std::move(batch)),
      id_(core::Uuid::make(now)),
      latest_(now + kClockError),
      numbers_(batch_.region) {
  static constexpr db::Statement kBegin{"SELECT trunkline.import_begin($1, $2, $3, $4, $5)"};
  static constexpr db::Statement kArchived{
      "SELECT DISTINCT month::text AS month FROM trunkline.archive"
      " WHERE table_name = 'cdr' AND restored_at IS NULL"};
  connection_.set_statement_timeout(kPatience);
  for (const db::Row row : connection_.query(kArchived))
    archived_months_.insert(row.get<std::string>("month"));
  connection_.query(kBegin, {id_, batch_.tenant, batch_.source, batch_.format, batch_.file});
}

Importer::~Importer() {
  // A block that is being stored uses the connection.
  if (storing_.valid()) storing_.wait();
}

core::Result<void> Importer::add(const Call& call) {
  if (call.started_at > latest_)
    return core::fault(core::ExitCode::data, "it starts in the future",
                       "give the source's time zone: --tz Europe/Berlin");
  const std::string month = month_of(call.started_at);
  if (archived_months_.contains(month))
    return core::fault(
        core::ExitCode::data, fmt::format("the calls of {} are archived", month.substr(0, 7)),
        fmt::format("bring them back: cdrctl archive restore {}", month.substr(0, 7)));
  months_.insert(month);
  put(call);
  if (rows_.rows() >= kBlockRows) store();
  return {};
}

void Importer::put(const Call& call) {
  const std::optional<std::string> caller = numbers_.e164(call.caller);
  const std::optional<std::string> called = numbers_.e164(reached(call));
  const std::string caller_number = caller.value_or(call.caller);
  rows_.begin_row(kColumns);
  rows_.add(call_ref(batch_.source, call).uuid());
  rows_.add(call.direction.empty() ? guessed_direction(call.caller, reached(call))
                                   : call.direction);
  rows_.add(call.disposition);
  call.q850_cause ? rows_.add_integer(*call.q850_cause) : rows_.add_null();
  rows_.add_null();  // who hung up: none of the formats says it
  rows_.add_text(some(call.reason));
  rows_.add_text(some(call.caller_name));
  rows_.add_text(some(caller_number));
  rows_.add_text(caller_number == call.caller ? std::nullopt : some(call.caller));
  rows_.add_text(some(call.dialled.empty() ? call.called : call.dialled));
  rows_.add_text(some(call.called_name));
  rows_.add_text(some(called.value_or(reached(call))));
  rows_.add(call.started_at);
  rows_.add_null();  // when it began to ring: nor that
  call.answered_at ? rows_.add(*call.answered_at) : rows_.add_null();
  rows_.add(call.ended_at);
  rows_.add_bigint(milliseconds(call.started_at, call.answered_at.value_or(call.ended_at)));
  if (call.talk)
    rows_.add_bigint(call.talk->count());
  else if (call.answered_at)
    rows_.add_bigint(milliseconds(*call.answered_at, call.ended_at));
  else
    rows_.add_null();
  rows_.add_text(some(call.key));
  rows_.add_text(some(call.trunk));
  // Spelt one way, or a report would count one number as two.
  rows_.add_text(numbers_.e164(call.did));
  rows_.add_text(some(call.campaign));
}

void Importer::store() {
  static constexpr db::Statement kMonths{"SELECT trunkline.import_months($1::text[]::date[])"};
  wait();
  if (rows_.rows() == 0) return;
  std::vector<std::string> wanted;
  std::set_difference(months_.begin(), months_.end(), made_months_.begin(), made_months_.end(),
                      std::back_inserter(wanted));
  // A transaction of its own: it locks the months of others for a moment.
  if (!wanted.empty()) connection_.query(kMonths, {db::Value::array(wanted)});
  made_months_.insert(wanted.begin(), wanted.end());
  std::swap(rows_, in_hand_);
  rows_.clear();
  storing_ =
      std::async(std::launch::async, [this] { return store_block(connection_, id_, in_hand_); });
}

void Importer::wait() {
  if (!storing_.valid()) return;
  const Imported stored = storing_.get();
  imported_.added += stored.added;
  imported_.duplicates += stored.duplicates;
}

Imported Importer::finish(std::uint64_t rejected, core::ByteView sha256, std::uint64_t bytes) {
  static constexpr db::Statement kEnd{"SELECT trunkline.import_end($1, $2, $3, $4)"};
  store();
  wait();
  connection_.query(kEnd, {id_, rejected, sha256, bytes});
  return imported_;
}

}  // namespace trunkline::foreign
