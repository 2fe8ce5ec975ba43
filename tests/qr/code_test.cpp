// SPDX-License-Identifier: MIT
#include "qr/code.h"

#include <catch2/catch.hpp>

namespace trunkline::qr {
namespace {

TEST_CASE("qr: its size is what the standard says", "[qr]") {
  const Code code = Code::of("sip:101@pbx.example").value();
  CHECK(code.size() == 25);  // version 2 holds 32 bytes at level L
  CHECK(columns_of(code) == 33);
  const auto lines = draw(code, Ink::blocks);
  CHECK(lines.size() == 17);
  CHECK(code.is_dark(0, 0));
  CHECK_FALSE(code.is_dark(1, 1));
  CHECK_FALSE(code.is_dark(25, 0));
  // The quiet zone is light: in blocks light modules are drawn, in colours dark ones.
  CHECK(lines[0].starts_with("\u2588\u2588\u2588"));
  CHECK(draw(code, Ink::colors)[0].starts_with("\x1b[38;5;16;48;5;231m     "));
  CHECK(draw(code, Ink::colors)[0].ends_with("\x1b[0m"));
}

TEST_CASE("qr: nothing and too much are refused", "[qr]") {
  CHECK(Code::of(std::string(2953, 'x')).has_value());
  CHECK(Code::of("").error().message == "cannot make a QR code of 0 bytes: it holds 1 to 2953");
  CHECK(Code::of(std::string(2954, 'x')).error().code == core::ExitCode::data);
}

}  // namespace
}  // namespace trunkline::qr
