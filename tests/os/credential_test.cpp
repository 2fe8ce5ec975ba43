// SPDX-License-Identifier: MIT
#include "os/credential.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "support/temporary_directory.h"

namespace trunkline::os {
namespace {

std::filesystem::path write_secret(const std::filesystem::path& path, std::string_view text,
                                   mode_t mode) {
  std::ofstream(path) << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  return path;
}

class CredentialsDirectory {
 public:
  explicit CredentialsDirectory(const std::filesystem::path& path) {
    ::setenv("CREDENTIALS_DIRECTORY", path.c_str(), 1);
  }
  ~CredentialsDirectory() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
};

TEST_CASE("credential: a file of its owner alone is read as it is", "[os]") {
  const test::TemporaryDirectory directory;
  for (const mode_t mode : {0600u, 0400u}) {
    const auto path = write_secret(directory.path() / std::to_string(mode), "key\n", mode);
    const auto secret = read_credential(path);
    REQUIRE(secret);
    CHECK(secret->reveal_text() == "key\n");
    CHECK(read_password(path)->reveal_text() == "key");
  }
}

TEST_CASE("credential: a file others can read or write is refused", "[os]") {
  const test::TemporaryDirectory directory;
  for (const mode_t mode : {0640u, 0604u, 0620u, 0666u, 0601u}) {
    CAPTURE(mode);
    const auto path = write_secret(directory.path() / std::to_string(mode), "key", mode);
    const auto secret = read_credential(path);
    REQUIRE_FALSE(secret);
    CHECK(secret.error() ==
          core::Fault{core::ExitCode::no_permission,
                      "cannot read secret " + path.string() + ": other users have access to it",
                      "chmod 600 " + path.string()});
  }
}

TEST_CASE("credential: systemd's credential of that name comes first", "[os]") {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory passed;
  const auto path = write_secret(directory.path() / "sipd.key", "from file", 0600);
  const auto other = write_secret(directory.path() / "other.key", "other", 0600);
  // systemd's ACL shows as a readable group.
  write_secret(passed.path() / "sipd.key", "from systemd", 0440);
  const CredentialsDirectory variable(passed.path());
  CHECK(credential_path(path) == passed.path() / "sipd.key");
  CHECK(read_credential(path)->reveal_text() == "from systemd");
  CHECK(read_credential(other)->reveal_text() == "other");
}

TEST_CASE("credential: what cannot be a secret is refused", "[os]") {
  const test::TemporaryDirectory directory;
  CHECK(read_credential(directory.path() / "missing").error().code == core::ExitCode::no_input);
  CHECK(read_credential(directory.path()).error().message ==
        "cannot read secret " + directory.path().string() + ": it is not a file");
  const auto large = write_secret(directory.path() / "large", std::string(100, 'x'), 0600);
  CHECK(read_credential(large, core::ByteCount{99}).error().message ==
        "cannot read secret " + large.string() + ": it is longer than 99B");
  const auto empty = write_secret(directory.path() / "empty", "\r\n", 0600);
  CHECK(read_password(empty).error().message ==
        "cannot read secret " + empty.string() + ": it is empty");
}

}  // namespace
}  // namespace trunkline::os
