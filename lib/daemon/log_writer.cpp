// SPDX-License-Identifier: MIT
#include "daemon/log_writer.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "daemon/systemd.h"
#include "os/signals.h"
#include "os/system_fault.h"

namespace trunkline::daemon {
namespace {

constexpr core::Milliseconds kLastWords{1000};
/// Outside text goes into fields; a queue of a bounded number of records is then bounded memory.
constexpr std::size_t kLongestValue = 2048;

os::Fd make_eventfd() {
  os::Fd descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!descriptor) throw os::system_error("start the log writer", errno);
  return descriptor;
}

void raise(const os::Fd& event) noexcept {
  const std::uint64_t one = 1;
  // Only a full counter fails, and then it is raised already.
  (void)!::write(event.get(), &one, sizeof one);
}

void cut(core::LogRecord& record) {
  for (core::LogField& field : record.fields) {
    if (field.value.size() <= kLongestValue) continue;
    field.value.resize(kLongestValue);
    field.value += "...";
  }
}

std::string line_of(core::Time at, const core::LogRecord& record) {
  return "time=" + core::to_rfc3339(at) + ' ' + core::to_logfmt(record) + '\n';
}

}  // namespace

LogWriter::LogWriter(LogTarget target, core::LogLevel level, const core::Clock& clock)
    : target_(std::move(target)),
      level_(level),
      clock_(clock),
      wakeup_(make_eventfd()),
      end_(make_eventfd()),
      thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  queue_.with([](Queue& queue) { queue.is_ending = true; });
  raise(end_);
  raise(wakeup_);
  thread_.join();
}

void LogWriter::write(core::LogRecord&& record) noexcept {
  try {
    cut(record);
    Entry entry{clock_.wall(), std::move(record)};
    const bool was_empty = queue_.with([&](Queue& queue) {
      if (queue.entries.size() >= target_.capacity) {
        ++queue.dropped;
        return false;
      }
      queue.entries.push_back(std::move(entry));
      return queue.entries.size() == 1;
    });
    if (was_empty) raise(wakeup_);
  } catch (...) {
    // Out of memory.
    queue_.with([](Queue& queue) { ++queue.dropped; });
  }
}

void LogWriter::run() {
  os::block_all_signals();
  (void)::pthread_setname_np(::pthread_self(), "log");
  while (write_batch()) {
    pollfd waited{wakeup_.get(), POLLIN, 0};
    (void)::poll(&waited, 1, -1);
    std::uint64_t count = 0;
    (void)!::read(wakeup_.get(), &count, sizeof count);
  }
}

bool LogWriter::write_batch() {
  for (;;) {
    Queue taken = queue_.with([](Queue& queue) {
      return Queue{std::exchange(queue.entries, {}), std::exchange(queue.dropped, 0),
                   queue.is_ending};
    });
    if (taken.dropped > 0)
      taken.entries.push_back({clock_.wall(),
                               {core::LogLevel::warning,
                                "log records dropped",
                                {core::LogField("count", taken.dropped)}}});
    if (taken.entries.empty()) return !taken.is_ending;
    std::string lines;
    for (const Entry& entry : taken.entries) {
      if (target_.format == LogFormat::journal)
        send_to_journal(target_.identifier, entry.record);
      else
        lines += line_of(entry.at, entry.record);
    }
    write_text(lines);
  }
}

void LogWriter::write_text(std::string_view text) {
  while (!text.empty() && wait_until_writable()) {
    // pipe(7): a pipe that polls as writable takes PIPE_BUF bytes without blocking.
    const ssize_t written =
        ::write(target_.descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    // Its reader is gone: nowhere to say so.
    if (written < 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool LogWriter::wait_until_writable() {
  for (;;) {
    const bool is_ending = end_deadline_ != core::SteadyTime{};
    int wait_ms = -1;
    if (is_ending) {
      const auto left =
          std::chrono::ceil<core::Milliseconds>(end_deadline_ - clock_.steady()).count();
      wait_ms = static_cast<int>(std::max<std::int64_t>(left, 0));
    }
    std::array<pollfd, 2> waited{
        {{target_.descriptor, POLLOUT, 0}, {is_ending ? -1 : end_.get(), POLLIN, 0}}};
    const int count = ::poll(waited.data(), waited.size(), wait_ms);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    if (waited[0].revents != 0) return true;
    end_deadline_ = clock_.steady() + kLastWords;
  }
}

}  // namespace trunkline::daemon
