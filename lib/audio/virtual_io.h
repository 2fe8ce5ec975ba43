// SPDX-License-Identifier: MIT
#pragma once

// For this folder's own files: what libsndfile reads and writes through in place of a file.

#include <sndfile.h>

namespace trunkline::audio {

/// `Io` has the five as static functions, none of which throws.
template <class Io>
SF_VIRTUAL_IO virtual_io() {
  return {.get_filelen = Io::length,
          .seek = Io::seek,
          .read = Io::read,
          .write = Io::write,
          .tell = Io::tell};
}

}  // namespace trunkline::audio
