// SPDX-License-Identifier: MIT
#pragma once

// Certificates of a test's own, made by openssl(1): an authority, one below it, and the servers and
// clients of either.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace trunkline::test {

/// PEM files.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

class CertificateAuthority {
 public:
  CertificateAuthority() { root_ = sign("root", "", true, "3650"); }

  const CertificateFiles& root() const noexcept { return root_; }
  /// Below the root, or below `above`.
  CertificateFiles authority(const std::string& name) { return sign(name, "root", true, "3650"); }
  CertificateFiles leaf(const std::string& name, const std::string& above = "root") {
    return sign(name, above, false, "3650");
  }
  static std::string text(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  const std::filesystem::path& directory() const noexcept { return directory_.path(); }

 private:
  /// By a shell, so that tests of the lowest libraries can make certificates too. None of the words
  /// has a character of the shell's.
  static void openssl(const std::vector<std::string>& arguments) {
    std::string command = "openssl";
    for (const std::string& argument : arguments) command += " '" + argument + "'";
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) {
      throw std::runtime_error("cannot make a certificate: " + command);
    }
  }

  CertificateFiles sign(const std::string& name, const std::string& above, bool is_authority,
                        const std::string& days) {
    const auto file = [&](const std::string& base, const char* ending) {
      return directory() / (base + ending);
    };
    CertificateFiles made{.certificate = file(name, ".pem"), .key = file(name, ".key")};
    const auto extensions = file(name, ".ext");
    std::ofstream(extensions) << (is_authority ? "basicConstraints=critical,CA:TRUE\n"
                                               : "subjectAltName=IP:127.0.0.1\n");
    openssl({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", made.key, "-subj", "/CN=" + name, "-out", file(name, ".csr")});
    std::vector<std::string> arguments = {
        "x509",  "-req", "-in",      file(name, ".csr"), "-out",        made.certificate,
        "-days", days,   "-extfile", extensions,         "-set_serial", std::to_string(++serial_)};
    if (above.empty()) {
      arguments.insert(arguments.end(), {"-signkey", made.key});
    } else {
      arguments.insert(arguments.end(),
                       {"-CA", file(above, ".pem"), "-CAkey", file(above, ".key")});
    }
    openssl(arguments);
    std::filesystem::permissions(
        made.key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return made;
  }

  TemporaryDirectory directory_;
  CertificateFiles root_;
  int serial_ = 0;
};

}  // namespace trunkline::test
