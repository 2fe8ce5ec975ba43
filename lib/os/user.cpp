// SPDX-License-Identifier: MIT
#include "os/user.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <vector>

namespace trunkline::os {
namespace {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};
struct Group {
  std::string name;
  gid_t gid = 0;
};

constexpr std::size_t kFirstBuffer = 1024;
constexpr std::size_t kLargestBuffer =
    std::size_t{1024} * 1024;  // a group may have very many members

/// Calls a getXXX_r with a buffer that grows until the entry fits.
template <class Entry, class Lookup>
std::optional<Entry> look_up(std::vector<char>& buffer, Lookup lookup) {
  for (buffer.resize(kFirstBuffer); buffer.size() <= kLargestBuffer;
       buffer.resize(buffer.size() * 4)) {
    Entry entry{};
    Entry* found = nullptr;
    const int error_number = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error_number == ERANGE) continue;
    if (error_number != 0 || found == nullptr) return std::nullopt;
    return entry;
  }
  return std::nullopt;
}

template <class Lookup>
std::optional<User> user_by(Lookup lookup) {
  std::vector<char> buffer;
  const auto entry = look_up<passwd>(buffer, lookup);
  if (!entry) return std::nullopt;
  return User{entry->pw_name, entry->pw_uid, entry->pw_gid};
}

template <class Lookup>
std::optional<Group> group_by(Lookup lookup) {
  std::vector<char> buffer;
  const auto entry = look_up<group>(buffer, lookup);
  if (!entry) return std::nullopt;
  return Group{entry->gr_name, entry->gr_gid};
}

std::optional<User> user_of(uid_t uid) {
  return user_by([&](auto... rest) { return ::getpwuid_r(uid, rest...); });
}

}  // namespace

std::string user_name(uid_t uid) {
  const auto user = user_of(uid);
  return user ? user->name : "uid:" + std::to_string(uid);
}

std::string group_name(gid_t gid) {
  const auto found = group_by([&](auto... rest) { return ::getgrgid_r(gid, rest...); });
  return found ? found->name : "gid:" + std::to_string(gid);
}

std::optional<uid_t> find_user(const std::string& name) {
  const auto user = user_by([&](auto... rest) { return ::getpwnam_r(name.c_str(), rest...); });
  if (!user) return std::nullopt;
  return user->uid;
}

std::optional<gid_t> find_group(const std::string& name) {
  const auto found = group_by([&](auto... rest) { return ::getgrnam_r(name.c_str(), rest...); });
  if (!found) return std::nullopt;
  return found->gid;
}

bool is_member(uid_t uid, const std::string& group) {
  const auto user = user_of(uid);
  const auto wanted = find_group(group);
  if (!user || !wanted) return false;
  std::vector<gid_t> groups(32);
  auto count = static_cast<int>(groups.size());
  if (::getgrouplist(user->name.c_str(), user->gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(user->name.c_str(), user->gid, groups.data(), &count) < 0) return false;
  }
  groups.resize(static_cast<std::size_t>(count));
  return std::find(groups.begin(), groups.end(), *wanted) != groups.end();
}

}  // namespace trunkline::os
