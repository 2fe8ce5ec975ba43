// SPDX-License-Identifier: MIT
#include "cdr/rows.h"

namespace trunkline::cdr {
namespace {

std::string text_or_empty(const db::Row& row, std::string_view column) {
  return row.get<std::optional<std::string>>(column).value_or("");
}

/// Reads the columns of a stream in their order.
class Columns {
 public:
  explicit Columns(const db::BinaryRow& row) : row_(row) {}

  void read(std::string& text) { text = row_.text(next_++); }
  void read(core::Time& time) { time = row_.time(next_++); }
  template <class Tag>
  void read(core::Id<Tag>& id) {
    id = core::Id<Tag>(row_.uuid(next_++));
  }
  void read(int& number) { number = row_.integer(next_++); }
  void read(std::int64_t& number) { number = row_.bigint(next_++); }
  template <class T>
  void read(std::optional<T>& value) {
    if (row_.is_null(next_)) {
      value.reset();
      ++next_;
    } else {
      read(value.emplace());
    }
  }
  template <class... Values>
  void read_all(Values&... values) {
    (read(values), ...);
  }

 private:
  const db::BinaryRow& row_;
  int next_ = 0;
};

}  // namespace

void read_call(const db::BinaryRow& row, Call& call) {
  Columns columns(row);
  columns.read_all(call.call, call.tenant, call.node, call.direction, call.caller.device,
                   call.caller.name, call.caller.number, call.caller.call_id, call.caller.address,
                   call.caller.user_agent, call.dialled, call.called.device, call.called.name,
                   call.called.number, call.called.call_id, call.called.address,
                   call.called.user_agent, call.state, call.disposition, call.sip_status,
                   call.q850_cause, call.ended_by, call.reason, call.rule, call.started_at,
                   call.ringing_at, call.answered_at, call.ended_at, call.pdd_ms, call.ring_ms,
                   call.talk_ms, call.recording_mode, call.recording, call.country, call.cost,
                   call.cost_currency, call.trunk, call.did, call.campaign);
}

Call call_of(const db::Row& row) {
  return {.call = row.get<core::CallRef>("call"),
          .tenant = row.get<core::TenantId>("tenant_id"),
          .node = text_or_empty(row, "node"),
          .direction = row.get<std::string>("direction"),
          .caller = {.device = row.get<std::optional<core::DeviceId>>("caller_device"),
                     .name = text_or_empty(row, "caller_name"),
                     .number = text_or_empty(row, "caller_number"),
                     .call_id = text_or_empty(row, "caller_call_id"),
                     .address = text_or_empty(row, "caller_address"),
                     .user_agent = text_or_empty(row, "caller_user_agent")},
          .called = {.device = row.get<std::optional<core::DeviceId>>("called_device"),
                     .name = text_or_empty(row, "called_name"),
                     .number = text_or_empty(row, "called_number"),
                     .call_id = text_or_empty(row, "called_call_id"),
                     .address = text_or_empty(row, "called_address"),
                     .user_agent = text_or_empty(row, "called_user_agent")},
          .dialled = text_or_empty(row, "dialled"),
          .state = row.get<std::string>("state"),
          .disposition = text_or_empty(row, "disposition"),
          .sip_status = row.get<std::optional<int>>("sip_status"),
          .q850_cause = row.get<std::optional<int>>("q850_cause"),
          .ended_by = text_or_empty(row, "ended_by"),
          .reason = text_or_empty(row, "reason"),
          .rule = text_or_empty(row, "rule"),
          .started_at = row.get<core::Time>("started_at"),
          .ringing_at = row.get<std::optional<core::Time>>("ringing_at"),
          .answered_at = row.get<std::optional<core::Time>>("answered_at"),
          .ended_at = row.get<std::optional<core::Time>>("ended_at"),
          .pdd_ms = row.get<std::optional<std::int64_t>>("pdd_ms"),
          .ring_ms = row.get<std::optional<std::int64_t>>("ring_ms"),
          .talk_ms = row.get<std::optional<std::int64_t>>("talk_ms"),
          .recording_mode = text_or_empty(row, "recording_mode"),
          .recording = row.get<std::optional<core::RecordingId>>("recording"),
          .country = text_or_empty(row, "country"),
          .cost = text_or_empty(row, "cost"),
          .cost_currency = text_or_empty(row, "cost_currency"),
          .trunk = text_or_empty(row, "trunk"),
          .did = text_or_empty(row, "did"),
          .campaign = text_or_empty(row, "campaign")};
}

}  // namespace trunkline::cdr
