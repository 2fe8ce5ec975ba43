// SPDX-License-Identifier: MIT
#include "mediaplane/loop_thread.h"

#include <pthread.h>

#include <future>

#include "os/signals.h"

namespace trunkline::mediaplane {
namespace {}  // namespace

LoopThread::LoopThread(std::string name)
    : thread_([this, name = std::move(name)] {
        os::block_all_signals();
        pthread_setname_np(pthread_self(), name.c_str());
        loop_.run();
      }) {}

LoopThread::~LoopThread() {
  join();
}

void LoopThread::run(const std::function<void()>& work) {
  std::promise<void> done;
  post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void LoopThread::join() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

}  // namespace trunkline::mediaplane
