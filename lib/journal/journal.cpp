// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/log.h"
#include "journal/file.h"
#include "journal/writer.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::journal {
namespace {

constexpr core::Milliseconds kFirstRetry{50};
constexpr core::Milliseconds kLastRetry{2000};

core::SteadyTime now() {
  return core::system_clock().steady();
}

std::size_t size_of(const std::optional<Entry>& entry, const std::vector<StateChange>& changes) {
  std::size_t bytes = sizeof(Item);
  if (entry) bytes += entry->kind.size() + entry->body.size();
  for (const StateChange& change : changes)
    bytes += change.kind.size() + change.key.size() + (change.value ? change.value->size() : 0);
  return bytes;
}

/// One writer a file: the lock goes with the process, however it ends.
os::Fd take_file(const std::filesystem::path& journal) {
  const std::string path = journal.native() + ".lock";
  os::Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock)
    throw os::system_error(fmt::format("make {}", path), errno,
                           "is the folder there, and writable for this user?");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    throw core::Error(
        core::ExitCode::try_again,
        fmt::format("cannot open journal {}: another process has it", journal.native()),
        "is the daemon running already?");
  return lock;
}

}  // namespace

struct Journal::Shared {
  Shared(const std::filesystem::path& file, Options wanted)
      : path(file),
        options(std::move(wanted)),
        lock(take_file(file)),
        writer([&] {
          auto database = localdb::Database::open(file);
          prepare_file(database, core::system_clock().wall());
          return database;
        }()),
        node(writer.node()),
        last(writer.last().value()) {}

  void add(Item item);
  void run();
  bool wait_for_work(std::unique_lock<std::mutex>& guard);
  void try_commit(std::unique_lock<std::mutex>& guard);
  void committed(std::deque<Item>&& done, const std::vector<Sequence>& numbers);
  void failed(std::deque<Item>&& items, const std::string& why);
  void answer_overdue(std::unique_lock<std::mutex>& guard);
  void prune_some(std::unique_lock<std::mutex>& guard);
  void give_up(std::unique_lock<std::mutex>& guard);
  void find_next_answer();

  const std::filesystem::path path;
  const Options options;
  const os::Fd lock;
  Writer writer;  ///< the journal thread's
  const core::NodeId node;
  std::atomic<std::uint64_t> last;
  std::atomic<bool> is_healthy{true};

  mutable std::mutex mutex;
  std::condition_variable wake;     ///< work for the thread
  std::condition_variable settled;  ///< something was committed
  std::deque<Item> queue;           ///< in the order appended
  std::size_t queued_bytes = 0;
  std::uint64_t appended = 0;  ///< items ever accepted
  std::uint64_t done = 0;      ///< of these, committed
  std::string error;
  std::uint64_t failed_commits = 0;
  std::uint64_t refused = 0;
  bool is_refusing = false;  ///< since the last commit
  core::Milliseconds retry_after = kFirstRetry;
  std::optional<core::SteadyTime> retry_at;   ///< while commits fail
  std::optional<core::SteadyTime> answer_at;  ///< the soonest answer_by of the queue
  std::optional<PruneRequest> prune;
  bool has_company = false;  ///< the last commit had more than one item
  std::size_t awaited = 0;   ///< items of the queue that somebody waits for, and flush() calls
  bool is_stopping = false;
  std::thread thread;
};

std::unique_ptr<Journal> Journal::open(const std::filesystem::path& path, Options options) {
  try {
    auto shared = std::make_unique<Shared>(path, std::move(options));
    Shared* const state = shared.get();
    state->thread = std::thread([state] { state->run(); });
    return std::unique_ptr<Journal>(new Journal(std::move(shared)));
  } catch (const localdb::Failure& failure) {
    throw_journal_error(path, failure);
  }
}

Journal::Journal(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}

Journal::~Journal() {
  {
    const std::scoped_lock guard(shared_->mutex);
    shared_->is_stopping = true;
  }
  shared_->wake.notify_all();
  shared_->thread.join();
}

void Journal::append(Entry entry, std::vector<StateChange> changes, Committed committed,
                     core::Milliseconds answer_within) {
  Item item{.entry = std::move(entry),
            .changes = std::move(changes),
            .committed = std::move(committed),
            .answer_by = {}};
  if (answer_within > core::Milliseconds::zero()) item.answer_by = now() + answer_within;
  shared_->add(std::move(item));
}

void Journal::change_state(std::vector<StateChange> changes) {
  shared_->add({.entry = {}, .changes = std::move(changes), .committed = {}, .answer_by = {}});
}

core::NodeId Journal::node() const noexcept {
  return shared_->node;
}
const std::filesystem::path& Journal::path() const noexcept {
  return shared_->path;
}
Sequence Journal::last() const noexcept {
  return Sequence(shared_->last.load());
}
bool Journal::is_healthy() const noexcept {
  return shared_->is_healthy.load();
}

Health Journal::health() const {
  const std::scoped_lock guard(shared_->mutex);
  return {.is_healthy = shared_->is_healthy.load(),
          .error = shared_->error,
          .failed_commits = shared_->failed_commits,
          .refused = shared_->refused,
          .queued = static_cast<std::size_t>(shared_->appended - shared_->done)};
}

bool Journal::flush(core::Milliseconds timeout) {
  std::unique_lock guard(shared_->mutex);
  const std::uint64_t wanted = shared_->appended;
  if (!shared_->queue.empty()) {
    ++shared_->awaited;
    shared_->wake.notify_one();
  }
  return shared_->settled.wait_for(guard, timeout, [&] { return shared_->done >= wanted; });
}

void Journal::prune(Sequence shipped_through, core::Time older_than) {
  {
    const std::scoped_lock guard(shared_->mutex);
    shared_->prune = PruneRequest{shipped_through, older_than};
  }
  shared_->wake.notify_one();
}

void Journal::Shared::add(Item item) {
  item.bytes = size_of(item.entry, item.changes);
  bool is_first_refusal = false;
  {
    const std::scoped_lock guard(mutex);
    if (appended - done < options.queue_limit &&
        queued_bytes + item.bytes <= options.queue_bytes.value()) {
      queued_bytes += item.bytes;
      ++appended;
      const bool is_sooner = item.answer_by && (!answer_at || *item.answer_by < *answer_at);
      if (is_sooner) answer_at = item.answer_by;
      const bool is_first_awaited = item.committed && awaited++ == 0;
      queue.push_back(std::move(item));
      // While others queue the thread is awake already, or waits for a moment it knows.
      if (queue.size() == 1 || is_first_awaited || (is_sooner && retry_at)) wake.notify_one();
      return;
    }
    ++refused;
    is_first_refusal = !std::exchange(is_refusing, true);
  }
  if (is_first_refusal)
    core::log_error("journal queue is full, entries are refused", {{"path", path.native()}});
  if (item.committed)
    item.committed(core::fault(core::ExitCode::try_again,
                               "the journal's queue is full: it cannot write to its disk",
                               fmt::format("make room on the disk of {}", path.native())));
}

void Journal::Shared::run() {
  std::unique_lock guard(mutex);
  while (wait_for_work(guard)) {
    if (answer_at && now() >= *answer_at) answer_overdue(guard);
    const bool is_due = !retry_at || now() >= *retry_at;
    if (!queue.empty() && is_due) try_commit(guard);
    if (prune && !retry_at) prune_some(guard);
  }
  if (!queue.empty()) try_commit(guard);
  if (!queue.empty()) give_up(guard);
}

/// Until there is something to do; false when the journal closes.
bool Journal::Shared::wait_for_work(std::unique_lock<std::mutex>& guard) {
  const auto has_work = [&] { return is_stopping || (!retry_at && (prune || !queue.empty())); };
  while (!has_work()) {
    if (!retry_at) {
      wake.wait(guard);
      continue;
    }
    // While commits succeed nobody waits long enough to be overdue.
    const core::SteadyTime until = answer_at ? std::min(*answer_at, *retry_at) : *retry_at;
    if (now() >= until) break;
    wake.wait_until(guard, until);
  }
  // Nobody is kept waiting by entries that wait for company.
  if (!is_stopping && awaited == 0 && !queue.empty() && !retry_at)
    wake.wait_for(guard, options.unawaited_linger, [&] { return is_stopping || awaited > 0; });
  // Under load a short wait fills the next commit; a lone entry is not kept waiting.
  if (!is_stopping && has_company && !queue.empty() && !retry_at)
    wake.wait_for(guard, options.linger, [&] { return is_stopping; });
  return !is_stopping;
}

void Journal::Shared::try_commit(std::unique_lock<std::mutex>& guard) {
  std::deque<Item> batch = std::move(queue);
  queue.clear();
  awaited = 0;
  guard.unlock();
  std::vector<Sequence> numbers;
  numbers.reserve(batch.size());
  std::string why;
  try {
    writer.commit(batch, numbers);
  } catch (const core::Error& failure) {
    why = failure.what();
    if (why.empty()) why = "unknown error";
  }
  if (why.empty()) {
    committed(std::move(batch), numbers);
    guard.lock();
  } else {
    guard.lock();
    failed(std::move(batch), why);
  }
}

void Journal::Shared::committed(std::deque<Item>&& items, const std::vector<Sequence>& numbers) {
  const bool was_healthy = is_healthy.exchange(true);
  last.store(writer.last().value());
  bool has_entries = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    has_entries |= items[i].entry.has_value();
    if (items[i].committed) items[i].committed(numbers[i]);
  }
  if (!was_healthy) core::log_info("journal writes again", {{"path", path.native()}});
  if (has_entries && options.on_commit) options.on_commit(writer.last());
  const std::scoped_lock guard(mutex);
  for (const Item& item : items) queued_bytes -= item.bytes;
  done += items.size();
  has_company = items.size() > 1;
  is_refusing = false;
  error.clear();
  retry_at.reset();
  retry_after = kFirstRetry;
  find_next_answer();
  settled.notify_all();
}

void Journal::Shared::failed(std::deque<Item>&& items, const std::string& why) {
  // What came in meanwhile stays behind them.
  std::move(queue.begin(), queue.end(), std::back_inserter(items));
  queue = std::move(items);
  ++failed_commits;
  error = why;
  retry_at = now() + retry_after;
  retry_after = std::min(retry_after * 2, kLastRetry);
  if (is_healthy.exchange(false))
    core::log_error("journal cannot commit", {{"path", path.native()}, {"error", why}});
}

/// Tells those who wait for longer than they asked; their entries stay queued.
void Journal::Shared::answer_overdue(std::unique_lock<std::mutex>& guard) {
  std::vector<Committed> overdue;
  const auto moment = now();
  for (Item& item : queue)
    if (item.committed && item.answer_by && *item.answer_by <= moment)
      overdue.push_back(std::exchange(item.committed, {}));
  find_next_answer();
  if (overdue.empty()) return;
  const std::string why = error;
  guard.unlock();
  for (const Committed& answer : overdue)
    answer(core::fault(core::ExitCode::io, "the journal cannot commit: " + why,
                       fmt::format("make room on the disk of {}", path.native())));
  guard.lock();
}

void Journal::Shared::find_next_answer() {
  answer_at.reset();
  for (const Item& item : queue)
    if (item.committed && item.answer_by && (!answer_at || *item.answer_by < *answer_at))
      answer_at = item.answer_by;
}

void Journal::Shared::prune_some(std::unique_lock<std::mutex>& guard) {
  const PruneRequest request = *prune;
  guard.unlock();
  bool has_more = false;
  try {
    has_more = writer.prune(request);
  } catch (const core::Error& failure) {
    core::log_warning("journal cannot prune", {{"error", failure.what()}});
  }
  guard.lock();
  if (!has_more && prune == request) prune.reset();
}

void Journal::Shared::give_up(std::unique_lock<std::mutex>& guard) {
  std::deque<Item> lost = std::move(queue);
  queue.clear();
  core::log_error("journal closed with entries it could not write",
                  {{"path", path.native()}, {"count", lost.size()}, {"error", error}});
  const core::Fault fault{core::ExitCode::io,
                          "the journal closed before it could commit: " + error};
  guard.unlock();
  for (const Item& item : lost)
    if (item.committed) item.committed(tl::unexpected(fault));
  guard.lock();
}

}  // namespace trunkline::journal
