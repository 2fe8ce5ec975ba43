// SPDX-License-Identifier: MIT
#pragma once

// Who may hear recordings through the control socket. The socket's mode and group let in whom the
// site trusts, and sipd, which commands media; signalling has no business with what was said, so a
// sipd that was taken over must not become a listener. Pure.

#include <sys/types.h>

#include <string_view>

#include "core/error.h"

namespace trunkline::mediaplane {

/// sipd's system user (systemd/trunkline.sysusers).
inline constexpr std::string_view kSignallingUser = "trunkline-sip";

struct Listener {
  uid_t user;
  std::string_view name;
};

/// Refused (ExitCode::no_permission) is sipd's user, unless recorderd itself runs as that user: a
/// site with one user for both has nothing left to keep apart.
[[nodiscard]] core::Result<void> may_listen(const Listener& who, uid_t own_user);

}  // namespace trunkline::mediaplane
