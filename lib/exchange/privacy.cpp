// SPDX-License-Identifier: MIT
#include "exchange/privacy.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "sdp/session.h"

namespace trunkline::exchange {
namespace {

/// RFC 3323 section 4.2, RFC 3325 section 9.3. `header` and `session` are met for every call: the
/// called leg has no header of the caller's, and its media comes from the relay.
constexpr std::array kAnonymous{"user", "id", "header"};
constexpr std::array kAlwaysMet{"session", "none", "critical", "history"};

template <class Words>
bool is_among(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Privacy privacy_of(const sip::Request& invite) {
  // A phone that hides itself says so in From, too; some say it only there.
  Privacy privacy{.is_anonymous = invite.from.uri.host == sip::kAnonymousHost};
  bool is_critical = false;
  std::string unknown;
  for (const sip::Header& header : invite.headers) {
    if (!core::equals_ignoring_case(header.name, "Privacy")) continue;
    // Semicolons in the RFC, commas in some phones.
    for (const std::string_view group : core::split(header.value, ';')) {
      for (const std::string_view piece : core::split(group, ',')) {
        const std::string word = core::to_lower(core::trim(piece));
        if (is_among(kAnonymous, word)) privacy.is_anonymous = true;
        if (word == "critical") is_critical = true;
        const bool is_known = is_among(kAnonymous, word) || is_among(kAlwaysMet, word);
        if (!word.empty() && !is_known && unknown.empty()) unknown = word;
      }
    }
  }
  if (is_critical) privacy.impossible = unknown;
  return privacy;
}

sip::Party anonymous_party() {
  sip::Party party;
  party.display_name = "Anonymous";
  party.uri.user = "anonymous";
  party.uri.host = sip::kAnonymousHost;
  return party;
}

std::string without_names(const std::string& sdp) {
  constexpr std::string_view kByPeople = "iuep";
  auto session = sdp::Session::parse(sdp);
  if (!session) return sdp;
  const auto drop = [&](std::vector<sdp::Line>& lines) {
    std::erase_if(lines, [&](const sdp::Line& line) {
      return kByPeople.find(line.type) != std::string_view::npos;
    });
  };
  drop(session->lines);
  for (sdp::Media& media : session->media) drop(media.lines);
  for (sdp::Line& line : session->lines) {
    if (line.type == 's') line.value = "-";
  }
  sdp::Origin origin = session->origin();
  origin.username = "-";
  session->set_origin(origin);
  return session->text();
}

}  // namespace trunkline::exchange
