// SPDX-License-Identifier: MIT
#include "sealed/reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "os/system_fault.h"

namespace trunkline::sealed {
namespace {

/// Bytes decrypted in search of a buried end: about a second's worth.
constexpr std::uint64_t kMostSearched = std::uint64_t{4} << 30;

constexpr std::string_view kRestore = "restore the file from its backup";

/// Fewer bytes than asked for only at the file's end.
core::Result<std::size_t> read_at(int descriptor, std::uint64_t offset, std::span<std::byte> bytes,
                                  const std::string& name) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(descriptor, bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os::system_failure(fmt::format("read {}", name), errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

core::Result<std::uint64_t> size_of(int descriptor, const std::string& name) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0)
    return os::system_failure(fmt::format("look at {}", name), errno);
  if (!S_ISREG(status.st_mode))
    return core::fault(core::ExitCode::data, fmt::format("cannot read {}: not a file", name));
  return static_cast<std::uint64_t>(status.st_size);
}

core::Result<HeaderBytes> read_header(int descriptor, const std::string& name) {
  if (const auto size = size_of(descriptor, name); !size) return tl::unexpected(size.error());
  HeaderBytes bytes;
  const auto count = read_at(descriptor, 0, bytes, name);
  if (!count) return tl::unexpected(count.error());
  const auto parsed = parse_header(core::ByteView(bytes).first(*count));
  if (!parsed)
    return core::fault(parsed.error().code,
                       fmt::format("cannot read {}: {}", name, parsed.error().message));
  return bytes;
}

core::Fault with_name(core::Fault fault, const std::string& name) {
  fault.message = fmt::format("cannot read {}: {}", name, fault.message);
  return fault;
}

}  // namespace

Reader::Reader(os::Fd file, std::string name, const Header& header, crypto::Aead aead)
    : file_(std::move(file)), name_(std::move(name)), header_(header), aead_(std::move(aead)) {}

core::Result<Reader> Reader::open(const std::filesystem::path& path,
                                  const keystore::KeyStore& keys) {
  os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return os::system_failure(fmt::format("open {}", path.native()), errno);
  const auto bytes = read_header(file.get(), path.native());
  if (!bytes) return tl::unexpected(bytes.error());
  const auto found = keys.open_keys(parse_header(*bytes)->recording);
  if (!found) return tl::unexpected(with_name(found.error(), path.native()));

  // After a crash in the middle of a recovery there are two keys, and one of them fits.
  core::Result<Reader> reader = core::fault(core::ExitCode::data, "no key");
  for (const keystore::DataKey& key : *found) {
    reader = open(file.duplicate(), key.key, path.native());
    if (reader) break;
  }
  return reader;
}

core::Result<Reader> Reader::open(os::Fd file, const core::Secret& data_key, std::string name) {
  const auto bytes = read_header(file.get(), name);
  if (!bytes) return tl::unexpected(bytes.error());
  Reader reader(std::move(file), std::move(name), *parse_header(*bytes),
                crypto::Aead(file_key(data_key, *bytes)));
  if (const auto found = reader.find_end(); !found) return tl::unexpected(found.error());
  // A finalised file that bytes were added to must not pass for one that a crash cut.
  if (reader.torn_bytes_ > kTagSize)
    if (auto untouched = reader.check_tail(); !untouched) return tl::unexpected(untouched.error());
  return reader;
}

core::Milliseconds Reader::duration() const noexcept {
  if (header_.format.packing != Packing::none) return core::Milliseconds(0);
  const std::uint64_t frames = size_ / header_.format.frame_size();
  return core::Milliseconds(static_cast<std::int64_t>(frames * 1000 / header_.format.sample_rate));
}

std::uint64_t Reader::offset_at(core::Milliseconds moment) const noexcept {
  if (moment.count() <= 0) return 0;
  if (moment > duration()) return size_;
  const auto frame = static_cast<std::uint64_t>(moment.count()) * header_.format.sample_rate / 1000;
  return std::min(size_, frame * header_.format.frame_size());
}

core::Result<void> Reader::refresh() {
  // The last one may have been the last whole segment, or may now be longer.
  opened_.reset();
  return find_end();
}

core::Result<void> Reader::find_end() {
  const auto file_size = size_of(file_.get(), name_);
  if (!file_size) return tl::unexpected(file_size.error());
  if (*file_size < kHeaderSize)
    return core::fault(core::ExitCode::data, fmt::format("cannot read {}: it was cut", name_));
  const std::size_t plain = header_.format.segment_size();
  const std::size_t whole = plain + kTagSize;
  const std::uint64_t body = *file_size - kHeaderSize;
  const std::uint64_t rest = body % whole;
  if (body / whole >= std::numeric_limits<std::uint32_t>::max())
    return core::fault(core::ExitCode::data, fmt::format("cannot read {}: too long", name_));
  const auto count = static_cast<std::uint32_t>(body / whole);
  const auto set = [&](bool is_finalised, std::uint32_t segments, std::uint64_t size) {
    is_finalised_ = is_finalised;
    segments_ = segments;
    size_ = size;
    torn_bytes_ = is_finalised ? 0 : rest;
    return core::Result<void>{};
  };

  if (rest >= kTagSize && (rest - kTagSize) % header_.format.unit_size() == 0) {
    const std::size_t short_size = static_cast<std::size_t>(rest) - kTagSize;
    const auto is_last = opens(count, short_size, true);
    if (!is_last) return tl::unexpected(is_last.error());
    if (*is_last) return set(true, count + 1, std::uint64_t{count} * plain + short_size);
  }
  const std::uint64_t size = std::uint64_t{count} * plain;
  if (count == 0) return set(false, 0, 0);
  const auto is_last = opens(count - 1, plain, true);
  if (!is_last) return tl::unexpected(is_last.error());
  if (*is_last && rest == 0) return set(true, count, size);
  if (*is_last) return tl::unexpected(appended(rest));
  // Not finalised, whatever its last whole segment is: what a crash (or a disk) spoiled shows when
  // it is read. But something must open, or the key is another file's.
  for (std::uint32_t index = count; index-- > 0;) {
    const auto fits = opens(index, plain, false);
    if (!fits) return tl::unexpected(fits.error());
    if (*fits) return set(false, count, size);
    const auto ends = opens(index, plain, true);
    if (!ends) return tl::unexpected(ends.error());
    if (*ends) return tl::unexpected(appended(*file_size - place_of(index + 1)));
  }
  return core::fault(core::ExitCode::data,
                     fmt::format("cannot open {}: its key opens none of its segments", name_),
                     "it was changed, or its key row belongs to another file");
}

core::Result<bool> Reader::opens(std::uint32_t index, std::size_t plain_size, bool is_last) {
  opened_.reset();
  sealed_.resize(plain_size + kTagSize);
  plain_.resize(plain_size);
  const auto count = read_at(file_.get(), place_of(index), sealed_, name_);
  if (!count) return tl::unexpected(count.error());
  return *count == sealed_.size() &&
         aead_.open(segment_nonce(header_, index, is_last), sealed_, {}, plain_);
}

std::size_t Reader::plain_size_of(std::uint32_t index) const noexcept {
  const std::size_t plain = header_.format.segment_size();
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(plain, size_ - std::uint64_t{index} * plain));
}

core::Result<core::ByteView> Reader::segment(std::uint32_t index) {
  if (index >= segments_)
    return core::fault(core::ExitCode::no_input, fmt::format("{} has {} segments, not {}", name_,
                                                             segments_, std::uint64_t{index} + 1));
  if (opened_ == index) return core::ByteView(plain_);
  const bool is_last = is_finalised_ && index + 1 == segments_;
  const auto is_true = opens(index, plain_size_of(index), is_last);
  if (!is_true) return tl::unexpected(is_true.error());
  if (!*is_true) return tl::unexpected(changed(index));
  opened_ = index;
  return core::ByteView(plain_);
}

core::Result<std::size_t> Reader::read(std::uint64_t offset, std::span<std::byte> bytes) {
  const std::size_t plain = header_.format.segment_size();
  std::size_t done = 0;
  while (done < bytes.size() && offset + done < size_) {
    const std::uint64_t at = offset + done;
    const auto view = segment(static_cast<std::uint32_t>(at / plain));
    if (!view) return tl::unexpected(view.error());
    const core::ByteView rest = view->subspan(static_cast<std::size_t>(at % plain));
    const std::size_t count = std::min(rest.size(), bytes.size() - done);
    std::ranges::copy(rest.first(count), bytes.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

core::Result<std::optional<std::size_t>> Reader::find_buried_end(std::uint32_t index) {
  const std::size_t frame = header_.format.unit_size();
  const std::size_t plain = header_.format.segment_size();
  core::Bytes bytes(plain + kTagSize);
  const auto count = read_at(file_.get(), place_of(index), bytes, name_);
  if (!count) return tl::unexpected(count.error());
  // The effort grows with the square: a forged header must not keep us busy for hours. What is not
  // searched counts as torn.
  if (std::uint64_t{*count} * *count / (2 * frame) > kMostSearched) return std::nullopt;
  const crypto::AeadNonce nonce = segment_nonce(header_, index, true);
  core::Bytes opened(plain);
  for (std::size_t size = 0; size + kTagSize <= *count && size <= plain; size += frame)
    if (aead_.open(nonce, core::ByteView(bytes).first(size + kTagSize), {},
                   std::span(opened).first(size))) {
      plain_ = std::move(opened);
      plain_.resize(size);
      opened_.reset();
      return size;
    }
  return std::nullopt;
}

core::Result<void> Reader::verify(Expected expected) {
  for (std::uint32_t index = 0; index < segments_; ++index) {
    if (const auto opened = segment(index); opened) continue;
    const auto why = explain(index);
    return tl::unexpected(why ? *why : why.error());
  }
  if (is_finalised_) return {};
  if (auto untouched = check_tail(); !untouched) return untouched;
  if (expected == Expected::finalised)
    return core::fault(
        core::ExitCode::data,
        fmt::format("{} was cut: it ends after {} segments and {} bytes, without its "
                    "last segment",
                    name_, segments_, torn_bytes_),
        std::string(kRestore));
  return {};
}

core::Result<void> Reader::check_tail() {
  const auto buried = find_buried_end(segments_);
  if (!buried) return tl::unexpected(buried.error());
  if (!*buried) return {};
  return tl::unexpected(appended(torn_bytes_ - **buried - kTagSize));
}

core::Result<core::Fault> Reader::explain(std::uint32_t index) {
  const auto buried =
      is_finalised_ ? core::Result<std::optional<std::size_t>>{} : find_buried_end(index);
  if (!buried) return tl::unexpected(buried.error());
  if (!*buried) return changed(index);
  const std::uint64_t rest = place_of(segments_) + torn_bytes_ - place_of(index);
  return appended(rest - **buried - kTagSize);
}

core::Fault Reader::appended(std::uint64_t count) const {
  return {core::ExitCode::data,
          fmt::format("{} was changed: {} bytes were appended after its end", name_, count),
          std::string(kRestore)};
}

core::Fault Reader::changed(std::uint32_t index) const {
  if (header_.format.packing != Packing::none)
    return {core::ExitCode::data,
            fmt::format("{} was changed: segment {} is not what was written", name_, index),
            std::string(kRestore)};
  const auto seconds = std::chrono::duration_cast<core::Seconds>(
      core::Milliseconds(std::int64_t{index} * header_.format.segment_ms));
  return {core::ExitCode::data,
          fmt::format("{} was changed: segment {} at {} is not what was recorded", name_, index,
                      core::to_clock_text(seconds)),
          std::string(kRestore)};
}

std::uint64_t Reader::place_of(std::uint32_t index) const noexcept {
  return kHeaderSize + std::uint64_t{index} * (header_.format.segment_size() + kTagSize);
}

}  // namespace trunkline::sealed
