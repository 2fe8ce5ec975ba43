// SPDX-License-Identifier: MIT
// Whatever a subject, a name or an address holds, the message's headers are ours: each line begins
// with the name of one, or continues one.

#include <algorithm>
#include <cstdlib>
#include <string>

#include "fuzz/target.h"
#include "http/mail.h"

namespace {

constexpr std::string_view kOurs[] = {
    "Date: ",    "From: ",         "To: ",           "Subject: ",        "Message-ID: ",
    "X-Given: ", "MIME-Version: ", "Content-Type: ", "Content-Transfer-"};

bool is_ours(std::string_view line) {
  if (line.empty() || line.starts_with(' ')) return true;
  for (const std::string_view name : kOurs)
    if (line.starts_with(name)) return true;
  return false;
}

void check_headers(const std::string& message) {
  const auto end = message.find("\r\n\r\n");
  if (end == std::string::npos) std::abort();
  std::size_t begin = 0;
  while (begin < end) {
    const auto stop = std::min(message.find("\r\n", begin), end);
    const std::string_view line = std::string_view(message).substr(begin, stop - begin);
    if (!is_ours(line) || line.find_first_of("\r\n") != std::string_view::npos) std::abort();
    begin = stop + 2;
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
FUZZ_TARGET(http_mail) {
  namespace http = trunkline::http;
  const std::string text(reinterpret_cast<const char*>(data), size);
  http::Mail mail{.from = {"pbx@example.org", text},
                  .subject = text,
                  .text = text,
                  .headers = {{"X-Given", text}},
                  .message_id = text};
  if (const auto address = http::parse_mail_address(text)) {
    if (address->address.find_first_of("\r\n <>") != std::string::npos) std::abort();
    mail.to.push_back(*address);
  }
  check_headers(http::compose(mail, "b"));
  return 0;
}
