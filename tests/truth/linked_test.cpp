// SPDX-License-Identifier: MIT
// Tools that only read do not carry FFmpeg: its libraries would cost each start 18 ms.

#include <catch2/catch.hpp>

#include "truth/tree.h"

namespace trunkline::truth {

TEST_CASE("only recorderd is linked with FFmpeg", "[linked]") {
  for (const auto* group : {&kTools, &kDaemons}) {
    for (const std::string& name : *group) {
      CAPTURE(name);
      const os::Output listed = run({"ldd", program(name)});
      REQUIRE(listed.exit.is_success());
      CHECK((listed.output.find("libavcodec") != std::string::npos) == (name == "recorderd"));
      CHECK((listed.output.find("libswresample") != std::string::npos) == (name == "recorderd"));
    }
  }
}

}  // namespace trunkline::truth
