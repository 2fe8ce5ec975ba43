// SPDX-License-Identifier: MIT
#pragma once

// What TLS listeners need. Sofia reads it from files of fixed names in a folder, at the moment a
// socket is bound, and takes whatever it finds there; TlsFolder is such a folder for that moment.

#include <filesystem>
#include <string>

#include "core/secret.h"

namespace trunkline::sip {

struct TlsOptions {
  std::string certificate = {};    ///< PEM, of this server alone
  std::string intermediates = {};  ///< PEM, sent along
  core::Secret key = {};           ///< PEM
  bool verifies_clients = false;   ///< only who shows a certificate of client_authorities is let in
  std::string client_authorities = {};  ///< PEM

  bool empty() const noexcept { return certificate.empty(); }
};

/// Readable by this user alone; gone with its owner.
class TlsFolder {
 public:
  /// Throws core::Error where it cannot be made.
  explicit TlsFolder(const TlsOptions& options);
  ~TlsFolder();
  TlsFolder(const TlsFolder&) = delete;
  TlsFolder& operator=(const TlsFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void write(const char* name, std::string_view first, std::string_view second) const;
  void remove() const noexcept;

  std::filesystem::path path_;
};

}  // namespace trunkline::sip
