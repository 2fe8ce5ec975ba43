// SPDX-License-Identifier: MIT
#include "db/value.h"

#include <array>

namespace trunkline::db {
namespace {

// Object ids of built-in types (pg_type.dat); they never change.
constexpr unsigned kBytea = 17;
constexpr unsigned kBigint = 20;
constexpr unsigned kText = 25;
constexpr unsigned kUuid = 2950;
constexpr unsigned kByteaArray = 1001;
constexpr unsigned kTextArray = 1009;
constexpr unsigned kBigintArray = 1016;
constexpr unsigned kUuidArray = 2951;

void append_element(std::string& out, std::string_view bytes) {
  core::append_u32(out, static_cast<std::uint32_t>(bytes.size()));
  out += bytes;
}

/// The binary form of a one-dimensional array without NULLs (array_recv of PostgreSQL).
std::string array_header(std::size_t count, unsigned element_type) {
  std::string out;
  core::append_u32(out, count == 0 ? 0 : 1);  // dimensions
  core::append_u32(out, 0);                   // no NULLs
  core::append_u32(out, element_type);
  if (count == 0) return out;
  core::append_u32(out, static_cast<std::uint32_t>(count));
  core::append_u32(out, 1);  // the first index
  return out;
}

}  // namespace

Value::Value(core::ByteView bytes)
    : bytes_(std::string(core::as_text(bytes))), is_binary_(true), type_(kBytea) {}

Value Value::array(std::span<const std::int64_t> numbers) {
  std::string out = array_header(numbers.size(), kBigint);
  for (const std::int64_t number : numbers) {
    std::array<std::byte, 8> bytes{};
    core::write_u64(bytes, 0, static_cast<std::uint64_t>(number));
    append_element(out, core::as_text(bytes));
  }
  return {std::move(out), kBigintArray};
}

Value Value::array(std::span<const std::string> texts) {
  std::string out = array_header(texts.size(), kText);
  for (const std::string& text : texts) append_element(out, text);
  return {std::move(out), kTextArray};
}

Value Value::array(std::span<const core::Uuid> uuids) {
  std::string out = array_header(uuids.size(), kUuid);
  for (const core::Uuid& uuid : uuids) append_element(out, core::as_text(uuid.bytes()));
  return {std::move(out), kUuidArray};
}

Value Value::byte_array(std::span<const std::string> blobs) {
  std::string out = array_header(blobs.size(), kBytea);
  for (const std::string& blob : blobs) append_element(out, blob);
  return {std::move(out), kByteaArray};
}

}  // namespace trunkline::db
