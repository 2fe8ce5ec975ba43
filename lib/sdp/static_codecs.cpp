// SPDX-License-Identifier: MIT
#include <array>

#include "sdp/facts.h"

namespace trunkline::sdp {

namespace {

struct Row {
  std::uint8_t payload_type;
  std::string_view name;
  std::uint32_t clock_rate;
  unsigned channels = 1;
};

// RFC 3551 tables 4 (audio) and 5 (video). G722 says 8000 though it samples at 16000:
// section 4.5.2.
constexpr std::array kRows = {
    Row{0, "PCMU", 8000},   Row{3, "GSM", 8000},    Row{4, "G723", 8000},
    Row{5, "DVI4", 8000},   Row{6, "DVI4", 16000},  Row{7, "LPC", 8000},
    Row{8, "PCMA", 8000},   Row{9, "G722", 8000},   Row{10, "L16", 44100, 2},
    Row{11, "L16", 44100},  Row{12, "QCELP", 8000}, Row{13, "CN", 8000},
    Row{14, "MPA", 90000},  Row{15, "G728", 8000},  Row{16, "DVI4", 11025},
    Row{17, "DVI4", 22050}, Row{18, "G729", 8000},  Row{25, "CelB", 90000},
    Row{26, "JPEG", 90000}, Row{28, "nv", 90000},   Row{31, "H261", 90000},
    Row{32, "MPV", 90000},  Row{33, "MP2T", 90000}, Row{34, "H263", 90000},
};

}  // namespace

std::optional<Codec> static_codec(std::uint8_t payload_type) {
  for (const auto& row : kRows) {
    if (row.payload_type != payload_type) continue;
    return Codec{.payload_type = row.payload_type,
                 .name = std::string(row.name),
                 .clock_rate = row.clock_rate,
                 .channels = row.channels};
  }
  return std::nullopt;
}

}  // namespace trunkline::sdp
