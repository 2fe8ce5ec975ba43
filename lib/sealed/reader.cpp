// SPDX-License-Identifier: MIT
#include "sealed/reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace trunkline::sealed {
namespace {

core::Fault io_fault(std::string_view what, std::string_view name) {
  return {errno == ENOENT ? core::ExitCode::no_input : core::ExitCode::io,
          fmt::format("cannot {} '{}': {}", what, name, std::strerror(errno))};
}

/// Reads exactly `bytes` from `offset`; false when the file ends before.
core::Result<bool> read_exactly(int descriptor, std::uint64_t offset, std::span<std::byte> bytes,
                                std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t count = pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(io_fault("read", name));
    if (count == 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

core::Result<std::uint64_t> size_of(int descriptor, std::string_view name) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return tl::unexpected(io_fault("look at", name));
  return static_cast<std::uint64_t>(status.st_size);
}

core::Result<Header> read_header(int descriptor, HeaderBytes& bytes, std::string_view name) {
  const auto read = read_exactly(descriptor, 0, bytes, name);
  if (!read) return tl::unexpected(read.error());
  if (!*read)
    return core::fault(core::ExitCode::data,
                       fmt::format("'{}' is shorter than a sealed file's header", name));
  auto header = parse_header(bytes);
  if (!header) {
    header.error().message = fmt::format("'{}': {}", name, header.error().message);
  }
  return header;
}

}  // namespace

Reader::Reader(os::Fd file, std::string name, const Header& header, crypto::Aead aead)
    : file_(std::move(file)), name_(std::move(name)), header_(header), aead_(std::move(aead)) {}

core::Result<Reader> Reader::open(const std::filesystem::path& path,
                                  const keystore::KeyStore& keys) {
  os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return tl::unexpected(io_fault("open", path.string()));
  HeaderBytes bytes{};
  const auto header = read_header(file.get(), bytes, path.string());
  if (!header) return tl::unexpected(header.error());
  const auto key = keys.open_key(header->recording);
  if (!key) return tl::unexpected(key.error());
  return open(std::move(file), key->key, path.string());
}

core::Result<Reader> Reader::open(os::Fd file, const core::Secret& data_key, std::string name) {
  HeaderBytes bytes{};
  const auto header = read_header(file.get(), bytes, name);
  if (!header) return tl::unexpected(header.error());
  Reader reader(std::move(file), std::move(name), *header, crypto::Aead(file_key(data_key, bytes)));
  if (auto found = reader.find_end(); !found) return tl::unexpected(found.error());
  return reader;
}

core::Milliseconds Reader::duration() const noexcept {
  return core::Milliseconds(
      static_cast<std::int64_t>(size_ * 1000 / header_.format.bytes_per_second()));
}

std::uint64_t Reader::place_of(std::uint32_t index) const noexcept {
  return kHeaderSize + std::uint64_t{index} * (header_.format.segment_size() + kTagSize);
}

core::Result<bool> Reader::opens(std::uint32_t index, std::size_t plain_size, bool is_last) {
  sealed_.resize(plain_size + kTagSize);
  plain_.resize(plain_size);
  opened_.reset();
  const auto read = read_exactly(file_.get(), place_of(index), sealed_, name_);
  if (!read) return read;
  return *read && aead_.open(segment_nonce(header_, index, is_last), sealed_, {}, plain_);
}

core::Result<void> Reader::find_end() {
  const auto file_size = size_of(file_.get(), name_);
  if (!file_size) return tl::unexpected(file_size.error());
  const std::size_t whole = header_.format.segment_size();
  const std::uint64_t content = *file_size < kHeaderSize ? 0 : *file_size - kHeaderSize;
  const std::uint64_t count = content / (whole + kTagSize);
  const std::uint64_t rest = content % (whole + kTagSize);
  if (count > 0xffff'ffff)
    return core::fault(core::ExitCode::data,
                       fmt::format("'{}' has more segments than a sealed file can", name_));
  const auto segments = static_cast<std::uint32_t>(count);
  is_finalised_ = false;
  segments_ = segments;
  size_ = count * whole;
  torn_bytes_ = rest;

  // A last segment that is shorter than the others, or empty.
  if (rest >= kTagSize && (rest - kTagSize) % header_.format.frame_size() == 0) {
    const auto is_last = opens(segments, rest - kTagSize, true);
    if (!is_last) return tl::unexpected(is_last.error());
    if (*is_last) {
      is_finalised_ = true;
      ++segments_;
      size_ += rest - kTagSize;
      torn_bytes_ = 0;
      return {};
    }
  }
  if (segments == 0) return {};
  // One that is as long as the others.
  const auto is_last = opens(segments - 1, whole, true);
  if (!is_last) return tl::unexpected(is_last.error());
  if (*is_last && rest == 0) {
    is_finalised_ = true;
    return {};
  }
  const auto is_open_end = opens(segments - 1, whole, false);
  if (!is_open_end) return tl::unexpected(is_open_end.error());
  // The usual file that is not finalised. Bytes behind a short last segment would look the same.
  const auto end =
      *is_open_end ? core::Result<std::uint32_t>(segments) : first_that_does_not_open(segments);
  if (!end) return tl::unexpected(end.error());
  const auto was_longer = ends_early_at(*end, *file_size);
  if (!was_longer) return tl::unexpected(was_longer.error());
  if (*was_longer)
    return core::fault(core::ExitCode::data,
                       fmt::format("bytes were appended to '{}' after its end", name_),
                       "restore the file from its backup");
  if (*end == 0)
    return core::fault(core::ExitCode::data,
                       fmt::format("nothing in '{}' can be opened: its content or its key was "
                                   "changed",
                                   name_),
                       "restore the file, or the key store from its mirror");
  return {};
}

core::Result<std::uint32_t> Reader::first_that_does_not_open(std::uint32_t count) {
  std::uint32_t low = 0;
  std::uint32_t high = count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const auto opened = opens(middle, header_.format.segment_size(), false);
    if (!opened) return tl::unexpected(opened.error());
    if (*opened) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

core::Result<bool> Reader::ends_early_at(std::uint32_t index, std::uint64_t file_size) {
  if (place_of(index) + kTagSize >= file_size) return false;
  const std::uint64_t available = file_size - place_of(index) - kTagSize;
  const std::size_t most =
      static_cast<std::size_t>(std::min<std::uint64_t>(available, header_.format.segment_size()));
  for (std::size_t size = 0; size <= most; size += header_.format.frame_size()) {
    const auto is_last = opens(index, size, true);
    if (!is_last || *is_last) return is_last;
  }
  return false;
}

core::Result<core::ByteView> Reader::segment(std::uint32_t index) {
  if (index >= segments_)
    return core::fault(core::ExitCode::no_input,
                       fmt::format("'{}' has no segment {}", name_, index));
  const bool is_last = is_finalised_ && index + 1 == segments_;
  const std::size_t whole = header_.format.segment_size();
  const std::size_t plain_size =
      is_last ? static_cast<std::size_t>(size_ - std::uint64_t{index} * whole) : whole;
  if (opened_ == index) return core::ByteView(plain_);
  const auto opened = opens(index, plain_size, is_last);
  if (!opened) return tl::unexpected(opened.error());
  if (!*opened)
    return core::fault(core::ExitCode::data,
                       fmt::format("segment {} of '{}' was changed", index, name_),
                       "restore the file from its backup");
  opened_ = index;
  return core::ByteView(plain_);
}

core::Result<std::size_t> Reader::read(std::uint64_t offset, std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size() && offset + done < size_) {
    const std::uint64_t at = offset + done;
    const std::size_t whole = header_.format.segment_size();
    const auto plain = segment(static_cast<std::uint32_t>(at / whole));
    if (!plain) return tl::unexpected(plain.error());
    const core::ByteView piece = plain->subspan(static_cast<std::size_t>(at % whole));
    const std::size_t count = std::min(piece.size(), bytes.size() - done);
    std::copy_n(piece.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

std::uint64_t Reader::offset_at(core::Milliseconds moment) const noexcept {
  if (moment.count() <= 0) return 0;
  const std::uint64_t frame =
      static_cast<std::uint64_t>(moment.count()) * header_.format.sample_rate / 1000;
  return std::min(size_, frame * header_.format.frame_size());
}

core::Result<void> Reader::refresh() {
  opened_.reset();
  return find_end();
}

core::Result<void> Reader::verify(Expected expected) {
  if (auto found = refresh(); !found) return found;
  for (std::uint32_t index = 0; index < segments_; ++index)
    if (auto plain = segment(index); !plain) return tl::unexpected(plain.error());
  if (expected == Expected::finalised && !is_finalised_)
    return core::fault(core::ExitCode::data,
                       fmt::format("'{}' was cut, or its last segment was changed", name_),
                       "restore the file from its backup");
  return {};
}

}  // namespace trunkline::sealed
