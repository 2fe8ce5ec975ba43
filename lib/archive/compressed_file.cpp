// SPDX-License-Identifier: MIT
#include "archive/compressed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "core/cptr.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;

using Compressor = core::CPtr<ZSTD_CCtx, ZSTD_freeCCtx>;
using Decompressor = core::CPtr<ZSTD_DCtx, ZSTD_freeDCtx>;

// The tool's own default: rows of calls shrink to a tenth at 200 MB/s.
constexpr int kLevel = 3;
constexpr mode_t kMode = 0640;
// RFC 8878 3.1.2: a skippable frame is this number, its size, and what it likes; little-endian.
constexpr std::uint32_t kNoteMagic = 0x184D2A5E;
constexpr std::size_t kNoteHead = 8;
constexpr std::uint32_t kLongestNote = 1U << 20U;

void put_u32_le(core::Bytes& bytes, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::byte>(number >> shift & 0xffU));
}

std::uint32_t u32_le_at(core::ByteView bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i > 0; --i)
    number = number << 8U | std::to_integer<std::uint32_t>(bytes[at + i - 1]);
  return number;
}

core::Bytes note_frame(std::string_view note) {
  core::Bytes frame;
  put_u32_le(frame, kNoteMagic);
  put_u32_le(frame, static_cast<std::uint32_t>(note.size()));
  const core::ByteView text = core::as_bytes(note);
  frame.insert(frame.end(), text.begin(), text.end());
  return frame;
}

std::size_t checked(std::size_t code, std::string_view what, const fs::path& path) {
  if (ZSTD_isError(code) == 0) return code;
  throw core::Error(core::ExitCode::data,
                    fmt::format("cannot {} {}: {}", what, path.string(), ZSTD_getErrorName(code)));
}

os::Fd open_to_write(const fs::path& path) {
  os::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!file) throw os::system_error("write " + path.string(), errno);
  return file;
}

}  // namespace

class CompressedWriter::Stream {
 public:
  Stream(fs::path target, std::string_view note)
      : target_(std::move(target)),
        // One name, so that what a crash left is written over.
        temporary_(target_.string() + ".unfinished"),
        file_(open_to_write(temporary_)),
        context_(ZSTD_createCCtx()),
        out_(ZSTD_CStreamOutSize()) {
    checked(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel), "write",
            target_);
    checked(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1), "write", target_);
    if (!note.empty()) put(note_frame(note));
  }
  ~Stream() {
    if (file_) (void)::unlink(temporary_.c_str());
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void compress(std::string_view bytes, ZSTD_EndDirective end) {
    digest_.add(bytes);
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t left = 1;
    while (end == ZSTD_e_end ? left > 0 : in.pos < in.size) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      left = checked(ZSTD_compressStream2(context_.get(), &out, &in, end), "write", target_);
      put(core::ByteView(out_.data(), out.pos));
    }
  }

  crypto::Sha256 finish() {
    compress({}, ZSTD_e_end);
    const auto failed = [&] { throw os::system_error("write " + target_.string(), errno); };
    // What root writes is read by whose folder it is.
    struct stat owner {};
    if (::geteuid() == 0 && (::stat(target_.parent_path().c_str(), &owner) != 0 ||
                             ::fchown(file_.get(), owner.st_uid, owner.st_gid) != 0))
      failed();
    if (::fsync(file_.get()) != 0) failed();
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) failed();
    file_.reset();
    const os::Fd folder(::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) failed();
    return digest_.finish();
  }

 private:
  void put(core::ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::write(file_.get(), bytes.data(), bytes.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) throw os::system_error("write " + target_.string(), errno);
      bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
  }

  fs::path target_;
  fs::path temporary_;
  os::Fd file_;
  Compressor context_;
  core::Bytes out_;
  crypto::Sha256Stream digest_;
};

CompressedWriter::CompressedWriter(fs::path target, std::string_view note)
    : stream_(std::make_unique<Stream>(std::move(target), note)) {}
CompressedWriter::~CompressedWriter() = default;

void CompressedWriter::write(std::string_view bytes) {
  stream_->compress(bytes, ZSTD_e_continue);
}

crypto::Sha256 CompressedWriter::finish() {
  return stream_->finish();
}

class CompressedReader::Stream {
 public:
  Stream(fs::path path, os::Fd file)
      : path_(std::move(path)),
        file_(std::move(file)),
        context_(ZSTD_createDCtx()),
        in_(ZSTD_DStreamInSize()) {}

  std::size_t read(std::span<char> space) {
    ZSTD_outBuffer out{space.data(), space.size(), 0};
    while (out.pos == 0) {
      if (input_.pos == input_.size && !fill()) {
        // Between two frames is an end, within one the file was cut.
        if (!is_frame_open_) return 0;
        throw core::Error(core::ExitCode::data,
                          fmt::format("cannot read {}: its end is missing", path_.string()));
      }
      is_frame_open_ =
          checked(ZSTD_decompressStream(context_.get(), &out, &input_), "read", path_) != 0;
    }
    return out.pos;
  }

 private:
  bool fill() {
    ssize_t size = 0;
    do size = ::read(file_.get(), in_.data(), in_.size());
    while (size < 0 && errno == EINTR);
    if (size < 0) throw os::system_error("read " + path_.string(), errno);
    input_ = {in_.data(), static_cast<std::size_t>(size), 0};
    return size > 0;
  }

  fs::path path_;
  os::Fd file_;
  Decompressor context_;
  core::Bytes in_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool is_frame_open_ = true;  ///< an empty file is no archive
};

core::Result<CompressedReader> CompressedReader::open(const fs::path& path) {
  os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return os::system_failure("read " + path.string(), errno);
  return CompressedReader(std::make_unique<Stream>(path, std::move(file)));
}

CompressedReader::CompressedReader(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
CompressedReader::CompressedReader(CompressedReader&&) noexcept = default;
CompressedReader& CompressedReader::operator=(CompressedReader&&) noexcept = default;
CompressedReader::~CompressedReader() = default;

std::size_t CompressedReader::read(std::span<char> space) {
  return stream_->read(space);
}

core::Result<std::string> note_of(const fs::path& path) {
  const os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return os::system_failure("read " + path.string(), errno);
  std::array<std::byte, kNoteHead> head{};
  if (::pread(file.get(), head.data(), head.size(), 0) != static_cast<ssize_t>(head.size()) ||
      u32_le_at(head, 0) != kNoteMagic)
    return std::string();
  const std::uint32_t size = u32_le_at(head, 4);
  std::string note(std::min(size, kLongestNote), '\0');
  if (::pread(file.get(), note.data(), note.size(), kNoteHead) != static_cast<ssize_t>(note.size()))
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot read {}: its end is missing", path.string()));
  return note;
}

core::Result<crypto::Sha256> digest_of(const fs::path& path) {
  {
    // What was written just now is in memory: it is the disk that has to have it.
    const os::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file) (void)::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  }
  auto reader = CompressedReader::open(path);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  crypto::Sha256Stream digest;
  std::vector<char> space(std::size_t{256} * 1024);
  try {
    for (std::size_t size = reader->read(space); size > 0; size = reader->read(space))
      digest.add(std::string_view(space.data(), size));
  } catch (const core::Error& error) {
    return tl::unexpected(error.fault());
  }
  return digest.finish();
}

}  // namespace trunkline::archive
