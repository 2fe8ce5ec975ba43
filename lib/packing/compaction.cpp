// SPDX-License-Identifier: MIT
#include "packing/compaction.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "os/fd.h"
#include "os/system_fault.h"
#include "sealed/writer.h"

namespace trunkline::packing {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

core::Fault io_fault(std::string_view what, const std::filesystem::path& path) {
  return os::system_fault(fmt::format("{} {}", what, path.native()), errno,
                          "is that disk mounted, writable and not full?");
}

/// Takes plaintext in pieces of any size and appends whole segments.
class SegmentStream {
 public:
  explicit SegmentStream(sealed::Writer& writer) : writer_(writer) {}

  core::Result<void> add(core::ByteView bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::size_t done = 0;
    // More than one segment, because the last one is not known before the end.
    for (; pending_.size() - done > sealed::kPackedSegment; done += sealed::kPackedSegment)
      if (auto written =
              writer_.append(core::ByteView(pending_).subspan(done, sealed::kPackedSegment));
          !written)
        return written;
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
    return {};
  }
  core::Result<void> finish() { return writer_.finalise(pending_); }

 private:
  sealed::Writer& writer_;
  core::Bytes pending_;
};

/// What the new file is called by belongs to whom the old one does, also where root writes it.
bool give_as(const std::filesystem::path& old, int file) {
  if (::geteuid() != 0) return true;
  struct stat owner {};
  return ::stat(old.c_str(), &owner) == 0 && ::fchown(file, owner.st_uid, owner.st_gid) == 0;
}

core::Result<void> sync_folder(const std::filesystem::path& folder) {
  const os::Fd descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.get()) != 0)
    return tl::unexpected(io_fault("sync", folder));
  return {};
}

core::Fault differs(const std::filesystem::path& path) {
  return {core::ExitCode::software,
          fmt::format("{} would not be what was recorded once it is packed", path.native()),
          "it stays as it is; report this with the file's codec and length"};
}

}  // namespace

core::Result<Compaction> Compaction::begin(const std::filesystem::path& path,
                                           core::RecordingId recording,
                                           const keystore::KeyStore& keys) {
  const auto known = keys.open_keys(recording);
  if (!known) return tl::unexpected(known.error());
  core::Result<sealed::Reader> reader = core::fault(core::ExitCode::data, "no key");
  const keystore::DataKey* fitting = nullptr;
  // After a crash in the middle of a recovery there are two, and one of them fits.
  for (const keystore::DataKey& key : *known) {
    os::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return tl::unexpected(io_fault("open", path));
    reader = sealed::Reader::open(std::move(file), key.key, path.string());
    fitting = &key;
    if (reader) break;
  }
  if (!reader) return tl::unexpected(reader.error());
  if (!reader->is_finalised())
    return core::fault(core::ExitCode::data, fmt::format("{} has no end", path.native()),
                       "recorderd finishes it when it starts");
  auto source = Source::of(std::move(*reader));
  if (!source) return tl::unexpected(source.error());
  std::error_code failure;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
  if (failure) return os::system_failure("look at " + path.native(), failure.value());
  return Compaction(path, std::move(*source), *fitting, core::ByteCount(bytes));
}

Compaction::~Compaction() {
  if (has_written_) (void)::unlink(fresh().c_str());
}

sealed::Packing Compaction::possible(sealed::Packing wanted) const {
  return audio::can_pack(block_type(wanted), source_.format()) ? wanted : sealed::Packing::flac;
}

core::Result<core::ByteCount> Compaction::write(sealed::Packing packing) {
  const audio::Format unpacked = audio::unpacked_format(block_type(packing), source_.format());
  sealed::Header header = source_.header();
  header.format.codec = sealed_codec(unpacked.codec);
  header.format.packing = packing;
  header.format.segment_ms = kBlockMs;
  has_written_ = true;
  if (auto filled = fill(header); !filled) return tl::unexpected(filled.error());
  if (auto same = compare(); !same) return tl::unexpected(same.error());
  std::error_code failure;
  const std::uintmax_t bytes = std::filesystem::file_size(fresh(), failure);
  if (failure) return os::system_failure("look at " + fresh().native(), failure.value());
  return core::ByteCount(bytes);
}

core::Result<void> Compaction::fill(const sealed::Header& header) {
  os::Fd file(::open(fresh().c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file || !give_as(path_, file.get())) return tl::unexpected(io_fault("make", fresh()));
  const os::Fd same = file.duplicate();  // finalise() closes its own
  auto writer = sealed::Writer::start(std::move(file), fresh(), header, key_);
  if (!writer) return tl::unexpected(writer.error());
  SegmentStream stream(*writer);
  const audio::Format& format = source_.format();
  Contents contents{.frames_per_block = static_cast<std::uint32_t>(
                        std::uint64_t{format.sample_rate} * kBlockMs / 1000),
                    .frames = source_.size() / format.bytes_per_frame()};
  core::Bytes samples(std::size_t{contents.frames_per_block} * format.bytes_per_frame());
  for (std::uint64_t at = 0; at < source_.size();) {
    const auto got = source_.read(at, samples);
    if (!got) return tl::unexpected(got.error());
    const core::Bytes block = audio::pack_block(block_type(header.format.packing), format,
                                                core::ByteView(samples).first(*got));
    if (auto added = stream.add(block); !added) return added;
    contents.offsets.push_back(contents.offsets.back() + block.size());
    at += *got;
  }
  if (auto added = stream.add(write_contents(contents)); !added) return added;
  if (auto finished = stream.finish(); !finished) return finished;
  if (::fsync(same.get()) != 0) return tl::unexpected(io_fault("sync", fresh()));
  // What is compared is what the disk has.
  (void)::posix_fadvise(same.get(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

core::Result<void> Compaction::compare() {
  os::Fd file(::open(fresh().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return tl::unexpected(io_fault("open", fresh()));
  auto reader = sealed::Reader::open(std::move(file), key_.key, fresh().string());
  if (!reader) return tl::unexpected(reader.error());
  auto packed = Source::of(std::move(*reader));
  if (!packed) return tl::unexpected(packed.error());
  const bool is_exact = packed->header().format.packing == sealed::Packing::flac;
  if (packed->duration() != source_.duration() || (is_exact && packed->size() != source_.size()))
    return tl::unexpected(differs(path_));
  core::Bytes fresh_piece(kPiece);
  core::Bytes old_piece(kPiece);
  for (std::uint64_t at = 0; at < packed->size();) {
    const auto got = packed->read(at, fresh_piece);
    if (!got) return tl::unexpected(got.error());
    if (is_exact) {
      const auto old = source_.read(at, old_piece);
      if (!old) return tl::unexpected(old.error());
      if (!std::ranges::equal(core::ByteView(fresh_piece).first(*got),
                              core::ByteView(old_piece).first(*old)))
        return tl::unexpected(differs(path_));
    }
    at += *got;
  }
  return {};
}

core::Result<void> Compaction::commit() {
  if (::rename(fresh().c_str(), path_.c_str()) != 0)
    return tl::unexpected(io_fault("replace", path_));
  has_written_ = false;
  return sync_folder(path_.parent_path());
}

}  // namespace trunkline::packing
