// SPDX-License-Identifier: MIT
#pragma once

// A table of a fixed size from 64-bit keys to values, for what strangers make us remember: all its
// memory is taken at the start, looking something up never allocates, and a newcomer takes the
// place of the one that was longest not seen among the eight that share its row. `seed` keeps
// others from choosing the row.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/time.h"

namespace trunkline::guard {

template <class Value>
class Table {
 public:
  Table(std::size_t rows_as_power_of_two, std::uint64_t seed)
      : seed_(seed),
        mask_((std::size_t{1} << rows_as_power_of_two) - 1),
        slots_((mask_ + 1) * kWays) {}

  /// nullptr where it is not here.
  Value* find(std::uint64_t key) noexcept {
    Slot* row = row_of(key);
    for (std::size_t i = 0; i < kWays; ++i) {
      if (row[i].key == key && row[i].is_used) return &row[i].value;
    }
    return nullptr;
  }
  /// Found or made; counts as seen now.
  Value& at(std::uint64_t key, core::Time now) noexcept {
    Slot* row = row_of(key);
    Slot* place = row;
    for (std::size_t i = 0; i < kWays; ++i) {
      if (row[i].key == key && row[i].is_used) {
        row[i].seen_at = now;
        return row[i].value;
      }
      const bool is_better = place->is_used && (!row[i].is_used || row[i].seen_at < place->seen_at);
      if (is_better) place = &row[i];
    }
    *place = {.key = key, .seen_at = now, .is_used = true, .value = {}};
    return place->value;
  }
  void erase(std::uint64_t key) noexcept {
    Slot* row = row_of(key);
    for (std::size_t i = 0; i < kWays; ++i) {
      if (row[i].key == key) row[i] = {};
    }
  }

  std::size_t capacity() const noexcept { return slots_.size(); }

 private:
  static constexpr std::size_t kWays = 8;
  struct Slot {
    std::uint64_t key = 0;
    core::Time seen_at{};
    bool is_used = false;
    Value value{};
  };

  Slot* row_of(std::uint64_t key) noexcept {
    // The finaliser of SplitMix64: every bit of the key reaches every bit of the row.
    std::uint64_t mixed = key ^ seed_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    mixed ^= mixed >> 31U;
    return &slots_[(static_cast<std::size_t>(mixed) & mask_) * kWays];
  }

  std::uint64_t seed_;
  std::size_t mask_;
  std::vector<Slot> slots_;
};

}  // namespace trunkline::guard
