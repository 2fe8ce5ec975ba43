// SPDX-License-Identifier: MIT
#include "softphone/netstring.h"

#include <catch2/catch.hpp>

using trunkline::softphone::NetstringReader;
using trunkline::softphone::to_netstring;

TEST_CASE("netstring: what is written is read back, whole or in pieces", "[softphone]") {
  const std::string frames = to_netstring("hello") + to_netstring("") + to_netstring("a,b:c");
  CHECK(frames == "5:hello,0:,5:a,b:c,");
  NetstringReader reader;
  std::vector<std::string> payloads;
  for (const char byte : frames) {
    reader.append({&byte, 1});
    for (auto frame = reader.next(); frame && *frame; frame = reader.next())
      payloads.push_back(**frame);
  }
  CHECK(payloads == std::vector<std::string>{"hello", "", "a,b:c"});
}

TEST_CASE("netstring: what is none is a fault", "[softphone]") {
  for (const char* const bytes :
       {"x:hello,", ":hello,", "-1:a,", "5:hello;", "99999999:", "123456789", "1048577:a"}) {
    CAPTURE(bytes);
    NetstringReader reader;
    reader.append(bytes);
    CHECK_FALSE(reader.next());
  }
}

TEST_CASE("netstring: an unfinished frame is no fault", "[softphone]") {
  for (const char* const bytes : {"", "5", "5:", "5:hell", "5:hello"}) {
    CAPTURE(bytes);
    NetstringReader reader;
    reader.append(bytes);
    const auto frame = reader.next();
    REQUIRE(frame);
    CHECK_FALSE(*frame);
  }
}
