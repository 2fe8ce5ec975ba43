// SPDX-License-Identifier: MIT
#pragma once

// Puts foreign calls into the ledger (schemas/db/0065_imports.sql), a block at a time, each in one
// transaction: what was told to be in is in, after any crash, and the same file again adds nothing.
// A call's id is a UUIDv7 of its start and of its source and identity, so it is the same each time.
//
// Blocks are stored beside the reading of the next one.

#include <cstdint>
#include <future>
#include <set>
#include <string>
#include <string_view>

#include "core/uuid.h"
#include "crypto/hash.h"
#include "db/connection.h"
#include "foreign/call.h"
#include "foreign/numbers.h"

namespace trunkline::foreign {

/// The same for the same call of the same source, and no other's.
core::CallRef call_ref(std::string_view source, const Call& call);

struct Batch {
  core::TenantId tenant = {};
  std::string source = {};  ///< which system; makes ids
  std::string format = {};
  std::string file = {};
  std::string region = {};  ///< of its national numbers, see Numbers
};

struct Imported {
  std::uint64_t added = 0;
  std::uint64_t duplicates = 0;  ///< were there already
};

class Importer {
 public:
  /// Writes the batch's row. Throws core::Error, as everything here.
  Importer(db::Connection& connection, Batch batch, core::Time now);
  ~Importer();
  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;

  /// A call that passed check(). A fault (data) where it starts in the future, or its month is
  /// archived: nobody could tell then whether it is there.
  [[nodiscard]] core::Result<void> add(const Call& call);
  /// Stores what is left, and the batch's end with the file's digest.
  Imported finish(std::uint64_t rejected, core::ByteView sha256, std::uint64_t bytes);
  const core::Uuid& id() const noexcept { return id_; }

 private:
  void put(const Call& call);
  void store();
  void wait();

  db::Connection& connection_;
  Batch batch_;
  core::Uuid id_;
  core::Time latest_;  ///< no call starts behind it
  Numbers numbers_;
  db::BinaryRows rows_;
  db::BinaryRows in_hand_;  ///< of the block that is being stored
  std::set<std::string> months_;
  std::set<std::string> made_months_;
  std::set<std::string> archived_months_;
  std::future<Imported> storing_;
  Imported imported_;
};

}  // namespace trunkline::foreign
