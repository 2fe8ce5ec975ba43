// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "core/log.h"
#include "journal/file.h"

namespace trunkline::journal {
namespace {

constexpr core::Milliseconds kFirstRetry{50};
constexpr core::Milliseconds kLastRetry{2000};
/// Entries deleted between two commits.
constexpr std::uint64_t kPruneStep = 500;

core::SteadyTime now() {
  return core::system_clock().steady();
}

/// What one append() asked for.
struct Item {
  std::optional<Entry> entry;
  std::vector<StateChange> changes;
  Committed committed;
  std::optional<core::SteadyTime> answer_by;
  std::size_t bytes = 0;
};

std::size_t size_of(const std::optional<Entry>& entry, const std::vector<StateChange>& changes) {
  std::size_t bytes = sizeof(Item);
  if (entry) bytes += entry->kind.size() + entry->body.size();
  for (const StateChange& change : changes)
    bytes += change.kind.size() + change.key.size() + (change.value ? change.value->size() : 0);
  return bytes;
}

struct PruneRequest {
  Sequence shipped_through;
  core::Time older_than;
};

/// One writer a file: the lock goes with the process, however it ends.
class WriterLock {
 public:
  explicit WriterLock(const std::filesystem::path& journal)
      : descriptor_(
            open((journal.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0)
      throw core::Error(core::ExitCode::io, fmt::format("cannot make '{}.lock'", journal.string()),
                        "is the folder there, and writable for this user?");
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    close(descriptor_);
    throw core::Error(
        core::ExitCode::try_again,
        fmt::format("cannot open journal '{}': another process has it", journal.string()),
        "is the daemon running already?");
  }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock() { close(descriptor_); }

 private:
  int descriptor_;
};

/// The journal thread's side of the file.
class Writer {
 public:
  explicit Writer(localdb::Database opened)
      : database_(std::move(opened)),
        end_(read_end(database_)),
        insert_(database_, "insert into entry values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        put_(database_, "insert or replace into state values (?1, ?2, ?3)"),
        drop_(database_, "delete from state where kind = ?1 and key = ?2") {}

  Sequence last() const { return end_.sequence; }
  core::NodeId node() { return read_node(database_); }

  /// All of them, or a localdb::Failure and none. Appends the numbers given, 0 for state alone.
  void commit(const std::deque<Item>& items, std::vector<Sequence>& numbers) {
    Anchor end = end_;
    localdb::Transaction transaction(database_);
    for (const Item& item : items) {
      if (item.entry) {
        end.sequence = Sequence(end.sequence.value() + 1);
        end.hash = next_link(end.hash, end.sequence, *item.entry);
        insert_entry(end, *item.entry);
      }
      for (const StateChange& change : item.changes) {
        if (change.value) {
          put_.run(change.kind, change.key, *change.value);
        } else {
          drop_.run(change.kind, change.key);
        }
      }
      numbers.push_back(item.entry ? end.sequence : Sequence(0));
    }
    transaction.commit();
    end_ = end;
  }

  /// One step; false when there is nothing left to prune.
  bool prune(const PruneRequest& request) {
    localdb::Statement oldest(database_, "select min(seq) from entry");
    localdb::Statement kept(database_,
                            "select seq from entry where seq >= ?1 and seq <= ?2 and at >= ?3 "
                            "order by seq limit 1");
    std::uint64_t first = 0;
    {
      auto rows = oldest.query();
      if (!rows.next() || rows.is_null(0)) return false;
      first = static_cast<std::uint64_t>(rows.integer(0));
    }
    std::uint64_t last = std::min(first + kPruneStep - 1, request.shipped_through.value());
    {
      auto rows = kept.query(first, last, core::to_microseconds(request.older_than));
      if (rows.next()) last = static_cast<std::uint64_t>(rows.integer(0)) - 1;
    }
    if (last < first) return false;
    localdb::Transaction transaction(database_);
    localdb::Statement move_anchor(database_,
                                   "update node set anchor_seq = ?1, "
                                   "anchor_hash = (select hash from entry where seq = ?1)");
    localdb::Statement erase(database_, "delete from entry where seq <= ?1");
    move_anchor.run(last);
    erase.run(last);
    transaction.commit();
    return true;
  }

 private:
  void insert_entry(const Anchor& link, const Entry& entry) {
    std::optional<core::ByteView> tenant;
    std::optional<core::ByteView> call;
    if (!entry.tenant.is_nil()) tenant = entry.tenant.uuid().bytes();
    if (!entry.call.is_nil()) call = entry.call.uuid().bytes();
    insert_.run(link.sequence.value(), entry.kind, tenant, call, core::to_microseconds(entry.at),
                entry.body, core::ByteView(link.hash));
  }

  localdb::Database database_;
  Anchor end_;
  localdb::Statement insert_;
  localdb::Statement put_;
  localdb::Statement drop_;
};

}  // namespace

struct Journal::Shared {
  Shared(const std::filesystem::path& file, Options wanted)
      : path(file),
        options(std::move(wanted)),
        lock(file),
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
  void give_up();
  std::optional<core::SteadyTime> next_wake() const;

  const std::filesystem::path path;
  const Options options;
  const WriterLock lock;
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
  core::Milliseconds retry_after = kFirstRetry;
  std::optional<core::SteadyTime> retry_at;
  std::optional<PruneRequest> prune;
  bool has_company = false;  ///< the last commit had more than one item
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
  {
    const std::scoped_lock guard(mutex);
    if (appended - done < options.queue_limit &&
        queued_bytes + item.bytes <= options.queue_bytes.value()) {
      queued_bytes += item.bytes;
      ++appended;
      queue.push_back(std::move(item));
      wake.notify_one();
      return;
    }
    ++refused;
  }
  if (item.committed)
    item.committed(core::fault(core::ExitCode::try_again,
                               "the journal's queue is full: it cannot write to its disk",
                               fmt::format("make room on the disk of {}", path.string())));
}

void Journal::Shared::run() {
  std::unique_lock guard(mutex);
  while (wait_for_work(guard)) {
    answer_overdue(guard);
    const bool is_due = !retry_at || now() >= *retry_at;
    if (!queue.empty() && is_due) try_commit(guard);
    if (prune && queue.empty()) prune_some(guard);
  }
  if (!queue.empty()) try_commit(guard);
  if (!queue.empty()) give_up();
}

/// Until there is something to do; false when the journal closes.
bool Journal::Shared::wait_for_work(std::unique_lock<std::mutex>& guard) {
  const auto has_work = [&] { return is_stopping || prune || (!queue.empty() && !retry_at); };
  if (const auto until = next_wake()) {
    wake.wait_until(guard, *until, has_work);
  } else {
    wake.wait(guard, has_work);
  }
  // Under load a short wait fills the next commit; a lone entry is not kept waiting.
  if (!is_stopping && has_company && !queue.empty() && !retry_at)
    wake.wait_for(guard, options.linger, [&] { return is_stopping; });
  return !is_stopping;
}

std::optional<core::SteadyTime> Journal::Shared::next_wake() const {
  std::optional<core::SteadyTime> next = retry_at;
  if (!next) return next;  // while healthy nobody waits long enough to be overdue
  for (const Item& item : queue)
    if (item.committed && item.answer_by) next = std::min(*next, *item.answer_by);
  return next;
}

void Journal::Shared::try_commit(std::unique_lock<std::mutex>& guard) {
  std::deque<Item> batch = std::move(queue);
  queue.clear();
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
  if (!was_healthy) core::log_info("journal writes again", {{"path", path.string()}});
  if (has_entries && options.on_commit) options.on_commit(writer.last());
  const std::scoped_lock guard(mutex);
  for (const Item& item : items) queued_bytes -= item.bytes;
  done += items.size();
  has_company = items.size() > 1;
  error.clear();
  retry_at.reset();
  retry_after = kFirstRetry;
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
    core::log_error("journal cannot commit", {{"path", path.string()}, {"error", why}});
}

/// Tells those who wait for longer than they asked; their entries stay queued.
void Journal::Shared::answer_overdue(std::unique_lock<std::mutex>& guard) {
  std::vector<Committed> overdue;
  const auto moment = now();
  for (Item& item : queue)
    if (item.committed && item.answer_by && *item.answer_by <= moment)
      overdue.push_back(std::exchange(item.committed, {}));
  if (overdue.empty()) return;
  const std::string why = error;
  guard.unlock();
  for (const Committed& answer : overdue)
    answer(core::fault(core::ExitCode::io, "the journal cannot commit: " + why,
                       fmt::format("make room on the disk of {}", path.string())));
  guard.lock();
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
  if (!has_more && prune && prune->shipped_through == request.shipped_through) prune.reset();
}

void Journal::Shared::give_up() {
  core::log_error("journal closed with entries it could not write",
                  {{"path", path.string()}, {"count", queue.size()}, {"error", error}});
}

}  // namespace trunkline::journal
