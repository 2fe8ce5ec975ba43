// SPDX-License-Identifier: MIT
#include "keystore/key_ring.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <set>

#include "core/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "os/atomic_file.h"
#include "os/credential.h"
#include "os/system_fault.h"

namespace trunkline::keystore {
namespace {

constexpr std::string_view kFirstLine = "trunkline-keyring 1";
constexpr std::string_view kMakeOne = "make one: trunkline init";
constexpr core::ByteCount kLongestFile{1024ULL * 1024};
constexpr std::size_t kLongestId = 64;

/// Keys that documents and tutorials print, in hexadecimal.
constexpr std::array<std::string_view, 4> kPublished{
    // NIST SP 800-38A F.1.5, SP 800-38D test case 16, and two that generators' manuals show.
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "2b7e151628aed2a6abf7158809cf4f3c2b7e151628aed2a6abf7158809cf4f3c"};

bool repeats_with_period(core::ByteView key, std::size_t period) {
  for (std::size_t i = period; i < key.size(); ++i)
    if (key[i] != key[i - period]) return false;
  return true;
}

bool counts(core::ByteView key, int step) {
  for (std::size_t i = 1; i < key.size(); ++i) {
    const int difference = (std::to_integer<int>(key[i]) - std::to_integer<int>(key[i - 1])) & 0xff;
    if (difference != (step & 0xff)) return false;
  }
  return true;
}

core::Fault malformed(std::size_t line, std::string_view what) {
  return {core::ExitCode::config, fmt::format("key ring line {}: {}", line, what),
          "schemas/keyring describes the file; restore it from its backup"};
}

}  // namespace

core::Result<KeyId> parse_key_id(std::string_view text) {
  const bool is_one =
      !text.empty() && text.size() <= kLongestId &&
      std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
      });
  if (!is_one)
    return core::fault(core::ExitCode::data,
                       fmt::format("'{}' is not a key id", core::printable(text.substr(0, 80))),
                       "a key id has 1 to 64 of a-z 0-9 . _ -");
  return KeyId(std::string(text));
}

std::optional<std::string> why_not_random(core::ByteView key) {
  for (std::size_t period = 1; period <= kKeySize / 2; ++period)
    if (repeats_with_period(key, period)) return "it repeats a pattern";
  for (const int step : {1, -1, 0x11, -0x11, 0x10, -0x10, 2, -2})
    if (counts(key, step)) return "it counts";
  const bool is_text = std::all_of(key.begin(), key.end(), [](std::byte byte) {
    return std::isprint(std::to_integer<unsigned char>(byte)) != 0;
  });
  if (is_text) return "it is readable text";
  // Of 32 random bytes about 30 differ; fewer than 16 are not seen in 10^15 keys.
  if (std::set<std::byte>(key.begin(), key.end()).size() < kKeySize / 2)
    return "it has hardly any different bytes";
  const std::string hex = core::to_hex(key);
  if (std::find(kPublished.begin(), kPublished.end(), hex) != kPublished.end())
    return "it is published in documentation";
  return std::nullopt;
}

KeyRing KeyRing::generate(core::Time now) {
  KeyRing ring;
  ring.add_fresh(now);
  return ring;
}

core::Result<KeyRing> KeyRing::load(const std::filesystem::path& path) {
  auto text = os::read_credential(path, kLongestFile);
  if (!text) {
    core::Fault fault = text.error();
    fault.message = "cannot use the recording key ring: " + fault.message;
    if (fault.code == core::ExitCode::no_input) fault.hint = kMakeOne;
    return tl::unexpected(fault);
  }
  auto ring = parse(text->reveal_text());
  if (!ring)
    return core::fault(ring.error().code,
                       fmt::format("cannot use '{}': {}", path.string(), ring.error().message),
                       ring.error().hint);
  return ring;
}

core::Result<KeyRing> KeyRing::parse(std::string_view text) {
  KeyRing ring;
  std::size_t number = 0;
  for (const std::string_view raw : core::split(text, '\n')) {
    ++number;
    const std::string_view line = core::trim(raw);
    if (number == 1) {
      if (line != kFirstLine) return tl::unexpected(malformed(1, "this is not a key ring"));
      continue;
    }
    if (line.empty() || line.front() == '#') continue;
    const auto words = core::split(line, ' ');
    if (words.size() == 2 && words[0] == "current") {
      if (!ring.current_.value().empty())
        return tl::unexpected(malformed(number, "a second current key"));
      ring.current_ = KeyId(std::string(words[1]));
      continue;
    }
    if (words.size() != 4 || words[0] != "key")
      return tl::unexpected(malformed(number, "expected 'key ID TIME HEX' or 'current ID'"));
    const auto id = parse_key_id(words[1]);
    if (!id) return tl::unexpected(malformed(number, id.error().message));
    const auto created = core::parse_rfc3339(words[2]);
    if (!created) return tl::unexpected(malformed(number, created.error().message));
    const auto bytes = core::from_hex(words[3]);
    // The fault does not repeat the word: it may be most of a key.
    if (!bytes) return tl::unexpected(malformed(number, "the key is not hexadecimal"));
    if (auto added = ring.add(*id, core::Secret(*bytes), *created); !added)
      return core::fault(added.error().code,
                         fmt::format("key ring line {}: {}", number, added.error().message),
                         added.error().hint);
  }
  if (ring.keys_.empty())
    return core::fault(core::ExitCode::config, "the key ring holds no key", std::string(kMakeOne));
  if (ring.entry(ring.current_) == nullptr)
    return core::fault(core::ExitCode::config, "the key ring names no current key that it holds",
                       "add a line: current " + ring.keys_.back().id.value());
  return ring;
}

KeyId KeyRing::add_fresh(core::Time now) {
  // The day for people, random digits so that two rings never share an id.
  const std::string day = core::to_rfc3339(now).substr(0, 10);
  KeyId id;
  do {
    id = KeyId(fmt::format("{}-{}", day, core::to_hex(crypto::random_bytes(4))));
  } while (entry(id) != nullptr);
  keys_.push_back({.id = id, .created = now, .key = crypto::random_secret(kKeySize)});
  current_ = id;
  return id;
}

core::Result<void> KeyRing::add(const KeyId& id, const core::Secret& key, core::Time created) {
  if (entry(id) != nullptr)
    return core::fault(core::ExitCode::config,
                       fmt::format("key '{}' is in the ring already", id.value()),
                       "a key id is never used twice");
  if (key.size() != kKeySize)
    return core::fault(core::ExitCode::config,
                       fmt::format("key '{}' has {} bytes, not 32", id.value(), key.size()),
                       "make one: openssl rand -hex 32");
  if (const auto reason = why_not_random(key.reveal()))
    return core::fault(
        core::ExitCode::config,
        fmt::format("key '{}' is an example, not a random key: {}", id.value(), *reason),
        "make one: trunkline init, or openssl rand -hex 32");
  keys_.push_back({.id = id, .created = created, .key = key});
  return {};
}

core::Result<void> KeyRing::make_current(const KeyId& id) {
  if (entry(id) == nullptr)
    return core::fault(core::ExitCode::no_input,
                       fmt::format("key '{}' is not in the ring", id.value()), "add it first");
  current_ = id;
  return {};
}

core::Result<void> KeyRing::remove(const KeyId& id) {
  if (entry(id) == nullptr)
    return core::fault(core::ExitCode::no_input,
                       fmt::format("key '{}' is not in the ring", id.value()),
                       "trunkline keys list");
  if (id == current_)
    return core::fault(core::ExitCode::no_permission,
                       fmt::format("key '{}' is the current one", id.value()),
                       "begin another first: trunkline keys rotate");
  std::erase_if(keys_, [&](const Key& key) { return key.id == id; });
  return {};
}

core::Result<void> KeyRing::save(const std::filesystem::path& path) const {
  struct stat before {};
  const bool was_there = ::stat(path.c_str(), &before) == 0;
  if (auto written = os::write_atomically(path, text().reveal(), 0600); !written) return written;
  if (was_there && ::geteuid() == 0 && before.st_uid != 0 &&
      ::chown(path.c_str(), before.st_uid, before.st_gid) != 0)
    return os::system_failure(fmt::format("give '{}' back to its owner", path.string()), errno);
  return {};
}

core::Secret KeyRing::text() const {
  std::string text;
  // Growing would leave copies of keys behind in freed memory.
  text.reserve(1024 + keys_.size() * 256);
  text += kFirstLine;
  text +=
      "\n# Key-encryption keys of recordings. Whoever reads this file, the key store "
      "and a recording\n# can play it: keep copies apart from both.\n";
  for (const Key& key : keys_)
    text += fmt::format("key {} {} {}\n", key.id.value(), core::to_rfc3339(key.created),
                        core::to_hex(key.key.reveal()));
  text += fmt::format("current {}\n", current_.value());
  core::Secret secret{std::string_view(text)};
  explicit_bzero(text.data(), text.size());  // the copy in a std::string is wiped, too
  return secret;
}

const core::Secret* KeyRing::find(const KeyId& id) const noexcept {
  const Key* const found = entry(id);
  return found == nullptr ? nullptr : &found->key;
}

std::vector<KeyRing::Listed> KeyRing::list() const {
  std::vector<Listed> listed;
  for (const Key& key : keys_)
    listed.push_back({.id = key.id, .created = key.created, .is_current = key.id == current_});
  return listed;
}

std::string KeyRing::fingerprint() const {
  std::set<std::string> ids;
  for (const Key& key : keys_) ids.insert(key.id.value());
  std::string text;
  for (const std::string& id : ids) text += id + "\n";
  return core::to_hex(crypto::sha256(core::as_bytes(text)));
}

const KeyRing::Key* KeyRing::entry(const KeyId& id) const noexcept {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

}  // namespace trunkline::keystore
