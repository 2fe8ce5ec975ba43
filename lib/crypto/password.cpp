// SPDX-License-Identifier: MIT
#include "crypto/password.h"

#include <crypt.h>
#include <fmt/format.h>
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>

#include "core/example_secret.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace trunkline::crypto {
namespace {

constexpr std::string_view kPrefix = "$2b$";
// 55 characters: ASCII letters and digits without 0 O o 1 l I i.
constexpr std::string_view kReadable = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

// libcrypt's working memory is 32 KiB and holds the password at the end.
class CryptMemory {
 public:
  CryptMemory() : memory_(std::make_unique<crypt_data>()) {}
  ~CryptMemory() { explicit_bzero(memory_.get(), sizeof(crypt_data)); }
  CryptMemory(const CryptMemory&) = delete;
  CryptMemory& operator=(const CryptMemory&) = delete;

  // Empty when libcrypt does not take the setting.
  std::string hash(const core::Secret& password, const std::string& setting) {
    // libcrypt wants C strings; the copy is wiped like the original.
    core::Secret text = core::Secret::of_size(password.size() + 1);
    std::ranges::copy(password.reveal(), text.writable().begin());
    const char* hash = crypt_rn(text.reveal_text().data(), setting.c_str(), memory_.get(),
                                static_cast<int>(sizeof(crypt_data)));
    return hash == nullptr ? std::string{} : std::string(hash);
  }

 private:
  std::unique_ptr<crypt_data> memory_;
};

bool has_nul(const core::Secret& password) {
  return std::ranges::find(password.reveal(), std::byte{0}) != password.reveal().end();
}

}  // namespace

core::Result<std::string> hash_password(const core::Secret& password, unsigned cost) {
  if (password.size() < kPasswordSizeMin)
    return core::fault(
        core::ExitCode::data,
        fmt::format("cannot take the password: shorter than {} bytes", kPasswordSizeMin),
        "leave it out to have one made");
  if (password.size() > kPasswordSizeMax)
    return core::fault(
        core::ExitCode::data,
        fmt::format("cannot take the password: longer than {} bytes", kPasswordSizeMax),
        "bcrypt would ignore the rest, so choose a shorter one");
  if (core::is_example_secret(password.reveal_text()))
    return core::fault(core::ExitCode::data,
                       "cannot take the password: it is one that everybody tries first",
                       "choose another, or leave it out to have one made");
  if (has_nul(password))
    return core::fault(core::ExitCode::data, "cannot take the password: it holds a NUL byte");
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const core::Bytes salt = random_bytes(16);
  if (crypt_gensalt_rn(kPrefix.data(), cost, reinterpret_cast<const char*>(salt.data()),
                       static_cast<int>(salt.size()), setting.data(),
                       static_cast<int>(setting.size())) == nullptr)
    throw core::Error(core::ExitCode::software, fmt::format("bcrypt refuses the cost {}", cost));
  std::string hash = CryptMemory().hash(password, setting.data());
  if (hash.empty()) throw core::Error(core::ExitCode::software, "bcrypt gave no hash");
  return hash;
}

bool verify_password(const core::Secret& password, std::string_view hash) {
  if (!hash.starts_with("$2") || password.size() > kPasswordSizeMax || has_nul(password))
    return false;
  const std::string again = CryptMemory().hash(password, std::string(hash));
  return !again.empty() && equal_in_constant_time(again, hash);
}

core::Secret make_password(std::size_t length) {
  // A byte at or past the largest multiple of the alphabet would make its first letters likelier.
  constexpr std::size_t kFair = 256 / kReadable.size() * kReadable.size();
  core::Secret password = core::Secret::of_size(length);
  std::size_t filled = 0;
  while (filled < length) {
    const core::Secret random = random_secret(length);
    for (const std::byte byte : random.reveal()) {
      const std::size_t value = std::to_integer<std::size_t>(byte);
      if (value >= kFair || filled == length) continue;
      password.writable()[filled++] = static_cast<std::byte>(kReadable[value % kReadable.size()]);
    }
  }
  return password;
}

}  // namespace trunkline::crypto
