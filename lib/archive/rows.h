// SPDX-License-Identifier: MIT
#pragma once

// The rows of an archive's file by the names of their columns; for the files of this folder.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/compressed_file.h"
#include "cdr/csv_reader.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::archive {

class Rows {
 public:
  /// Reads the heading. Throws core::Error, as everything here.
  explicit Rows(const std::filesystem::path& path);
  ~Rows() = default;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  /// False at the end.
  bool next();
  /// As the heading names them.
  const std::vector<std::string>& columns() const noexcept { return heading_; }
  /// "" for NULL, and for a column that the file does not have.
  std::string_view text(std::string_view column) const;
  core::Uuid uuid(std::string_view column) const;
  std::optional<core::Uuid> uuid_or_none(std::string_view column) const;
  core::Time time(std::string_view column) const;
  std::optional<core::Time> time_or_none(std::string_view column) const;
  std::optional<std::int64_t> number(std::string_view column) const;

 private:
  [[noreturn]] void refuse(std::string_view column) const;

  std::string name_;
  CompressedReader file_;
  cdr::CsvReader reader_;
  std::vector<std::string> heading_;
  std::map<std::string, std::size_t, std::less<>> columns_;
};

}  // namespace trunkline::archive
