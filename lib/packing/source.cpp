// SPDX-License-Identifier: MIT
#include "packing/source.h"

#include <algorithm>

namespace trunkline::packing {

audio::Codec audio_codec(sealed::Codec codec) {
  switch (codec) {
    case sealed::Codec::mulaw:
      return audio::Codec::mulaw;
    case sealed::Codec::alaw:
      return audio::Codec::alaw;
    case sealed::Codec::s16le:
      break;
  }
  return audio::Codec::s16le;
}

sealed::Codec sealed_codec(audio::Codec codec) {
  switch (codec) {
    case audio::Codec::mulaw:
      return sealed::Codec::mulaw;
    case audio::Codec::alaw:
      return sealed::Codec::alaw;
    case audio::Codec::s16le:
      break;
  }
  return sealed::Codec::s16le;
}

audio::BlockType block_type(sealed::Packing packing) {
  return packing == sealed::Packing::opus ? audio::BlockType::opus : audio::BlockType::flac;
}

Source::Source(sealed::Reader reader)
    : reader_(std::move(reader)),
      format_{.codec = audio_codec(reader_.header().format.codec),
              .channels = reader_.header().format.channels,
              .sample_rate = reader_.header().format.sample_rate} {}

core::Result<Source> Source::open(const std::filesystem::path& path,
                                  const keystore::KeyStore& keys) {
  auto reader = sealed::Reader::open(path, keys);
  if (!reader) return tl::unexpected(reader.error());
  return of(std::move(*reader));
}

core::Result<Source> Source::of(sealed::Reader reader) {
  Source source(std::move(reader));
  if (source.header().format.packing == sealed::Packing::none) return source;
  if (!source.is_finalised())
    return core::fault(core::ExitCode::data, "the packed samples were cut: their end is missing",
                       "restore the file from its backup");
  sealed::Reader& plain = source.reader_;
  auto contents =
      read_contents(plain.size(), [&](std::uint64_t offset, std::span<std::byte> bytes) {
        return plain.read(offset, bytes).map([](std::size_t /*all, within its size*/) {});
      });
  if (!contents) return tl::unexpected(contents.error());
  source.contents_ = std::move(*contents);
  return source;
}

std::uint64_t Source::size() const noexcept {
  return contents_ ? contents_->frames * format_.bytes_per_frame() : reader_.size();
}

core::Milliseconds Source::duration() const noexcept {
  const std::uint64_t frames = size() / format_.bytes_per_frame();
  return core::Milliseconds(static_cast<std::int64_t>(frames * 1000 / format_.sample_rate));
}

std::uint64_t Source::offset_at(core::Milliseconds moment) const noexcept {
  if (moment.count() <= 0) return 0;
  if (moment > duration()) return size();
  const auto frame = static_cast<std::uint64_t>(moment.count()) * format_.sample_rate / 1000;
  return std::min(size(), frame * format_.bytes_per_frame());
}

core::Result<void> Source::unpack(std::size_t index) {
  if (unpacked_ == index) return {};
  unpacked_.reset();
  const std::uint64_t offset = contents_->offsets[index];
  core::Bytes packed(static_cast<std::size_t>(contents_->offsets[index + 1] - offset));
  const auto got = reader_.read(offset, packed);
  if (!got) return tl::unexpected(got.error());
  auto samples = audio::unpack_block(block_type(header().format.packing), format_, packed,
                                     contents_->frames_of(index));
  if (!samples) return tl::unexpected(samples.error());
  block_ = std::move(*samples);
  unpacked_ = index;
  return {};
}

core::Result<std::size_t> Source::read(std::uint64_t offset, std::span<std::byte> bytes) {
  if (!contents_) return reader_.read(offset, bytes);
  const std::uint64_t whole =
      std::uint64_t{contents_->frames_per_block} * format_.bytes_per_frame();
  std::size_t done = 0;
  while (done < bytes.size() && offset + done < size()) {
    const std::uint64_t at = offset + done;
    if (auto unpacked = unpack(static_cast<std::size_t>(at / whole)); !unpacked)
      return tl::unexpected(unpacked.error());
    const core::ByteView rest =
        core::ByteView(block_).subspan(static_cast<std::size_t>(at % whole));
    const std::size_t count = std::min(rest.size(), bytes.size() - done);
    std::ranges::copy(rest.first(count), bytes.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

}  // namespace trunkline::packing
