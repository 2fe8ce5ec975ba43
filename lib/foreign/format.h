// SPDX-License-Identifier: MIT
#pragma once

// The forms in which other systems write calls down: one file and one row of the table each. A
// reader goes through its input once, call by call, in the memory of its longest record.
//
// A record that cannot be taken is a fault, after which the next one is read: nothing is passed
// over in silence. What is no call by the form itself (a heading, an empty line) is no record.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "foreign/call.h"
#include "foreign/columns.h"

namespace trunkline::foreign {

/// Puts bytes into the space and says how many; 0 is the end. May throw core::Error.
using Source = std::function<std::size_t(std::span<char>)>;

class Reader {
 public:
  Reader() = default;
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The next call, a fault (data) of a record that is none, or nothing at the end.
  virtual std::optional<core::Result<Call>> next() = 0;
  /// Where the record of the last answer begins; the first line is 1.
  virtual std::uint64_t line() const = 0;
  /// That record as it was written, as far as it can be told; CSV is quoted anew.
  virtual std::string record() const = 0;
};

struct Input {
  Source source = {};
  std::string name = {};       ///< what faults call it
  Columns columns = {};        ///< of CSV by a map (call_fields())
  std::string time_form = {};  ///< of CSV by a map: a form of strptime(3); "": told by the text
};

struct Format {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Reader> (*open)(Input input);
};

std::span<const Format> formats();
/// What a map of CSV may name.
std::span<const std::string_view> call_fields();
std::vector<std::string> format_names();
/// A fault (usage) with the nearest name.
[[nodiscard]] core::Result<const Format*> find_format(std::string_view name);

std::unique_ptr<Reader> open_asterisk_cel(Input input);
std::unique_ptr<Reader> open_asterisk_csv(Input input);
std::unique_ptr<Reader> open_csv(Input input);
std::unique_ptr<Reader> open_freeswitch_csv(Input input);
std::unique_ptr<Reader> open_freeswitch_json(Input input);
std::unique_ptr<Reader> open_freeswitch_xml(Input input);
std::unique_ptr<Reader> open_twilio(Input input);

}  // namespace trunkline::foreign
