// SPDX-License-Identifier: MIT
#include "audio/codec.h"

#include <string>

namespace trunkline::audio {

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::mulaw:
      return "mulaw";
    case Codec::alaw:
      return "alaw";
    case Codec::s16le:
      break;
  }
  return "s16le";
}

core::Result<Codec> parse_codec(std::string_view name) {
  for (const Codec codec : {Codec::mulaw, Codec::alaw, Codec::s16le}) {
    if (name == name_of(codec)) return codec;
  }
  return core::fault(core::ExitCode::data, "no sample format is named '" + std::string(name) + "'",
                     "one of: mulaw, alaw, s16le");
}

}  // namespace trunkline::audio
