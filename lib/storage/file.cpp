// SPDX-License-Identifier: MIT
#include "storage/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "core/cptr.h"
#include "core/uuid.h"
#include "os/fd.h"
#include "os/system_fault.h"
#include "storage/faults.h"
#include "storage/file_bytes.h"
#include "storage/file_walk.h"

namespace trunkline::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

class FileObject final : public Object {
 public:
  FileObject(os::Fd file, std::string what) : file_(std::move(file)), what_(std::move(what)) {}

  core::ByteCount size() const override {
    struct stat status {};
    return core::ByteCount(
        ::fstat(file_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0);
  }

  core::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> bytes) const override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count = ::pread(file_.get(), bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return os::system_failure("read " + what_, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  const os::Fd file_;
  const std::string what_;
};

/// A file that is removed unless it was given its name.
class Fresh {
 public:
  explicit Fresh(int folder)
      : folder_(folder),
        name_(fmt::format("{}{}", kUnfinishedPrefix,
                          core::Uuid::make(core::system_clock().wall()).text())),
        file_(::openat(folder, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~Fresh() {
    if (file_ && !is_named_) (void)::unlinkat(folder_, name_.c_str(), 0);
  }
  Fresh(const Fresh&) = delete;
  Fresh& operator=(const Fresh&) = delete;

  int get() const { return file_.get(); }
  bool is_open() const { return static_cast<bool>(file_); }
  bool rename_to(const std::string& name) {
    is_named_ = ::renameat(folder_, name_.c_str(), folder_, name.c_str()) == 0;
    return is_named_;
  }

 private:
  const int folder_;
  const std::string name_;
  const os::Fd file_;
  bool is_named_ = false;
};

/// The folder of an object, and what it is called there.
struct Place {
  os::Fd folder;
  std::string name;
};

class FileLocation final : public Location {
 public:
  FileLocation(os::Fd root, std::string title) : root_(std::move(root)), title_(std::move(title)) {}

  std::string title() const override { return title_; }

  core::Result<Status> stat(const Name& name) const override {
    const auto place = find(name, "look at");
    if (!place) return tl::unexpected(place.error());
    return stat_at(*place, name);
  }

  core::Result<std::unique_ptr<Object>> open(const Name& name) const override {
    const auto place = find(name, "open");
    if (!place) return tl::unexpected(place.error());
    // Without waiting for the other end of a pipe that somebody put there.
    os::Fd file(::openat(place->folder.get(), place->name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0)
      return tl::unexpected(storage_fault("open", name, title_, errno));
    if (!S_ISREG(status.st_mode)) return tl::unexpected(not_an_object(name, title_));
    return std::make_unique<FileObject>(std::move(file),
                                        fmt::format("'{}' in {}", name.text(), title_));
  }

  core::Result<void> list(std::string_view prefix,
                          const std::function<bool(const Listed&)>& each) const override {
    return walk_files(root_.get(), title_, prefix, each);
  }

  core::Result<Stored> put(const Name& name, const fs::path& from) override {
    const auto source = open_source(from);
    if (!source) return tl::unexpected(source.error());
    const auto place = make_place(name);
    if (!place) return tl::unexpected(place.error());
    Fresh fresh(place->folder.get());
    if (!fresh.is_open()) return failed_to_put(name, errno);
    auto stored = fill(fresh.get(), source->get(), name);
    if (!stored) return stored;
    if (!fresh.rename_to(place->name)) return failed_to_put(name, errno);
    // Without it the rename itself could be lost with the power.
    if (::fsync(place->folder.get()) != 0) return failed_to_put(name, errno);
    return stored;
  }

  core::Result<void> clear_unfinished(const Name& name) override {
    const auto failed = [&](int error_number) {
      return tl::unexpected(storage_fault("tidy up beside", name, title_, error_number));
    };
    const auto place = find(name, "tidy up beside");
    if (!place && place.error().code == core::ExitCode::no_input) return {};
    if (!place) return tl::unexpected(place.error());
    // A descriptor of its own, which the stream closes.
    const core::CPtr<DIR, ::closedir> folder(
        ::fdopendir(::openat(place->folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
    if (!folder) return failed(errno);
    errno = 0;
    while (const dirent* const next = ::readdir(folder.get())) {
      if (std::string_view(next->d_name).starts_with(kUnfinishedPrefix) &&
          ::unlinkat(place->folder.get(), next->d_name, 0) != 0 && errno != ENOENT)
        return failed(errno);
      errno = 0;
    }
    if (errno != 0) return failed(errno);
    return {};
  }

  core::Result<bool> remove(const Name& name) override {
    const auto place = find(name, "remove");
    const auto status =
        place ? stat_at(*place, name) : core::Result<Status>(tl::unexpected(place.error()));
    if (!status && status.error().code == core::ExitCode::no_input) return false;
    if (!status) return tl::unexpected(status.error());
    if (::unlinkat(place->folder.get(), place->name.c_str(), 0) == 0) return true;
    if (errno == ENOENT) return false;
    return tl::unexpected(storage_fault("remove", name, title_, errno));
  }

  core::Result<void> sync() override {
    if (::syncfs(root_.get()) != 0) return os::system_failure("sync " + title_, errno);
    return {};
  }

 private:
  tl::unexpected<core::Fault> failed_to_put(const Name& name, int error_number) const {
    return tl::unexpected(storage_fault("put", name, title_, error_number));
  }

  core::Result<Place> find(const Name& name, std::string_view what) const {
    auto parts = name.parts();
    Place place{.folder = root_.duplicate(), .name = std::move(parts.back())};
    parts.pop_back();
    for (const std::string& part : parts) {
      place.folder = os::Fd(::openat(place.folder.get(), part.c_str(), kFolder));
      if (!place.folder) return tl::unexpected(storage_fault(what, name, title_, errno));
    }
    return place;
  }

  core::Result<Status> stat_at(const Place& place, const Name& name) const {
    struct stat status {};
    if (::fstatat(place.folder.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return tl::unexpected(storage_fault("look at", name, title_, errno));
    if (!S_ISREG(status.st_mode)) return tl::unexpected(not_an_object(name, title_));
    return status_of(status);
  }

  /// As find(), and makes the folders that are not there.
  core::Result<Place> make_place(const Name& name) const {
    auto parts = name.parts();
    Place place{.folder = root_.duplicate(), .name = std::move(parts.back())};
    parts.pop_back();
    for (const std::string& part : parts) {
      const bool is_new = ::mkdirat(place.folder.get(), part.c_str(), 0700) == 0;
      if (!is_new && errno != EEXIST) return failed_to_put(name, errno);
      os::Fd inner(::openat(place.folder.get(), part.c_str(), kFolder));
      if (!inner || (is_new && (!give_to_owner(inner.get()) || ::fsync(place.folder.get()) != 0)))
        return failed_to_put(name, errno);
      place.folder = std::move(inner);
    }
    return place;
  }

  /// What root makes must be readable for those who own the recordings.
  bool give_to_owner(int descriptor) const {
    if (::geteuid() != 0) return true;
    struct stat owner {};
    return ::fstat(root_.get(), &owner) == 0 &&
           ::fchown(descriptor, owner.st_uid, owner.st_gid) == 0;
  }

  /// Copies, brings to the disk, and reads it back from there.
  core::Result<Stored> fill(int file, int source, const Name& name) const {
    Summing passed;
    if (const int error = copy_bytes(source, file, passed)) return failed_to_put(name, error);
    if (::fsync(file) != 0 || !give_to_owner(file)) return failed_to_put(name, errno);
    // What is to be compared is what the disk has, not what memory still has.
    (void)::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    Summing read_back;
    if (const int error = copy_bytes(file, std::nullopt, read_back))
      return failed_to_put(name, error);
    const Stored stored = passed.finish();
    if (read_back.finish() != stored) return tl::unexpected(not_as_written(name, title_));
    return stored;
  }

  const os::Fd root_;
  const std::string title_;
};

}  // namespace

core::Result<std::unique_ptr<Location>> open_file(const fs::path& root,
                                                  std::optional<LocationId> identity) {
  os::Fd folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return tl::unexpected(not_mounted(root.native(), os::text_of_errno(errno)));
  if (identity)
    if (auto same = check_identity(root, *identity); !same) return tl::unexpected(same.error());
  return std::make_unique<FileLocation>(std::move(folder), root.native());
}

}  // namespace trunkline::storage
