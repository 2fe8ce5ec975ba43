// SPDX-License-Identifier: MIT
#include <cassert>

#include "control/connection.h"
#include "control/server.h"

namespace trunkline::control {

Reply::Pending::~Pending() {
  if (is_answered) return;
  try {
    send({.kind = AnswerLine::Kind::failed,
          .id = id,
          .fault = {core::ExitCode::software, "the request was dropped without an answer"}});
  } catch (...) {
    // Out of memory: the client's own timeout tells it.
  }
}

void Reply::Pending::send(const AnswerLine& answer, os::Fd descriptor) {
  // Also when an earlier item was too long, or the client went while the answer was made.
  if (is_answered) return;
  is_answered = answer.kind != AnswerLine::Kind::item;
  const auto client = connection.lock();
  if (client == nullptr || client->is_closed()) return;
  std::string line = to_wire(answer);
  if (line.size() > kLongestLine) {
    is_answered = true;
    next = nullptr;
    descriptor.reset();
    line = to_wire(AnswerLine{.kind = AnswerLine::Kind::failed,
                              .id = id,
                              .fault = {core::ExitCode::software,
                                        "the answer is longer than a line "
                                        "may be (1 MiB)"}});
  }
  client->send(std::move(line), std::move(descriptor));
  if (is_answered) client->on_answered();
}

bool Reply::Pending::send_next() {
  if (is_answered) return false;
  try {
    auto item = next();
    if (item) {
      send({.kind = AnswerLine::Kind::item, .id = id, .body = std::move(*item)});
    } else {
      send({.kind = AnswerLine::Kind::ok, .id = id, .body = std::move(result)});
    }
  } catch (const core::Error& error) {
    send({.kind = AnswerLine::Kind::failed, .id = id, .fault = error.fault()});
  } catch (const std::exception& error) {
    send({.kind = AnswerLine::Kind::failed,
          .id = id,
          .fault = {core::ExitCode::software, error.what()}});
  }
  return !is_answered;
}

void Reply::item(core::Json item) {
  pending_->send({.kind = AnswerLine::Kind::item, .id = pending_->id, .body = std::move(item)});
}

void Reply::ok(core::Json result) {
  pending_->send({.kind = AnswerLine::Kind::ok, .id = pending_->id, .body = std::move(result)});
}

void Reply::fail(core::Fault fault) {
  pending_->send({.kind = AnswerLine::Kind::failed, .id = pending_->id, .fault = std::move(fault)});
}

void Reply::ok_with_descriptor(core::Json result, os::Fd descriptor) {
  assert(descriptor);
  pending_->send({.kind = AnswerLine::Kind::ok,
                  .id = pending_->id,
                  .body = std::move(result),
                  .has_descriptor = true},
                 std::move(descriptor));
}

void Reply::stream(std::function<std::optional<core::Json>()> next, core::Json result) {
  assert(next && !pending_->next);
  if (pending_->is_answered) return;
  const auto client = pending_->connection.lock();
  if (client == nullptr || client->is_closed()) return;
  pending_->next = std::move(next);
  pending_->result = std::move(result);
  client->add_stream(pending_);
}

bool Reply::is_open() const noexcept {
  const auto client = pending_->connection.lock();
  return !pending_->is_answered && client != nullptr && !client->is_closed();
}

}  // namespace trunkline::control
