// SPDX-License-Identifier: MIT
#include "sip/tls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "core/error.h"
#include "os/fd.h"

namespace trunkline::sip {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw core::Error(
      core::ExitCode::cannot_create,
      fmt::format("cannot hand the certificate over in {}: {}", path.string(), strerror(errno)),
      "TMPDIR names a folder that this user may write");
}

void write_all(const os::Fd& file, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0) fail(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

TlsFolder::TlsFolder(const TlsOptions& options) {
  std::string name = (std::filesystem::temp_directory_path() / "trunkline-tls-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail(name);
  path_ = name;
  try {
    write("agent.pem", options.certificate, options.key.reveal_text());
    // What completes our own chain, and what clients' certificates are verified with. An authority
    // between verifies nobody: its chain must end in one that is its own.
    write("cafile.pem", options.intermediates, options.client_authorities);
  } catch (...) {
    remove();
    throw;
  }
}

TlsFolder::~TlsFolder() {
  remove();
}

void TlsFolder::write(const char* name, std::string_view first, std::string_view second) const {
  if (first.empty() && second.empty()) return;
  const std::filesystem::path path = path_ / name;
  constexpr mode_t kOwnerOnly = 0600;
  const os::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!file) fail(path);
  write_all(file, first, path);
  write_all(file, second, path);
}

void TlsFolder::remove() const noexcept {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace trunkline::sip
