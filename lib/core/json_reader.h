// SPDX-License-Identifier: MIT
#pragma once

// Reads many small JSON objects, one after the other, without making a tree of each (core/json.h
// does): for state files with a line for each of 100,000 phones.

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/error.h"

namespace trunkline::core {

/// One thread at a time; its memory is used again for every text.
class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  /// The object from now on. What it cannot read as one (RFC 8259, UTF-8) is a fault (data), and
  /// leaves it without an object.
  [[nodiscard]] Result<void> read(std::string_view text);

  /// The member's value, or `otherwise` where it is absent, of another type, or (a number) does not
  /// fit. A text is there until the next read().
  std::string_view text_at(std::string_view key, std::string_view otherwise = {}) const;
  std::int64_t number_at(std::string_view key, std::int64_t otherwise = 0) const;
  bool bool_at(std::string_view key, bool otherwise = false) const;
  /// Calls `use` for each text of a list; what else is in it is passed over.
  void for_each_text(std::string_view key, const std::function<void(std::string_view)>& use) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::core
