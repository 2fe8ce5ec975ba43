// SPDX-License-Identifier: MIT
#include "number/e164.h"

#include <fmt/format.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::number {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// E.164 6.1: at most 15 digits of country code and national number.
constexpr std::size_t kMostDigits = 15;
// What people put around 15 digits is not longer.
constexpr std::size_t kLongestText = 64;
constexpr const char* kNoRegion = "ZZ";
// A number of no country (+800, +883) has the "region" of its network.
constexpr std::string_view kNoCountry = "001";

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

core::Result<E164> refused(std::string_view text) {
  return core::fault(
      core::ExitCode::data,
      fmt::format("cannot read number '{}'", core::printable(text.substr(0, kLongestText))),
      "give it with its country code: +4930123456");
}

/// Only what is written as a number is: libphonenumber would take "alice7" for 2542-37.
bool is_written_as_number(std::string_view text) {
  return !text.empty() && text.size() <= kLongestText &&
         std::all_of(text.begin(), text.end(), [](char letter) {
           return is_digit(letter) || std::string_view("+ -./()").find(letter) != std::string::npos;
         });
}

core::Result<E164> parsed(std::string_view text, std::string_view region) {
  const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const std::string from = region.empty() ? std::string(kNoRegion) : std::string(region);
  if (plans.Parse(std::string(text), from, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
    return refused(text);
  // Digits alone may be an extension or an alarm; with a plus they are what they say.
  if (text.front() == '+' ? !plans.IsPossibleNumber(number) : !plans.IsValidNumber(number))
    return refused(text);
  std::string written;
  plans.Format(number, PhoneNumberUtil::E164, &written);
  return E164::parse(written);
}

bool is_in_use(const E164& number) {
  const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
  PhoneNumber parsed_number;
  return plans.Parse(number.text(), kNoRegion, &parsed_number) ==
             PhoneNumberUtil::NO_PARSING_ERROR &&
         plans.IsValidNumber(parsed_number);
}

}  // namespace

core::Result<E164> E164::parse(std::string_view text) {
  const std::string_view digits = text.substr(text.empty() ? 0 : 1);
  const bool is_number = !text.empty() && text.front() == '+' && digits.size() >= 2 &&
                         digits.size() <= kMostDigits && digits.front() != '0' &&
                         std::all_of(digits.begin(), digits.end(), is_digit);
  if (!is_number) return refused(text);
  return E164(std::string(text));
}

core::Result<E164> dialled(std::string_view text, std::string_view region) {
  const std::string_view number = core::trim(text);
  if (!is_written_as_number(number)) return refused(text);
  auto read = parsed(number, region);
  return read ? read : refused(text);
}

core::Result<E164> listed(std::string_view text, std::string_view region) {
  const std::string_view number = core::trim(text);
  if (!is_written_as_number(number)) return refused(text);
  if (is_digit(number.front()) && number.front() != '0') {
    const std::string with_plus = fmt::format("+{}", number);
    auto read = parsed(with_plus, {});
    if (read && is_in_use(*read)) return read;
  }
  return dialled(text, region);
}

std::string region_of(const E164& number) {
  const PhoneNumberUtil& plans = *PhoneNumberUtil::GetInstance();
  PhoneNumber parsed_number;
  if (plans.Parse(number.text(), kNoRegion, &parsed_number) != PhoneNumberUtil::NO_PARSING_ERROR)
    return {};
  std::string region;
  plans.GetRegionCodeForNumber(parsed_number, &region);
  // Not in use, but its country code is.
  if (region.empty() || region == kNoRegion)
    plans.GetRegionCodeForCountryCode(parsed_number.country_code(), &region);
  return region == kNoCountry || region == kNoRegion ? std::string() : region;
}

core::Result<std::string> parse_region(std::string_view text) {
  std::string region(text);
  std::transform(region.begin(), region.end(), region.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  if (PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0) return region;
  return core::fault(
      core::ExitCode::usage,
      fmt::format("cannot find the country '{}'", core::printable(text.substr(0, kLongestText))),
      "give its two letters of ISO 3166: DE, GB, US");
}

}  // namespace trunkline::number
