// SPDX-License-Identifier: MIT
#include "mediaplane/agenda.h"

#include <utility>

namespace trunkline::mediaplane {

Agenda::~Agenda() {
  clear();
}

void Agenda::add(std::shared_ptr<Session> session) {
  const Session* const key = session.get();
  Item& item = items_[key];
  item.session = std::move(session);
  schedule(item, {});
}

void Agenda::remove(const Session& session) {
  const auto found = items_.find(&session);
  if (found == items_.end()) return;
  due_.remove(found->second);
  items_.erase(found);
}

void Agenda::look_at(const Session& session) {
  const auto found = items_.find(&session);
  if (found != items_.end()) schedule(found->second, {});
}

void Agenda::look_at_all() {
  for (auto& [key, item] : items_) schedule(item, {});
}

std::size_t Agenda::run(core::SteadyTime now, core::Milliseconds timeout) {
  std::size_t looks = 0;
  const std::uint64_t before = due_.additions();
  while (os::HeapTimer* const due = due_.take_due(now, before)) {
    auto& item = static_cast<Item&>(*due);
    ++looks;
    const core::SteadyTime next = item.session->tick(now, timeout);
    if (next != Session::kNever) schedule(item, next);
  }
  return looks;
}

void Agenda::clear() noexcept {
  for (auto& [key, item] : items_) due_.remove(item);
  items_.clear();
}

void Agenda::schedule(Item& item, core::SteadyTime due) {
  due_.remove(item);
  due_.add(item, due);
}

}  // namespace trunkline::mediaplane
