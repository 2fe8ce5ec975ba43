// SPDX-License-Identifier: MIT
#include "mediaplane/access.h"

#include <catch2/catch.hpp>

namespace trunkline::mediaplane {
namespace {

constexpr uid_t kRoot = 0;
constexpr uid_t kSip = 990;
constexpr uid_t kRec = 991;
constexpr uid_t kPerson = 1000;

struct Case {
  const char* what;
  Listener who;
  uid_t own_user;
  bool may;
};

TEST_CASE("access: sipd's user hears no recording, whoever else the socket lets in does",
          "[access]") {
  const auto row =
      GENERATE(Case{"root", {kRoot, "root"}, kRec, true},
               Case{"recorderd's own user", {kRec, "trunkline-rec"}, kRec, true},
               Case{"a person", {kPerson, "anna"}, kRec, true},
               Case{"a user whose name only begins so", {kPerson, "trunkline-sipper"}, kRec, true},
               Case{"sipd's user", {kSip, "trunkline-sip"}, kRec, false},
               Case{"sipd's user, recorderd as root", {kSip, "trunkline-sip"}, kRoot, false},
               Case{"both daemons as one user", {kSip, "trunkline-sip"}, kSip, true});
  CAPTURE(row.what);
  const auto may = may_listen(row.who, row.own_user);
  REQUIRE(may.has_value() == row.may);
  if (row.may) return;
  CHECK(may.error() ==
        core::Fault{core::ExitCode::no_permission,
                    "cannot open a recording as trunkline-sip: signalling may command media, not "
                    "hear what was recorded",
                    "ask as a person in group trunkline-admin"});
}

}  // namespace
}  // namespace trunkline::mediaplane
