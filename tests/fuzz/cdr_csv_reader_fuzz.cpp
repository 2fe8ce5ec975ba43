// SPDX-License-Identifier: MIT

// A file of anybody's making: it is read or refused by its line, however its bytes come, and what
// was read is read the same when it is written again.

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "cdr/csv.h"
#include "cdr/csv_reader.h"
#include "fuzz/target.h"

namespace cdr = trunkline::cdr;

namespace {

struct Outcome {
  std::vector<std::vector<std::string>> records;
  std::vector<std::string> faults;

  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view text, std::size_t step, const cdr::CsvForm& form) {
  const auto source = [text, step](std::span<char> space) mutable {
    const std::size_t size = std::min({step, text.size(), space.size()});
    text.copy(space.data(), size);
    text.remove_prefix(size);
    return size;
  };
  cdr::CsvReader reader(source, "fuzz", form);
  Outcome outcome;
  std::uint64_t line = 0;
  while (!reader.is_broken()) {
    const auto more = reader.next();
    if (!more) {
      assert(more.error().message.starts_with("fuzz:") && reader.fields().empty());
      outcome.faults.push_back(more.error().message);
      continue;
    }
    if (!*more) break;
    assert(reader.line() > line && !reader.fields().empty());
    line = reader.line();
    outcome.records.emplace_back(reader.fields().begin(), reader.fields().end());
  }
  return outcome;
}

}  // namespace

FUZZ_TARGET(cdr_csv_reader) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read(text, size + 1, {});
  assert(read(text, 1, {}) == whole);
  assert(read(text, 3, {}) == whole);

  const cdr::CsvForm ragged{.delimiter = ',', .is_ragged = true};
  const Outcome loose = read(text, size + 1, ragged);
  std::string again;
  for (const auto& record : loose.records) {
    const std::size_t begin = again.size();
    for (const std::string& field : record) {
      if (again.size() > begin || &field != &record.front()) again += ',';
      cdr::append_csv_field(again, field);
    }
    // One empty field is an empty line unless it is quoted, and a mark at the beginning is none.
    if (again.size() == begin || (begin == 0 && again.starts_with("\xef\xbb\xbf"))) return 0;
    again += "\r\n";
  }
  const Outcome twice = read(again, size + 1, ragged);
  assert(twice.records == loose.records && twice.faults.empty());
  return 0;
}
