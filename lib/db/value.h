// SPDX-License-Identifier: MIT
#pragma once

// One parameter of a statement ($1, $2, ...), converted once from a C++ value to what PostgreSQL
// takes. Bytes and arrays travel in binary form, the rest as text. A Value owns its bytes. NUL
// characters in text are refused by PostgreSQL; bytes that may hold them go as bytea.

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::db {

// NOLINTBEGIN(google-explicit-constructor): a parameter list is written {name, id, limit}
class Value {
 public:
  /// SQL NULL.
  Value(std::nullopt_t) {}
  Value(std::string_view text) : bytes_(text) {}
  Value(const std::string& text) : bytes_(text) {}
  Value(const char* text) : bytes_(text) {}
  Value(std::same_as<bool> auto is_true) : bytes_(is_true ? "t" : "f") {}
  Value(std::integral auto number) requires(!std::same_as<decltype(number), bool>)
      : bytes_(std::to_string(number)) {}
  Value(core::Time time) : bytes_(core::to_rfc3339(time)) {}
  Value(const core::Uuid& uuid) : bytes_(uuid.text()) {}
  template <class Tag>
  Value(const core::Id<Tag>& id) : Value(id.uuid()) {}
  Value(core::ByteView bytes);
  Value(const core::Bytes& bytes) : Value(core::ByteView(bytes)) {}
  Value(const core::Json& json) : bytes_(core::to_line(json)) {}
  template <class T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value(std::nullopt)) {}

  /// bigint[], text[], uuid[], bytea[].
  static Value array(std::span<const std::int64_t> numbers);
  static Value array(std::span<const std::string> texts);
  static Value array(std::span<const core::Uuid> uuids);
  static Value byte_array(std::span<const std::string> blobs);

  bool is_null() const noexcept { return !bytes_; }
  const char* bytes() const noexcept { return bytes_ ? bytes_->data() : nullptr; }
  std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }
  bool is_binary() const noexcept { return is_binary_; }
  /// The type's OID, 0 where the server shall infer it.
  unsigned type() const noexcept { return type_; }

 private:
  Value(std::string binary, unsigned type)
      : bytes_(std::move(binary)), is_binary_(true), type_(type) {}

  std::optional<std::string> bytes_;
  bool is_binary_ = false;
  unsigned type_ = 0;
};
// NOLINTEND(google-explicit-constructor)

using Values = std::vector<Value>;

}  // namespace trunkline::db
