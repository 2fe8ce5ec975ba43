// SPDX-License-Identifier: MIT
#include "core/secret.h"

#include <string.h>  // explicit_bzero

#include <utility>

namespace trunkline::core {

Secret::Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}

Secret Secret::of_size(std::size_t size) {
  Secret secret;
  secret.bytes_.resize(size);
  return secret;
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    bytes_ = other.bytes_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

Secret::~Secret() {
  wipe();
}

void Secret::wipe() noexcept {
  if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
}

}  // namespace trunkline::core
