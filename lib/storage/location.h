// SPDX-License-Identifier: MIT
#pragma once

// A place that keeps objects under names: a folder of a file system, later a bucket. One interface,
// so that whoever erases, moves or verifies recordings does not know which it is; every backend
// passes the same contract suite (tests/storage/contract_test.cpp) and fails in the same words
// (storage/faults.h).
//
// A location that is not there (its disk not mounted, another disk in its place) is a fault of
// every call, never an empty location: nobody takes what he cannot see for erased.

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "crypto/hash.h"
#include "storage/name.h"

namespace trunkline::storage {

/// What put() made, as it was read back from the location.
struct Stored {
  core::ByteCount bytes;
  crypto::Sha256 digest{};

  bool operator==(const Stored&) const = default;
};

struct Status {
  core::ByteCount bytes;
  core::Time changed;
};

struct Listed {
  Name name;
  Status status;
};

/// An object that was opened: it can be read to its end even when it is removed or replaced
/// meanwhile. Any thread may call.
class Object {
 public:
  virtual ~Object() = default;
  /// As it was when it was opened, or longer: an object may still grow.
  virtual core::ByteCount size() const = 0;
  /// Fills `bytes` from `offset` on; returns how many there were: fewer only at the end.
  [[nodiscard]] virtual core::Result<std::size_t> read(std::uint64_t offset,
                                                       std::span<std::byte> bytes) const = 0;
};

/// Any thread may call.
class Location {
 public:
  virtual ~Location() = default;

  /// What faults and tables call it: "/var/lib/trunkline/recordings".
  virtual std::string title() const = 0;

  /// A fault of code no_input where there is none of that name.
  [[nodiscard]] virtual core::Result<Status> stat(const Name& name) const = 0;
  [[nodiscard]] virtual core::Result<std::unique_ptr<Object>> open(const Name& name) const = 0;

  /// Whether `each` goes on is what it returns. Objects whose name begins with `prefix`
  /// ("2026/11/",
  /// "" for all), ordered by the bytes of their names; none is passed over that was there all the
  /// time. What is no object (a link, a copy under way) is not listed.
  [[nodiscard]] virtual core::Result<void> list(
      std::string_view prefix, const std::function<bool(const Listed&)>& each) const = 0;

  /// Copies the file. The object appears whole, after it was read back and found to be the file, or
  /// not at all; one of that name is replaced. It outlasts a power cut once this returns. A fault
  /// leaves what was there before; only after a timeout (unavailable) nobody knows: stat() tells.
  [[nodiscard]] virtual core::Result<Stored> put(const Name& name,
                                                 const std::filesystem::path& from) = 0;

  /// Removes what put() of that object left where it was killed half-way, which no list shows. The
  /// caller knows that none is under way in its folder.
  [[nodiscard]] virtual core::Result<void> clear_unfinished(const Name& name) = 0;

  /// Whether it was there. After a fault nobody knows; doing it again is safe, and says `false`
  /// where the first one did it.
  [[nodiscard]] virtual core::Result<bool> remove(const Name& name) = 0;

  /// The removals so far outlast a power cut once this returns.
  [[nodiscard]] virtual core::Result<void> sync() = 0;
};

}  // namespace trunkline::storage
