// SPDX-License-Identifier: MIT
#include "cdr/csv_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/text.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::cdr {
namespace {

constexpr std::size_t kChunk = std::size_t{256} * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::array kDelimiters{',', ';', '\t', '|'};

std::size_t read_some(int descriptor, std::span<char> space, const std::string& name) {
  while (true) {
    const ssize_t size = ::read(descriptor, space.data(), space.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR) throw os::system_error("read " + name, errno);
  }
}

/// What the first line has most of, outside of quotes; a comma where it has none.
char guess_delimiter(std::string_view record) {
  std::array<std::size_t, kDelimiters.size()> counts{};
  bool is_quoted = false;
  for (const char letter : record) {
    if (letter == '"') is_quoted = !is_quoted;
    const auto* const found = std::find(kDelimiters.begin(), kDelimiters.end(), letter);
    if (!is_quoted && found != kDelimiters.end())
      ++counts.at(static_cast<std::size_t>(found - kDelimiters.begin()));
  }
  const auto* const most = std::max_element(counts.begin(), counts.end());
  return kDelimiters.at(static_cast<std::size_t>(most - counts.begin()));
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char letter : text) bits |= static_cast<unsigned char>(letter);
  return bits < 0x80;
}

}  // namespace

CsvReader::CsvReader(Source source, std::string name, CsvForm form)
    : source_(std::move(source)), name_(std::move(name)), form_(form), buffer_(kChunk, '\0') {}

core::Result<CsvReader> CsvReader::open(const std::filesystem::path& path, CsvForm form) {
  std::string name = path == "-" ? "standard input" : path.string();
  // A std::function is copied, so the descriptor is shared by its copies.
  auto file = std::make_shared<os::Fd>();
  if (path != "-") {
    file->reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!*file) return os::system_failure("open " + name, errno);
  }
  Source source = [file, name](std::span<char> space) {
    return read_some(*file ? file->get() : STDIN_FILENO, space, name);
  };
  return CsvReader(std::move(source), std::move(name), form);
}

core::Result<bool> CsvReader::next() {
  fields_.clear();
  while (!broken_) {
    if (const auto line_break = find_end()) {
      const auto taken = take(*line_break - begin_, 1);
      if (!taken || *taken) return taken;
      continue;
    }
    const std::size_t size = end_ - begin_;
    if (size > form_.longest_record.value()) {
      line_ = next_line_;
      // A quote where none may be makes a record of everything behind it: say that instead.
      if (!split(buffer_.data() + begin_, size)) break;
      return tl::unexpected(break_at(
          line_, fmt::format("a record is longer than {}", core::to_text(form_.longest_record)),
          "look for a line that never ends"));
    }
    if (read_more()) continue;
    if (size == 0) return false;
    return take(size, 0);
  }
  return tl::unexpected(*broken_);
}

/// Where the record's line ends: the first line break with all quotes before it paired.
std::optional<std::size_t> CsvReader::find_end() {
  while (scanned_ < end_) {
    const char* const from = buffer_.data() + scanned_;
    const auto* const found = static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_));
    const char* const to = found == nullptr ? buffer_.data() + end_ : found;
    if (std::count(from, to, '"') % 2 == 1) is_quoted_ = !is_quoted_;
    scanned_ = static_cast<std::size_t>(to - buffer_.data());
    if (found == nullptr) return std::nullopt;
    if (!is_quoted_) return scanned_;
    ++scanned_;
  }
  return std::nullopt;
}

bool CsvReader::read_more() {
  if (is_at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kChunk / 2) buffer_.resize(buffer_.size() * 2);
  const std::size_t size = source_(std::span(buffer_).subspan(end_));
  end_ += size;
  is_at_end_ = size == 0;
  // The mark may come in parts.
  if (!has_begun_ && (end_ >= kByteOrderMark.size() || is_at_end_)) {
    has_begun_ = true;
    if (std::string_view(buffer_).substr(0, end_).starts_with(kByteOrderMark))
      begin_ = scanned_ = kByteOrderMark.size();
  }
  return true;
}

/// The record in hand, which ends with so many bytes of a line break; false for an empty line.
core::Result<bool> CsvReader::take(std::size_t size, std::size_t line_break) {
  char* const begin = buffer_.data() + begin_;
  has_begun_ = true;
  line_ = next_line_;
  next_line_ += count_lines({begin, size + line_break});
  begin_ += size + line_break;
  scanned_ = begin_;
  is_quoted_ = false;
  if (size > 0 && begin[size - 1] == '\r') --size;
  if (size == 0) return false;
  if (size > form_.longest_record.value())
    return tl::unexpected(
        fault_here(fmt::format("a record is longer than {}", core::to_text(form_.longest_record))));
  const std::string_view record(begin, size);
  if (auto checked = check(record); !checked) return tl::unexpected(checked.error());
  if (!form_.delimiter) form_.delimiter = guess_delimiter(record);
  if (auto whole = split(begin, size); !whole) return tl::unexpected(whole.error());
  if (!width_) {
    width_ = fields_.size();
    width_line_ = line_;
  }
  if (!form_.is_ragged && fields_.size() != *width_) {
    const std::size_t count = fields_.size();
    fields_.clear();
    return tl::unexpected(fault_here(
        fmt::format("{} field{}, and line {} has {}", count, count == 1 ? "" : "s", width_line_,
                    *width_),
        fmt::format("fields are separated by '{}'", core::printable({&*form_.delimiter, 1}))));
  }
  return true;
}

core::Result<void> CsvReader::check(std::string_view record) const {
  if (std::memchr(record.data(), '\0', record.size()) != nullptr)
    return tl::unexpected(fault_here("a NUL byte", "where it is UTF-16: iconv -f UTF-16 -t UTF-8"));
  if (!is_ascii(record) && !core::is_utf8(record))
    return tl::unexpected(fault_here("not UTF-8", "where it is Latin 1: iconv -f LATIN1 -t UTF-8"));
  return {};
}

/// Makes fields of a record, unquoting in place: what comes out is never longer than what went in.
core::Result<void> CsvReader::split(char* begin, std::size_t size) {
  const char* const end = begin + size;
  const char delimiter = this->delimiter();
  std::uint64_t line = line_;
  for (char* at = begin;; ++at) {
    char* const field = at;
    if (at != end && *at == '"') {
      const std::uint64_t opened = line;
      char* to = field;
      for (++at;; ++at) {
        if (at == end)
          return tl::unexpected(break_at(opened, "a quoted field has no end", "close the quote"));
        if (*at == '"' && (++at == end || *at != '"')) break;
        if (*at == '\n') ++line;
        *to++ = *at;
      }
      fields_.emplace_back(field, static_cast<std::size_t>(to - field));
      if (at != end && *at != delimiter)
        return tl::unexpected(
            break_at(line, "text behind a closing quote", "double a quote that is text"));
    } else {
      while (at != end && *at != delimiter && *at != '"' && *at != '\r') ++at;
      fields_.emplace_back(field, static_cast<std::size_t>(at - field));
    }
    if (at == end) return {};
    if (*at == delimiter) continue;
    if (*at == '\r')
      return tl::unexpected(break_at(line, "a carriage return without a line feed",
                                     "lines end with LF or CRLF: tr '\\r' '\\n'"));
    return tl::unexpected(break_at(line, "a quote inside of a field that does not begin with one",
                                   "put the field into quotes and double this one"));
  }
}

core::Fault CsvReader::break_at(std::uint64_t line, std::string_view what, std::string hint) {
  fields_.clear();
  line_ = line;
  broken_ = fault_here(what, std::move(hint));
  return *broken_;
}

core::Fault CsvReader::fault_here(std::string_view what, std::string hint) const {
  return {core::ExitCode::data, fmt::format("{}:{}: {}", name_, line_, what), std::move(hint)};
}

}  // namespace trunkline::cdr
