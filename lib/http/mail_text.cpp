// SPDX-License-Identifier: MIT
#include "http/mail_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/text.h"

namespace trunkline::http {
namespace {

/// RFC 5322 2.1.1: lines should have no more characters than this.
constexpr std::size_t kLine = 78;
/// RFC 2047 2: an encoded word has at most 75 characters; "=?UTF-8?B?" and "?=" leave 63, which is
/// 45 bytes in Base64.
constexpr std::size_t kWordBytes = 45;
constexpr std::size_t kEncodedLine = 76;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; }) &&
         text.find("=?") == std::string_view::npos;
}

/// The end of the longest piece that begins at `begin`, fits an encoded word and cuts no character.
std::size_t word_end(std::string_view text, std::size_t begin) {
  std::size_t end = std::min(begin + kWordBytes, text.size());
  const auto is_continuation = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (end > begin + 1 && is_continuation(end)) --end;
  return end;
}

std::string encoded_words(std::string_view text) {
  const std::string valid = core::is_utf8(text) ? std::string(text) : core::printable(text);
  std::string words;
  for (std::size_t begin = 0; begin < valid.size();) {
    const std::size_t end = word_end(valid, begin);
    if (!words.empty()) words += "\r\n ";
    words += fmt::format(
        "=?UTF-8?B?{}?=",
        core::to_base64(core::as_bytes(std::string_view(valid).substr(begin, end - begin))));
    begin = end;
  }
  return words;
}

/// RFC 5322 3.2.3
bool is_atom(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~ ";
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

void append_line(std::string& lines, std::string_view line) {
  std::string encoded;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const bool is_last = at + 1 == line.size();
    const bool is_safe =
        (c >= '!' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !is_last);
    const std::string piece =
        is_safe ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
    if (encoded.size() + piece.size() > kEncodedLine - 1) {
      lines += encoded + "=\r\n";
      encoded.clear();
    }
    encoded += piece;
  }
  lines += encoded;
}

}  // namespace

std::string without_controls(std::string_view text) {
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(), is_control, ' ');
  return clean;
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

std::string header_text(std::string_view name, std::string_view text) {
  std::string clean = without_controls(text);
  const bool is_short = name.size() + 2 + clean.size() <= kLine;
  // Spaces at either end would be lost.
  if (is_short && is_plain(clean) && core::trim(clean) == clean) return clean;
  return encoded_words(clean);
}

std::string header_phrase(std::string_view text) {
  std::string clean = without_controls(text);
  if (!is_plain(clean) || clean.size() > kWordBytes) return encoded_words(clean);
  if (is_atom(clean)) return clean;
  std::string quoted = "\"";
  for (const char c : clean) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string header_date(core::Time time) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm utc =
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::floor<core::Seconds>(time)));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                     kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                     kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string attachment_type(std::string_view type) {
  const bool is_safe = !type.empty() && std::all_of(type.begin(), type.end(),
                                                    [](char c) { return c >= ' ' && c < '\x7f'; });
  return is_safe ? std::string(type) : "application/octet-stream";
}

std::string attachment_name(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    const bool is_safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    safe += is_safe ? c : '_';
  }
  return safe.empty() ? "attachment" : safe;
}

std::string quoted_printable(std::string_view text) {
  std::string lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    append_line(lines, text.substr(begin, end - begin));
    if (end == text.size()) break;
    lines += "\r\n";
    begin = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  if (!lines.empty() && !lines.ends_with("\r\n")) lines += "\r\n";
  return lines;
}

std::string base64_lines(core::ByteView bytes) {
  const std::string encoded = core::to_base64(bytes);
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += kEncodedLine)
    lines += encoded.substr(at, kEncodedLine) + "\r\n";
  return lines;
}

}  // namespace trunkline::http
