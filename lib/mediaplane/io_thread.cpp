// SPDX-License-Identifier: MIT
#include "mediaplane/io_thread.h"

#include <utility>

namespace trunkline::mediaplane {
namespace {

constexpr core::Milliseconds kTick{50};
/// A busy relay wakes once for all packets of this time (tests/bench/README.md has the figures).
constexpr core::Milliseconds kGather{2};

}  // namespace

IoThread::IoThread(unsigned number, core::Milliseconds timeout, TapeSink& sink)
    : timeout_ms_(timeout.count()),
      spool_(number, [&sink](SpoolBlock block) { sink.take_packets(std::move(block)); }),
      thread_("rtp-" + std::to_string(number)) {
  thread_.run([this] {
    thread_.gather(kGather);
    timer_ = thread_.reactor().every(kTick, [this] { tick(); });
  });
}

IoThread::~IoThread() {
  thread_.post([this] {
    timer_.reset();
    sessions_.clear();
  });
  thread_.join();
}

void IoThread::add(std::shared_ptr<Session> session) {
  sessions_.insert(std::move(session));
}

void IoThread::remove(const std::shared_ptr<Session>& session) {
  sessions_.erase(session);
}

void IoThread::tick() {
  const core::SteadyTime now = std::chrono::steady_clock::now();
  const core::Milliseconds timeout{timeout_ms_.load(std::memory_order_relaxed)};
  bool is_recording = false;
  for (const auto& session : sessions_) {
    session->tick(now, timeout);
    is_recording |= session->has_tape();
  }
  if (is_recording) spool_.flush(now);
}

}  // namespace trunkline::mediaplane
