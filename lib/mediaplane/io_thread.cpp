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
    : timeout_(timeout),
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
    agenda_.clear();
  });
  thread_.join();
}

void IoThread::set_timeout(core::Milliseconds timeout) {
  post([this, timeout] {
    timeout_ = timeout;
    agenda_.look_at_all();
  });
}

void IoThread::tick() {
  const core::SteadyTime now = std::chrono::steady_clock::now();
  (void)agenda_.run(now, timeout_);  // at how many it looked is for tests
  if (spool_.has_listeners()) spool_.flush(now);
}

}  // namespace trunkline::mediaplane
