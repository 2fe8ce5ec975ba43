// SPDX-License-Identifier: MIT
#include "qr/code.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <cerrno>

#include "core/cptr.h"

namespace trunkline::qr {
namespace {

using QrCode = core::CPtr<QRcode, QRcode_free>;

constexpr std::size_t kLongest = 2953;  // bytes of version 40 at level L
// xterm's 256 colours: its 16 and 231 are black and white in every theme.
constexpr std::string_view kDarkOnLight = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view kPlain = "\x1b[0m";

/// Of an upper and a lower module: what is drawn and what is left.
constexpr std::string_view block_of(bool upper, bool lower) {
  if (upper && lower) return "\u2588";
  if (upper) return "\u2580";
  return lower ? "\u2584" : " ";
}

}  // namespace

core::Result<Code> Code::of(std::string_view text) {
  if (text.empty() || text.size() > kLongest)
    return core::fault(
        core::ExitCode::data,
        fmt::format("cannot make a QR code of {} bytes: it holds 1 to {}", text.size(), kLongest));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libqrencode wants unsigned char
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const QrCode code(QRcode_encodeData(static_cast<int>(text.size()), bytes, 0, QR_ECLEVEL_L));
  if (!code)
    return core::fault(core::ExitCode::software,
                       fmt::format("cannot make a QR code: error {}", errno));
  const auto size = static_cast<std::size_t>(code->width);
  std::vector<bool> dark(size * size);
  // The lowest bit of each byte is the module; the others tell what it belongs to.
  for (std::size_t i = 0; i < dark.size(); ++i) dark[i] = (code->data[i] & 1U) != 0;
  return Code(size, std::move(dark));
}

std::size_t columns_of(const Code& code) {
  return code.size() + 2 * kQuietZone;
}

std::vector<std::string> draw(const Code& code, Ink ink) {
  const bool draws_dark = ink == Ink::colors;
  const std::size_t side = columns_of(code);
  // Positions before the code wrap to huge ones, which are outside, too.
  const auto is_drawn = [&](std::size_t row, std::size_t column) {
    return code.is_dark(row - kQuietZone, column - kQuietZone) == draws_dark;
  };
  std::vector<std::string> lines;
  lines.reserve((side + 1) / 2);
  for (std::size_t row = 0; row < side; row += 2) {
    std::string line(draws_dark ? kDarkOnLight : "");
    for (std::size_t column = 0; column < side; ++column) {
      // The last line's lower half is below the quiet zone.
      const bool lower = row + 1 < side && is_drawn(row + 1, column);
      line += block_of(is_drawn(row, column), lower);
    }
    if (draws_dark) line += kPlain;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace trunkline::qr
