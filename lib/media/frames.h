// SPDX-License-Identifier: MIT
#pragma once

// RTP payloads taken apart into the frames that a decoder wants, one function a payload format.
// Pure; what a hostile payload says is checked against its length.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.h"

namespace trunkline::media {

/// A coded frame, or silence where `bytes` is empty.
struct Frame {
  core::Bytes bytes = {};
  std::size_t silent_samples = 0;
};

struct Frames {
  std::vector<Frame> frames = {};
  bool is_whole = true;  ///< false: the payload ended in the middle, or is not of this format
};

/// The whole payload is one frame.
Frames whole_payload(core::ByteView payload);
/// Frames of one size, one after another (GSM: RFC 3551 4.5.8; iLBC: RFC 3952).
Frames equal_frames(core::ByteView payload, std::size_t frame_bytes);
/// RFC 3551 4.5.6: frames of 10 bytes, and maybe one of comfort noise (2 bytes) at the end.
Frames g729_frames(core::ByteView payload);
/// RFC 3551 4.5.3: the first two bits of each frame tell its size.
Frames g723_frames(core::ByteView payload);

enum class AmrBand : std::uint8_t { narrow, wide };
/// RFC 4867 4.3 and 4.4, one channel, without interleaving and CRCs: frames as in section 5.3, with
/// their header byte.
Frames amr_frames(core::ByteView payload, AmrBand band, bool is_octet_aligned);

}  // namespace trunkline::media
