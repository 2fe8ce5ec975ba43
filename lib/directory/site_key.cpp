// SPDX-License-Identifier: MIT
#include "directory/site_key.h"

#include <fmt/format.h>

#include "core/text.h"
#include "crypto/box.h"
#include "os/atomic_file.h"
#include "os/credential.h"

namespace trunkline::directory {
namespace {

/// The key's bytes, or nothing.
core::Secret decoded(const core::Secret& content) {
  if (content.size() == crypto::kBoxKeySize) return content;
  const std::string_view line = core::trim(content.reveal_text());
  core::Result<core::Bytes> bytes =
      line.size() == 2 * crypto::kBoxKeySize ? core::from_hex(line) : core::from_base64(line);
  if (!bytes || bytes->size() != crypto::kBoxKeySize) return {};
  return core::Secret(core::ByteView(*bytes));
}

}  // namespace

core::Result<core::Secret> read_site_key(const std::filesystem::path& file) {
  core::Result<core::Secret> content = os::read_credential(file);
  if (!content) return content;
  core::Secret key = decoded(*content);
  if (!key.empty()) return key;
  return core::fault(core::ExitCode::config,
                     fmt::format("cannot use '{}' as sipd's key: it holds no key of {} bytes",
                                 file.string(), crypto::kBoxKeySize),
                     "restore it from a backup, or move it away and run: trunkline init");
}

core::Result<void> write_site_key(const std::filesystem::path& file,
                                  const core::Secret& private_key) {
  const core::Secret line(core::to_base64(private_key.reveal()) + "\n");
  return os::write_atomically(file, line.reveal(), 0400);
}

}  // namespace trunkline::directory
