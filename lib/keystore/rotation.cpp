// SPDX-License-Identifier: MIT

// The half of KeyStore that the operator's tools use: rotation, retirement, checks.

#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "keystore/key_store_state.h"

namespace trunkline::keystore {
namespace {

constexpr std::size_t kCheckedAtOnce = 2000;

struct Wrapped {
  std::int64_t number = 0;
  core::RecordingId recording;
  Row row;
};

std::vector<Wrapped> page_of(localdb::Statement& page, std::int64_t after, std::size_t limit) {
  std::vector<Wrapped> found;
  found.reserve(limit);
  auto rows = page.query(after, limit);
  while (rows.next())
    found.push_back({.number = rows.integer(0),
                     .recording = recording_at(rows, 1),
                     .row = {.wrapped_by = KeyId(std::string(rows.text(2))),
                             .nonce = copy(rows.blob(3)),
                             .wrapped = copy(rows.blob(4))}});
  return found;
}

}  // namespace

std::map<KeyId, std::uint64_t> KeyStore::rows_by_key() const {
  const std::scoped_lock guard(state_->mutex);
  std::map<KeyId, std::uint64_t> counts;
  auto rows = state_->by_key.query();
  while (rows.next())
    counts[KeyId(std::string(rows.text(0)))] = static_cast<std::uint64_t>(rows.integer(1));
  return counts;
}

std::vector<KeyStore::Listed> KeyStore::rows_after(std::int64_t number, std::size_t limit) const {
  const std::scoped_lock guard(state_->mutex);
  std::vector<Listed> listed;
  listed.reserve(limit);
  auto rows = state_->page.query(number, limit);
  while (rows.next())
    listed.push_back({.number = rows.integer(0),
                      .recording = recording_at(rows, 1),
                      .wrapped_by = KeyId(std::string(rows.text(2))),
                      .created = core::from_microseconds(rows.integer(5))});
  return listed;
}

core::Result<KeyStore::Rewrapped> KeyStore::rewrap(std::int64_t after, std::size_t limit) {
  const std::scoped_lock guard(state_->mutex);
  if (!state_->ring) return tl::unexpected(no_ring());
  const KeyId& current = state_->ring->current();
  Expanded ring(*state_->ring);
  Rewrapped done{.last = after};
  core::Bytes sealed(kKeySize + crypto::kAeadTagSize);
  try {
    // The lock first: a row that is read here is not erased by somebody else before it is written.
    localdb::Transaction transaction(state_->database);
    if (state_->retired.query(current.value()).next()) return tl::unexpected(was_retired(current));
    const std::vector<Wrapped> page = page_of(state_->page, after, limit);
    for (const Wrapped& old : page) {
      done.last = old.number;
      if (old.row.wrapped_by == current) continue;
      const auto key = unwrap(ring, old.recording, old.row);
      if (!key) {
        if (done.failed++ == 0) done.first_fault = key.error().message;
        continue;
      }
      crypto::AeadNonce nonce{};
      crypto::fill_random(nonce);
      ring.find(current)->seal(nonce, key->key.reveal(), associated_data(old.recording, current),
                               sealed);
      state_->rewrap.run(old.number, current.value(), core::ByteView(nonce),
                         core::ByteView(sealed));
      ++done.rows;
    }
    done.is_done = page.size() < limit;
    transaction.commit();
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("wrap the recordings' keys anew", failure));
  }
  return done;
}

core::Result<void> KeyStore::forget_old_rows() {
  const std::scoped_lock guard(state_->mutex);
  try {
    state_->database.checkpoint_and_truncate();
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("empty the key store's log", failure));
  }
  return {};
}

core::Result<void> KeyStore::retire(const KeyId& id) {
  const std::scoped_lock guard(state_->mutex);
  try {
    // One transaction: no row can come between the question and the mark.
    localdb::Transaction transaction(state_->database);
    std::int64_t rows = 0;
    if (auto named = state_->named.query(id.value()); named.next()) rows = named.integer(0);
    if (rows > 0)
      return core::fault(
          core::ExitCode::no_permission,
          fmt::format("key '{}' still wraps the keys of {} recordings", id.value(), rows),
          "wrap them under the current key: trunkline keys rewrap");
    state_->retire.run(id.value(), core::to_microseconds(core::system_clock().wall()));
    transaction.commit();
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("retire the key", failure));
  }
  return {};
}

bool KeyStore::is_retired(const KeyId& id) const {
  const std::scoped_lock guard(state_->mutex);
  return state_->retired.query(id.value()).next();
}

core::Result<KeyStore::Checked> KeyStore::check(std::size_t most_faults) const {
  Checked checked;
  try {
    const std::scoped_lock guard(state_->mutex);
    if (!state_->ring) return tl::unexpected(no_ring());
    if (auto whole = state_->database.check_integrity(); !whole)
      return tl::unexpected(whole.error());
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(cannot("check the key store", failure));
  }
  for (std::int64_t after = 0;;) {
    // The lock is let go between pages: recordings begin meanwhile.
    const std::scoped_lock guard(state_->mutex);
    Expanded ring(*state_->ring);
    std::vector<Wrapped> page;
    try {
      page = page_of(state_->page, after, kCheckedAtOnce);
    } catch (const localdb::Failure& failure) {
      return tl::unexpected(cannot("read the key store", failure));
    }
    for (const Wrapped& row : page) {
      ++checked.rows;
      after = row.number;
      if (const auto key = unwrap(ring, row.recording, row.row); !key) {
        ++checked.failed;
        if (checked.faults.size() < most_faults) checked.faults.push_back(key.error().message);
      }
    }
    if (page.size() < kCheckedAtOnce) return checked;
  }
}

}  // namespace trunkline::keystore
