// SPDX-License-Identifier: MIT
#include "mediaplane/loop_thread.h"

#include <pthread.h>

#include <csignal>
#include <future>

namespace trunkline::mediaplane {
namespace {

/// Signals are the main thread's; a pipe or socket whose reader left is told by errno.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

LoopThread::LoopThread(std::string name)
    : thread_([this, name = std::move(name)] {
        block_signals();
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
