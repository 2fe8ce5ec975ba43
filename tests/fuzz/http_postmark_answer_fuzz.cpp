// SPDX-License-Identifier: MIT
// Any bytes as an answer to a batch of mails: there is one result for each mail, none is called
// delivered that was not said to be, and what is told of the others is one line of text. The first
// two bytes are the status and the number of mails.

#include <cstdlib>
#include <string_view>

#include "core/text.h"
#include "fuzz/target.h"
#include "http/postmark_api.h"

namespace {

constexpr int kStatuses[] = {200, 401, 422, 429, 500, 302};
constexpr std::size_t kMostMails = 4;
constexpr std::size_t kLongestMessage = 400;

void check_fault(const trunkline::core::Fault& fault) {
  using trunkline::core::ExitCode;
  const bool is_known = fault.code == ExitCode::try_again || fault.code == ExitCode::protocol ||
                        fault.code == ExitCode::no_permission;
  const std::string& message = fault.message;
  if (!is_known || message.empty() || message.size() > kLongestMessage ||
      message != trunkline::core::printable(message))
    std::abort();
}

}  // namespace

FUZZ_TARGET(http_postmark_answer) {
  if (size < 2) return 0;
  const int status = kStatuses[data[0] % std::size(kStatuses)];
  const std::size_t mails = data[1] % (kMostMails + 1);
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto results = trunkline::http::judge_postmark(status, body, mails);
  if (results.size() != mails) std::abort();
  const auto answer = trunkline::core::parse_json(body);
  for (std::size_t i = 0; i < mails; ++i) {
    if (!results[i]) {
      check_fault(results[i].error());
      continue;
    }
    if (status != 200 || !answer || !answer->is_array() || answer->size() != mails ||
        trunkline::core::number_at((*answer)[i], "ErrorCode", -1) != 0)
      std::abort();
  }
  return 0;
}
