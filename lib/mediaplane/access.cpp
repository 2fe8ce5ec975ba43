// SPDX-License-Identifier: MIT
#include "mediaplane/access.h"

#include <string>

namespace trunkline::mediaplane {

core::Result<void> may_listen(const Listener& who, uid_t own_user) {
  if (who.user == own_user || who.name != kSignallingUser) return {};
  return core::fault(core::ExitCode::no_permission,
                     "cannot open a recording as " + std::string(who.name) +
                         ": signalling may command media, not hear what was recorded",
                     "ask as a person in group trunkline-admin");
}

}  // namespace trunkline::mediaplane
