// SPDX-License-Identifier: MIT
#include "sealed/recovery.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "os/fd.h"
#include "os/system_fault.h"
#include "sealed/reader.h"
#include "sealed/writer.h"

namespace trunkline::sealed {
namespace {

core::Fault io_fault(std::string_view what, const std::filesystem::path& path) {
  return os::system_fault(fmt::format("{} {}", what, path.native()), errno,
                          "is that disk mounted, writable and not full?");
}

struct Opened {
  Reader reader;
  keystore::KeyId key_id;
  bool is_newest_key = true;
};

/// The file under whichever of its recording's keys fits: a crash in an earlier recovery leaves
/// two.
core::Result<Opened> open_with_any_key(const std::filesystem::path& path,
                                       const std::vector<keystore::DataKey>& keys) {
  std::optional<core::Fault> first_fault;
  for (const keystore::DataKey& key : keys) {
    os::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return tl::unexpected(io_fault("open", path));
    auto reader = Reader::open(std::move(file), key.key, path.string());
    if (reader)
      return Opened{.reader = std::move(*reader),
                    .key_id = key.wrapped_by,
                    .is_newest_key = &key == &keys.front()};
    if (!first_fault) first_fault = reader.error();
  }
  return tl::unexpected(*first_fault);
}

core::Result<Header> header_of(const std::filesystem::path& path) {
  const os::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return tl::unexpected(io_fault("open", path));
  HeaderBytes bytes{};
  const ssize_t count = pread(file.get(), bytes.data(), bytes.size(), 0);
  return parse_header(core::ByteView(bytes).first(count < 0 ? 0 : static_cast<std::size_t>(count)));
}

core::Result<void> sync_folder(const std::filesystem::path& folder) {
  const os::Fd descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || fsync(descriptor.get()) != 0) return tl::unexpected(io_fault("sync", folder));
  return {};
}

core::Result<void> copy_segments(Reader& from, Writer& writer, Recovered& result) {
  const core::Bytes silence(from.header().format.segment_size(),
                            silence_of(from.header().format.codec));
  if (from.segments() == 0) return writer.finalise({});
  for (std::uint32_t index = 0; index < from.segments(); ++index) {
    const auto plain = from.segment(index);
    if (!plain && plain.error().code != core::ExitCode::data) return tl::unexpected(plain.error());
    if (!plain) ++result.silenced;
    const core::ByteView segment = plain ? *plain : core::ByteView(silence);
    const bool is_last = index + 1 == from.segments();
    if (auto written = is_last ? writer.finalise(segment) : writer.append(segment); !written)
      return written;
  }
  return {};
}

/// Copies the segments into a file of a new key; synced when it returns.
core::Result<Recovered> rewrite(Reader& from, const std::filesystem::path& to,
                                const keystore::DataKey& key) {
  os::Fd file(open(to.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return tl::unexpected(io_fault("make", to));
  const os::Fd same = file.duplicate();  // finalise() closes its own
  auto writer = Writer::start(std::move(file), to, from.header(), key);
  if (!writer) return tl::unexpected(writer.error());
  Recovered result{.header = writer->header(),
                   .key_id = key.wrapped_by,
                   .segments = 0,
                   .dropped_bytes = from.torn_bytes(),
                   .duration = from.duration(),
                   .bytes = {}};
  if (auto copied = copy_segments(from, *writer, result); !copied)
    return tl::unexpected(copied.error());
  if (fsync(same.get()) != 0) return tl::unexpected(io_fault("sync", to));
  result.segments = writer->segments();
  result.bytes = writer->bytes();
  return result;
}

}  // namespace

core::Result<Recovered> finalise_truncated(const std::filesystem::path& path,
                                           keystore::KeyStore& keys, core::Time now) {
  const auto header = header_of(path);
  if (!header) return tl::unexpected(header.error());
  const auto old_keys = keys.open_keys(header->recording);
  if (!old_keys) return tl::unexpected(old_keys.error());
  auto opened = open_with_any_key(path, *old_keys);
  if (!opened) return tl::unexpected(opened.error());
  Reader& reader = opened->reader;
  if (reader.is_finalised()) {
    // A recovery that was cut short after its rename: only its tidying is left.
    if (old_keys->size() > 1 && opened->is_newest_key)
      if (auto dropped = keys.drop_older(header->recording); !dropped)
        return tl::unexpected(dropped.error());
    std::error_code failure;
    return Recovered{.header = reader.header(),
                     .key_id = opened->key_id,
                     .was_finalised = true,
                     .segments = reader.segments(),
                     .duration = reader.duration(),
                     .bytes = core::ByteCount{std::filesystem::file_size(path, failure)}};
  }

  const auto key = keys.create_key(header->recording, now);
  if (!key) return tl::unexpected(key.error());
  const std::filesystem::path fresh = path.string() + ".recovering";
  auto recovered = rewrite(reader, fresh, *key);
  if (!recovered || rename(fresh.c_str(), path.c_str()) != 0) {
    core::Fault fault = recovered ? io_fault("replace", path) : recovered.error();
    unlink(fresh.c_str());
    (void)keys.drop_newest(header->recording);  // an unused key is no secret; the fault matters
    return tl::unexpected(std::move(fault));
  }
  if (auto synced = sync_folder(path.parent_path()); !synced) return tl::unexpected(synced.error());
  if (auto dropped = keys.drop_older(header->recording); !dropped)
    return tl::unexpected(dropped.error());
  return recovered;
}

}  // namespace trunkline::sealed
