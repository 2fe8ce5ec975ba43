// SPDX-License-Identifier: MIT
#pragma once

// Names of users and groups, for audit lines and for access by group.

#include <sys/types.h>

#include <optional>
#include <string>

namespace trunkline::os {

/// "root"; a user without a name is "uid:1234".
std::string user_name(uid_t uid);
/// "adm"; a group without a name is "gid:1234".
std::string group_name(gid_t gid);

std::optional<uid_t> find_user(const std::string& name);
std::optional<gid_t> find_group(const std::string& name);

/// Whether the user is a member of the group, by primary group or by /etc/group.
bool is_member(uid_t uid, const std::string& group);

}  // namespace trunkline::os
