// SPDX-License-Identifier: MIT
#include "sealed/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

#include "crypto/random.h"
#include "os/system_fault.h"

namespace trunkline::sealed {
namespace {

core::Fault io_fault(std::string_view what, const std::filesystem::path& path, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  return os::system_fault(fmt::format("{} {}", what, path.native()), error,
                          is_full ? "make room on that disk, or set recording.path to a larger one"
                                  : "is that disk mounted, and writable for recorderd's user?");
}

/// All of it at `offset`, or the error number.
int write_all(int descriptor, core::ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count =
        pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 ? EIO : errno;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

/// Year, month and day below the root, which must be there: a disk that is not mounted shows.
core::Result<void> make_folders(const std::filesystem::path& root,
                                const std::filesystem::path& relative) {
  if (access(root.c_str(), F_OK) != 0) return tl::unexpected(io_fault("find", root, errno));
  std::filesystem::path folder = root;
  for (const auto& part : relative.parent_path()) {
    folder /= part;
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return tl::unexpected(io_fault("make", folder, errno));
  }
  return {};
}

}  // namespace

Writer::Writer(os::Fd file, std::filesystem::path name, const Header& header,
               keystore::KeyId key_id, crypto::Aead aead)
    : file_(std::move(file)),
      relative_path_(std::move(name)),
      header_(header),
      key_id_(std::move(key_id)),
      aead_(std::move(aead)) {}

core::Result<Writer> Writer::create(const std::filesystem::path& root, const NewFile& file,
                                    keystore::KeyStore& keys) {
  if (auto possible = check(file.format); !possible) return tl::unexpected(possible.error());
  const std::filesystem::path relative = sealed::relative_path(file.recording, file.started_at);
  const std::filesystem::path path = root / relative;
  if (auto made = make_folders(root, relative); !made) return tl::unexpected(made.error());

  // The key is on disk before the first byte that needs it.
  auto key = keys.create_key(file.recording, file.started_at);
  if (!key) return tl::unexpected(key.error());
  const auto undo = [&](core::Fault fault) -> tl::unexpected<core::Fault> {
    (void)keys.drop_newest(
        file.recording);  // an unused key is no secret; `fault` says what matters
    return tl::unexpected(std::move(fault));
  };
  os::Fd descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!descriptor) return undo(io_fault("make", path, errno));
  auto writer = start(std::move(descriptor), relative,
                      {.recording = file.recording,
                       .format = file.format,
                       .started_at = file.started_at,
                       .salt = {},
                       .nonce_prefix = {}},
                      *key);
  if (writer) return writer;
  unlink(path.c_str());
  return undo(writer.error());
}

core::Result<Writer> Writer::start(os::Fd file, std::filesystem::path name, Header header,
                                   const keystore::DataKey& key) {
  crypto::fill_random(header.salt);
  crypto::fill_random(header.nonce_prefix);
  const HeaderBytes bytes = write_header(header);
  if (const int error = write_all(file.get(), bytes, 0))
    return tl::unexpected(io_fault("write", name, error));
  return Writer(std::move(file), std::move(name), header, key.wrapped_by,
                crypto::Aead(file_key(key.key, bytes)));
}

core::Result<void> Writer::append(core::ByteView segment) {
  assert(segment.size() == header_.format.segment_size());
  return append_segment(segment, /*is_last=*/false);
}

core::Result<void> Writer::finalise(core::ByteView last) {
  assert(last.size() <= header_.format.segment_size());
  assert(last.size() % header_.format.unit_size() == 0);
  if (auto appended = append_segment(last, /*is_last=*/true); !appended) return appended;
  is_finalised_ = true;
  file_.reset();
  return {};
}

core::Result<void> Writer::append_segment(core::ByteView plaintext, bool is_last) {
  assert(!is_finalised_);
  if (failure_) return tl::unexpected(*failure_);
  // One buffer for all the files of a thread: a segment for each would be tens of megabytes.
  thread_local core::Bytes ciphertext;
  ciphertext.resize(plaintext.size() + kTagSize);
  aead_.seal(segment_nonce(header_, next_index_, is_last), plaintext, {}, ciphertext);
  if (const int error = write_all(file_.get(), ciphertext, file_size_)) {
    failure_ = io_fault("write", relative_path_, error);
    // Cut back to the last whole segment; if that fails too, the reader finds the torn bytes.
    (void)!ftruncate(file_.get(), static_cast<off_t>(file_size_));
    return tl::unexpected(*failure_);
  }
  file_size_ += ciphertext.size();
  ++next_index_;
  return {};
}

}  // namespace trunkline::sealed
