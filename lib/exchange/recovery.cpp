// SPDX-License-Identifier: MIT
#include "exchange/recovery.h"

#include "core/log.h"
#include "exchange/open_call.h"
#include "sip/dialog_state.h"

namespace trunkline::exchange {
namespace {

/// The stored sequence number is that of the last re-INVITE; probes went out since. A gap is
/// allowed, a step back is not (RFC 3261 section 12.2.2).
constexpr std::uint32_t kSequenceGap = 10'000;

/// Whose dialog it is, by the record of its call; nil where that does not say.
core::DeviceId peer_of(const sip::DialogState& dialog, const core::Json& record) {
  for (const char* side : {"caller", "called"}) {
    const auto party = record.find(side);
    if (party == record.end() || core::text_at(*party, "call_id") != dialog.call_id) continue;
    return core::DeviceId::parse(core::text_at(*party, "device")).value_or(core::DeviceId{});
  }
  return {};
}

void hang_up(Farewells& farewells, const std::string& stored, const core::Json& record) {
  auto dialog = sip::parse_dialog_state(stored);
  if (!dialog) {
    core::log_warning("stored dialog cannot be read", {{"error", dialog.error().message}});
    return;
  }
  dialog->local_cseq += kSequenceGap;
  farewells.say(*dialog, peer_of(*dialog, record));
}

void drop(Workbench& bench, const std::string& key, std::string_view why) {
  core::log_error("stored call cannot be closed", {{"call", key}, {"error", why}});
  bench.journal.change_state({{std::string(kOpenCallKind), key, std::nullopt}});
}

bool close_call(Workbench& bench, Farewells& farewells, const std::string& key,
                const std::string& value) {
  const auto call = core::CallRef::parse(key);
  auto open = parse_open_call(value);
  if (!call || !open) {
    drop(bench, key, open ? "its key is no id" : open.error().message);
    return false;
  }
  const auto record = core::parse_json(open->record).value_or(core::Json());
  const auto tenant = core::TenantId::parse(core::text_at(record, "tenant"));
  const auto body = call::interrupted(record, bench.clock.wall());
  if (!tenant || !body) {
    drop(bench, key, body ? "its tenant is no id" : body.error().message);
    return false;
  }
  if (!open->media_node.empty()) {
    bench.media.adopt(*call, open->media_node);
    bench.media.remove(*call, {});
  }
  for (const std::string& dialog : open->dialogs) hang_up(farewells, dialog, record);
  const std::string text = core::to_line(*body);
  bench.journal.append({.kind = "call.ended",
                        .tenant = *tenant,
                        .call = *call,
                        .body = text,
                        .at = bench.clock.wall()},
                       {{std::string(kOpenCallKind), key, std::nullopt}});
  bench.publish("call.ended", text);
  core::log_warning("call was interrupted", {{"call", key}});
  return true;
}

}  // namespace

std::size_t close_interrupted_calls(Workbench& bench, Farewells& farewells,
                                    const std::vector<std::pair<std::string, std::string>>& state) {
  std::size_t closed = 0;
  for (const auto& [key, value] : state) {
    if (close_call(bench, farewells, key, value)) ++closed;
  }
  return closed;
}

}  // namespace trunkline::exchange
