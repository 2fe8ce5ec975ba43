// SPDX-License-Identifier: MIT
#include "exchange/calls.h"

#include <utility>

#include "core/log.h"
#include "exchange/call_name.h"

namespace trunkline::exchange {
namespace {

void log_end(const call::State& state) {
  const call::Record& record = state.record;
  const auto since = record.answered_at ? *record.answered_at : record.started.steady;
  const auto length = record.ended_at.value_or(since) - since;
  core::log_info("call ended",
                 {{"call", record.call.text()},
                  {"call_id", record.caller.call_id},
                  {"device", record.caller.name},
                  {"peer", record.called.name.empty() ? core::masked_number(record.dialled)
                                                      : record.called.name},
                  {"event", call::name_of(record.disposition.value_or(call::Disposition::failed))},
                  {"status", record.sip_status.value_or(0)},
                  {"duration_ms", std::chrono::duration_cast<core::Milliseconds>(length).count()},
                  {"reason", record.reason}});
}

}  // namespace

std::shared_ptr<LiveCall> Calls::open(core::CallRef call) {
  auto live = std::make_shared<LiveCall>(
      bench_, [this, call](const call::State& state) { finish(call, state); });
  calls_.emplace(call, live);
  return live;
}

void Calls::finish(core::CallRef call, const call::State& state) {
  log_end(state);
  ++ended_[call::name_of(state.record.disposition.value_or(call::Disposition::failed))];
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  // It is at work just now: it ends when the loop has come back.
  bench_.reactor.post([finished = std::move(found->second)] {});
  calls_.erase(found);
  if (on_finished_) on_finished_();
}

std::shared_ptr<LiveCall> Calls::find(core::CallRef call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : found->second;
}

core::Result<std::shared_ptr<LiveCall>> Calls::find_named(std::string_view name) const {
  if (const auto id = core::CallRef::parse(name)) {
    if (auto live = find(*id)) return live;
    return no_such_call(name);
  }
  std::shared_ptr<LiveCall> named;
  for (const auto& [id, live] : calls_) {
    if (!is_named(live->shown(), name)) continue;
    if (named && name != kLastCall) return ambiguous_call(name);
    const bool is_newer =
        !named || named->state().record.started.steady < live->state().record.started.steady;
    if (is_newer) named = live;
  }
  if (named) return named;
  return no_such_call(name);
}

void Calls::each(const std::function<void(LiveCall&)>& use) const {
  std::vector<std::shared_ptr<LiveCall>> all;
  all.reserve(calls_.size());
  for (const auto& [id, live] : calls_) all.push_back(live);
  for (const auto& live : all) use(*live);
}

std::size_t Calls::open_count() const {
  std::size_t count = 0;
  for (const auto& [id, live] : calls_) {
    if (live->state().phase != call::Phase::ending) ++count;
  }
  return count;
}

std::size_t Calls::timer_count() const {
  std::size_t count = 0;
  for (const auto& [id, live] : calls_) count += live->timer_count();
  return count;
}

}  // namespace trunkline::exchange
