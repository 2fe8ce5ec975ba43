// SPDX-License-Identifier: MIT
#include "number/e164.h"

#include <catch2/catch.hpp>

namespace trunkline::number {
namespace {

struct Written {
  const char* text;
  const char* region;
  const char* e164;  ///< "" where it is refused
};

std::string text_of(const core::Result<E164>& number) {
  return number ? number->text() : "";
}

}  // namespace

TEST_CASE("an E.164 number is a plus and 2 to 15 digits, nothing else", "[number]") {
  CHECK(E164::parse("+4930123456")->text() == "+4930123456");
  CHECK(E164::parse("+4930123456")->digits() == "4930123456");
  CHECK(E164::parse("+123456789012345"));
  for (const char* const wrong : {"", "+", "+1", "4930123456", "+0930123456", "+1234567890123456",
                                  "+49 30", "+49a", "++49", " +4930123456"}) {
    INFO(wrong);
    CHECK_FALSE(E164::parse(wrong));
  }
  CHECK(E164::parse("x\n").error() == core::Fault{core::ExitCode::data,
                                                  "cannot read number 'x\\x0a'",
                                                  "give it with its country code: +4930123456"});
}

TEST_CASE("what is dialled is read by the plan of the region", "[number]") {
  const Written number = GENERATE(values<Written>({
      {"+49 (30) 123456", "", "+4930123456"},
      {"030 123456", "DE", "+4930123456"},
      {"0049-30-123456", "DE", "+4930123456"},
      {"011 49 30 123456", "US", "+4930123456"},
      {"(212) 555-2345", "US", "+12125552345"},
      {"1 212 555 2345", "US", "+12125552345"},
      {"02 9374 4000", "AU", "+61293744000"},
      {"06 6982 1234", "IT", "+390669821234"},  // the 0 stays
      {"030 123456", "", ""},                   // whose 030?
      {"101", "DE", ""},                        // an extension
      {"110", "DE", ""},                        // a short code
      {"alice", "DE", ""},
      {"1-800-FLOWERS", "US", ""},
      {"", "DE", ""},
      {"+", "DE", ""},
      {"+999123456789", "DE", ""},
  }));
  INFO(number.text << " in " << number.region);
  CHECK(text_of(dialled(number.text, number.region)) == number.e164);
}

TEST_CASE("carriers leave the plus away", "[number]") {
  const Written number = GENERATE(values<Written>({
      {"4930123456", "DE", "+4930123456"},
      {"4930123456", "", "+4930123456"},
      {"030123456", "DE", "+4930123456"},
      {"004930123456", "DE", "+4930123456"},
      {"+4930123456", "US", "+4930123456"},
      {"2125552345", "US", "+12125552345"},  // +212 5552345 is none of Morocco's
      {"12125552345", "US", "+12125552345"},
      {"447911123456", "DE", "+447911123456"},
      {"anonymous", "DE", ""},
  }));
  INFO(number.text << " in " << number.region);
  CHECK(text_of(listed(number.text, number.region)) == number.e164);
}

TEST_CASE("a number is of a country, also where several share a code", "[number]") {
  struct Of {
    const char* number;
    const char* region;
  };
  const Of of = GENERATE(values<Of>({{"+4930123456", "DE"},
                                     {"+12125552345", "US"},
                                     {"+14165552345", "CA"},
                                     {"+12425552345", "BS"},
                                     {"+74951234567", "RU"},
                                     {"+77011234567", "KZ"},
                                     {"+447400123456", "GB"},
                                     {"+447911123456", "GG"},
                                     {"+441534123456", "JE"},
                                     {"+390669812345", "VA"},
                                     {"+80012345678", ""}}));
  INFO(of.number);
  CHECK(region_of(*E164::parse(of.number)) == of.region);
}

TEST_CASE("a country is two letters that have a numbering plan", "[number]") {
  CHECK(parse_region("DE") == "DE");
  CHECK(parse_region("gb") == "GB");
  CHECK(parse_region("XX").error() == core::Fault{core::ExitCode::usage,
                                                  "cannot find the country 'XX'",
                                                  "give its two letters of ISO 3166: DE, GB, US"});
  CHECK_FALSE(parse_region(""));
  CHECK_FALSE(parse_region("001"));
}

}  // namespace trunkline::number
