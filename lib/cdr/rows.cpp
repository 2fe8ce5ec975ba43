// SPDX-License-Identifier: MIT
#include "cdr/rows.h"

namespace trunkline::cdr {
namespace {

std::string text_or_empty(const db::Row& row, std::string_view column) {
  return row.get<std::optional<std::string>>(column).value_or("");
}

}  // namespace

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
          .recording = row.get<std::optional<core::RecordingId>>("recording")};
}

}  // namespace trunkline::cdr
