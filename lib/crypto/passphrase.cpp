// SPDX-License-Identifier: MIT
#include "crypto/passphrase.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>

#include "core/example_secret.h"
#include "crypto/openssl.h"

namespace trunkline::crypto {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30;
constexpr std::uint32_t kMostLog2Cost = 20;
constexpr std::uint32_t kMostParallel = 16;

EVP_KDF* scrypt_algorithm() {
  static const Kdf kdf(check(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr), "find scrypt"));
  return kdf.get();
}

bool is_bearable(const ScryptCost& cost) {
  if (cost.log2_cost < 1 || cost.log2_cost > kMostLog2Cost) return false;
  if (cost.block_size < 1 || cost.parallel < 1 || cost.parallel > kMostParallel) return false;
  const std::uint64_t rounds = std::uint64_t{1} << cost.log2_cost;
  const std::uint64_t memory = 128 * rounds * cost.block_size;
  const ScryptCost usual;
  const std::uint64_t most_work =
      16 * (std::uint64_t{1} << usual.log2_cost) * usual.block_size * usual.parallel;
  return memory <= kMostMemory && rounds * cost.block_size * cost.parallel <= most_work;
}

}  // namespace

core::Result<void> check_passphrase(const core::Secret& passphrase) {
  if (passphrase.size() < kPassphraseSizeMin)
    return core::fault(
        core::ExitCode::usage,
        fmt::format("the passphrase is shorter than {} characters", kPassphraseSizeMin),
        "several words that do not belong together make a good one");
  if (core::is_example_secret(passphrase.reveal_text()))
    return core::fault(core::ExitCode::usage, "the passphrase is an example that everybody knows",
                       "several words that do not belong together make a good one");
  return {};
}

core::Result<core::Secret> key_of_passphrase(const core::Secret& passphrase, core::ByteView salt,
                                             const ScryptCost& cost) {
  if (!is_bearable(cost))
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot derive a key by scrypt with N=2^{} r={} p={}: it asks "
                                   "for too much memory or time",
                                   cost.log2_cost, cost.block_size, cost.parallel));
  const KdfContext context(check(EVP_KDF_CTX_new(scrypt_algorithm()), "make a scrypt context"));
  std::uint64_t rounds = std::uint64_t{1} << cost.log2_cost;
  std::uint32_t block_size = cost.block_size;
  std::uint32_t parallel = cost.parallel;
  std::uint64_t memory = kMostMemory + (std::uint64_t{1} << 20);
  const std::array<OSSL_PARAM, 7> parameters{
      octets(OSSL_KDF_PARAM_PASSWORD, passphrase.reveal()),
      octets(OSSL_KDF_PARAM_SALT, salt),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &rounds),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &block_size),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &parallel),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
      OSSL_PARAM_construct_end()};
  core::Secret derived = core::Secret::of_size(kKeySize);
  check(EVP_KDF_derive(context.get(), out(derived.writable()), kKeySize, parameters.data()),
        "derive a key by scrypt");
  return derived;
}

}  // namespace trunkline::crypto
