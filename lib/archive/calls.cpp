// SPDX-License-Identifier: MIT
#include "archive/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "archive/rows.h"
#include "core/text.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;

// A UUID's tail this short would fit too many.
constexpr std::size_t kTailMin = 4;

std::optional<int> small_number(const Rows& rows, std::string_view column) {
  const auto number = rows.number(column);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

cdr::Party party_of(const Rows& rows, const std::string& side) {
  const auto device = rows.uuid_or_none(side + "_device");
  return {.device = device ? std::optional(core::DeviceId(*device)) : std::nullopt,
          .name = std::string(rows.text(side + "_name")),
          .number = std::string(rows.text(side + "_number")),
          .call_id = std::string(rows.text(side + "_call_id")),
          .address = std::string(rows.text(side + "_address")),
          .user_agent = std::string(rows.text(side + "_user_agent"))};
}

/// "0.030000" as "0.03": the column keeps more places than most prices have.
std::string shortest(std::string_view amount) {
  if (amount.find('.') == std::string_view::npos) return std::string(amount);
  amount = amount.substr(0, amount.find_last_not_of('0') + 1);
  if (amount.ends_with('.')) amount.remove_suffix(1);
  return std::string(amount);
}

/// Months of calls that count, in the order asked for.
std::vector<Archived> months_of_calls(const std::vector<Archived>& archives, bool is_oldest_first) {
  std::vector<Archived> months;
  for (const Archived& one : archives)
    if (one.table == "cdr" && one.counts()) months.push_back(one);
  if (!is_oldest_first) std::reverse(months.begin(), months.end());
  return months;
}

bool can_have(const Archived& month, const cdr::Filter& filter) {
  return (!filter.since || end_of(month.month) > *filter.since) &&
         (!filter.until || begin_of(month.month) < *filter.until);
}

}  // namespace

cdr::Call call_of(const Rows& rows) {
  const auto recording = rows.uuid_or_none("recording");
  return {.call = core::CallRef(rows.uuid("call")),
          .tenant = core::TenantId(rows.uuid("tenant_id")),
          .node = std::string(rows.text("node")),
          .direction = std::string(rows.text("direction")),
          .caller = party_of(rows, "caller"),
          .called = party_of(rows, "called"),
          .dialled = std::string(rows.text("dialled")),
          .state = std::string(rows.text("state")),
          .disposition = std::string(rows.text("disposition")),
          .sip_status = small_number(rows, "sip_status"),
          .q850_cause = small_number(rows, "q850_cause"),
          .ended_by = std::string(rows.text("ended_by")),
          .reason = std::string(rows.text("reason")),
          .rule = std::string(rows.text("rule")),
          .started_at = rows.time("started_at"),
          .ringing_at = rows.time_or_none("ringing_at"),
          .answered_at = rows.time_or_none("answered_at"),
          .ended_at = rows.time_or_none("ended_at"),
          .pdd_ms = rows.number("pdd_ms"),
          .ring_ms = rows.number("ring_ms"),
          .talk_ms = rows.number("talk_ms"),
          .recording_mode = std::string(rows.text("recording_mode")),
          .recording = recording ? std::optional(core::RecordingId(*recording)) : std::nullopt,
          .country = std::string(rows.text("country")),
          .cost = shortest(rows.text("cost")),
          .cost_currency = std::string(rows.text("cost_currency")),
          .trunk = std::string(rows.text("trunk")),
          .did = std::string(rows.text("did")),
          .campaign = std::string(rows.text("campaign"))};
}

std::uint64_t for_each_archived(const fs::path& folder, const std::vector<Archived>& archives,
                                const cdr::Filter& filter,
                                const std::function<bool(const cdr::Call&)>& use) {
  std::uint64_t given = 0;
  const auto is_enough = [&] { return filter.limit != 0 && given >= filter.limit; };
  for (const Archived& month : months_of_calls(archives, filter.is_oldest_first)) {
    if (is_enough()) break;
    if (!can_have(month, filter)) continue;
    // Files are written oldest first; of a list that begins with the newest the end is wanted.
    std::deque<cdr::Call> newest;
    Rows rows(folder / month.file);
    while (rows.next()) {
      cdr::Call call = call_of(rows);
      if (!cdr::passes(filter, call)) continue;
      if (!filter.is_oldest_first) {
        newest.push_back(std::move(call));
        if (filter.limit != 0 && newest.size() > filter.limit - given) newest.pop_front();
        continue;
      }
      ++given;
      if (!use(call)) return given;
      if (is_enough()) return given;
    }
    for (auto call = newest.rbegin(); call != newest.rend(); ++call) {
      ++given;
      if (!use(*call)) return given;
    }
  }
  return given;
}

core::Result<cdr::Call> find_archived(const fs::path& folder, const std::vector<Archived>& archives,
                                      std::string_view which) {
  const std::string tail = core::to_lower(which);
  const auto is_wanted = [&](const cdr::Call& call) {
    const auto is = [&](const std::string& text) { return !text.empty() && text == which; };
    return which == "last" || is(call.caller.name) || is(call.caller.number) || is(call.dialled) ||
           is(call.called.name) || is(call.called.number) || is(call.caller.call_id) ||
           is(call.called.call_id) ||
           (which.size() >= kTailMin && call.call.text().ends_with(tail));
  };
  for (const Archived& month : months_of_calls(archives, false)) {
    std::optional<cdr::Call> found;
    Rows rows(folder / month.file);
    while (rows.next()) {
      cdr::Call call = call_of(rows);
      if (is_wanted(call)) found = std::move(call);
    }
    if (found) return std::move(*found);
  }
  return core::fault(
      core::ExitCode::no_input,
      fmt::format("cannot find call '{}' in archived months", core::printable(which)),
      "months that are archived: cdrctl archive list");
}

}  // namespace trunkline::archive
