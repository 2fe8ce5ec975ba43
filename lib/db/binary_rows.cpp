// SPDX-License-Identifier: MIT
#include "db/binary_rows.h"

#include <libpq-fe.h>

#include <array>
#include <cassert>
#include <cstring>

#include "core/bytes.h"

namespace trunkline::db {
namespace {

// timestamptz counts microseconds from 2000-01-01 00:00:00 UTC.
constexpr std::int64_t kPostgresEpoch = 946'684'800'000'000;

}  // namespace

void BinaryRows::begin_row(std::uint16_t columns) {
  std::array<std::byte, 2> out{};
  core::write_u16(out, 0, columns);
  bytes_ += core::as_text(out);
  ++rows_;
}

BinaryRows& BinaryRows::add(std::string_view text) {
  core::append_u32(bytes_, static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
  return *this;
}

BinaryRows& BinaryRows::add_text(const std::optional<std::string>& text) {
  return text ? add(std::string_view(*text)) : add_null();
}

BinaryRows& BinaryRows::add(const core::Uuid& uuid) {
  return add(core::as_text(uuid.bytes()));
}

BinaryRows& BinaryRows::add(core::Time time) {
  return add_bigint(core::to_microseconds(time) - kPostgresEpoch);
}

BinaryRows& BinaryRows::add_integer(std::int32_t number) {
  core::append_u32(bytes_, 4);
  core::append_u32(bytes_, static_cast<std::uint32_t>(number));
  return *this;
}

BinaryRows& BinaryRows::add_bigint(std::int64_t number) {
  core::append_u32(bytes_, 8);
  core::append_u64(bytes_, static_cast<std::uint64_t>(number));
  return *this;
}

BinaryRows& BinaryRows::add_null() {
  core::append_u32(bytes_, 0xffff'ffffU);
  return *this;
}

void BinaryRows::clear() {
  bytes_.clear();
  rows_ = 0;
}

bool BinaryRow::is_null(int column) const {
  return PQgetisnull(result_, 0, column) != 0;
}

std::string_view BinaryRow::text(int column) const {
  return {PQgetvalue(result_, 0, column),
          static_cast<std::size_t>(PQgetlength(result_, 0, column))};
}

const std::byte* BinaryRow::sized(int column, std::size_t size) const {
  assert(!is_null(column) && text(column).size() == size);
  (void)size;
  return reinterpret_cast<const std::byte*>(PQgetvalue(result_, 0, column));
}

core::Uuid BinaryRow::uuid(int column) const {
  std::array<std::byte, 16> bytes{};
  std::memcpy(bytes.data(), sized(column, bytes.size()), bytes.size());
  return core::Uuid(bytes);
}

core::Time BinaryRow::time(int column) const {
  return core::from_microseconds(bigint(column) + kPostgresEpoch);
}

std::int32_t BinaryRow::integer(int column) const {
  return static_cast<std::int32_t>(core::read_u32({sized(column, 4), 4}, 0));
}

std::int64_t BinaryRow::bigint(int column) const {
  return static_cast<std::int64_t>(core::read_u64({sized(column, 8), 8}, 0));
}

}  // namespace trunkline::db
