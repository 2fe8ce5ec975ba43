// SPDX-License-Identifier: MIT

// A true sealed file that somebody tampers with, as the input says: what the reader hands out is
// always what was recorded in that place, or nothing. The reader never crashes and never reads
// without end.
//
// Input: one byte chooses the file (finalised or not, its last segment's size), then edits of four
// bytes: what (flip a byte, cut, append, move a part), where (16 bits), how (8 bits). A first byte
// of 255 means that the rest is the file itself.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "os/fd.h"
#include "sealed/reader.h"
#include "sealed/writer.h"

namespace {

using namespace trunkline;

constexpr sealed::Format kFormat{
    .codec = sealed::Codec::mulaw, .channels = 2, .sample_rate = 8000, .segment_ms = 1};
constexpr std::size_t kPlain = 16;
constexpr std::size_t kSegments = 4;

const keystore::DataKey& key() {
  static const keystore::DataKey key{.key = core::Secret(core::Bytes(32, std::byte{0x42})),
                                     .wrapped_by = keystore::KeyId("fuzz")};
  return key;
}

std::byte recorded(std::uint64_t offset) {
  return static_cast<std::byte>(offset * 7 + 1);
}

core::Bytes plaintext(std::size_t from, std::size_t size) {
  core::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = recorded(from + i);
  return bytes;
}

os::Fd memory_file() {
  os::Fd file(::memfd_create("sealed", MFD_CLOEXEC));
  if (!file) std::abort();
  return file;
}

void put(int descriptor, core::ByteView bytes) {
  if (::pwrite(descriptor, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    std::abort();
}

// Salt and prefix are fresh in each file: they do not change which paths an input takes.
core::Bytes true_file(std::uint8_t choice) {
  os::Fd file = memory_file();
  const os::Fd same = file.duplicate();
  auto writer = sealed::Writer::start(std::move(file), "fuzz",
                                      {.recording = core::RecordingId(),
                                       .format = kFormat,
                                       .started_at = {},
                                       .salt = {},
                                       .nonce_prefix = {}},
                                      key());
  if (!writer) std::abort();
  for (std::size_t i = 0; i < kSegments; ++i)
    if (!writer->append(plaintext(i * kPlain, kPlain))) std::abort();
  const std::size_t last = choice % 9 * 2U;
  if ((choice & 0x80) == 0 && !writer->finalise(plaintext(kSegments * kPlain, last))) std::abort();
  core::Bytes bytes(static_cast<std::size_t>(::lseek(same.get(), 0, SEEK_END)));
  if (::pread(same.get(), bytes.data(), bytes.size(), 0) < 0) std::abort();
  return bytes;
}

void tamper(core::Bytes& file, std::uint8_t what, std::size_t where, std::uint8_t how) {
  if (file.empty()) return;
  const std::size_t at = where % file.size();
  switch (what % 4) {
    case 0:
      file[at] ^= std::byte{how};
      break;
    case 1:
      file.resize(at);
      break;
    case 2:
      file.insert(file.end(), how, static_cast<std::byte>(where));
      break;
    default: {
      const std::size_t size = std::min<std::size_t>(how, file.size() - at);
      const core::Bytes part(file.begin() + static_cast<std::ptrdiff_t>(at),
                             file.begin() + static_cast<std::ptrdiff_t>(at + size));
      file.insert(file.end(), part.begin(), part.end());
    }
  }
}

}  // namespace

FUZZ_TARGET(sealed_file) {
  if (size == 0 || size > 4096) return 0;
  core::Bytes bytes;
  if (data[0] == 255) {
    const auto rest = std::as_bytes(std::span(data + 1, size - 1));
    bytes.assign(rest.begin(), rest.end());
  } else {
    bytes = true_file(data[0]);
    for (std::size_t i = 1; i + 4 <= size && i < 100; i += 4)
      tamper(bytes, data[i], static_cast<std::size_t>(data[i + 1] << 8 | data[i + 2]), data[i + 3]);
  }
  os::Fd file = memory_file();
  put(file.get(), bytes);
  auto reader = sealed::Reader::open(std::move(file), key().key, "fuzz");
  if (!reader) return 0;
  (void)reader->verify(sealed::Expected::finalised);  // its finding is not known beforehand
  assert(reader->size() <= bytes.size());
  for (std::uint32_t index = 0; index < reader->segments(); ++index) {
    const auto segment = reader->segment(index);
    if (!segment) continue;
    assert(data[0] != 255);
    const std::size_t from = index * kPlain;
    assert(std::ranges::equal(*segment, plaintext(from, segment->size())));
  }
  return 0;
}
