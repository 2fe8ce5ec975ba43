// SPDX-License-Identifier: MIT
#include "http/postmark.h"

#include <fmt/format.h>

#include "http/postmark_api.h"

namespace trunkline::http {
namespace {

constexpr std::size_t kMostMails = 50;
/// Postmark takes 50 MB, and 10 MB of one mail; a request has the time of one mail.
constexpr std::size_t kLongestBatch = 10'000'000;
constexpr core::ByteCount kLongestAnswer{std::uint64_t{256} * 1024};

struct Batch {
  std::string body;
  std::size_t mails = 0;
};

/// As many of the first recipients as one request takes, at least one.
Batch next_batch(const Mail& mail, std::span<const MailAddress> recipients,
                 std::string_view stream) {
  Batch batch{.body = "["};
  for (const MailAddress& recipient : recipients) {
    const std::string item = core::to_line(to_postmark(mail, recipient, stream));
    const bool is_full =
        batch.mails == kMostMails || batch.body.size() + item.size() + 2 > kLongestBatch;
    if (batch.mails > 0 && is_full) break;
    if (batch.mails > 0) batch.body += ',';
    batch.body += item;
    ++batch.mails;
  }
  batch.body += ']';
  return batch;
}

}  // namespace

Postmark::Postmark(PostmarkServer server)
    : server_(std::move(server)),
      client_({.connect_timeout = server_.connect_timeout,
               .timeout = server_.timeout,
               .answer_limit = kLongestAnswer,
               .authorities = server_.authorities}) {}

core::Result<Response> Postmark::post(std::string batch) {
  auto answer = client_.send(
      {.method = "POST",
       .url = server_.url + (server_.url.ends_with('/') ? "email/batch" : "/email/batch"),
       .headers = {{"Accept", "application/json"},
                   {"Content-Type", "application/json"},
                   {"X-Postmark-Server-Token", std::string(server_.token.reveal_text())}},
       .body = std::move(batch)});
  // An answer that is too long is not Postmark's, and the mail may go another time.
  if (!answer && answer.error().code == core::ExitCode::data)
    answer.error().code = core::ExitCode::protocol;
  return answer;
}

std::vector<core::Result<void>> Postmark::deliver(const Mail& mail,
                                                  std::span<const MailAddress> recipients) {
  std::vector<core::Result<void>> results;
  while (results.size() < recipients.size()) {
    Batch batch = next_batch(mail, recipients.subspan(results.size()), server_.stream);
    const auto answer = post(std::move(batch.body));
    auto judged =
        answer ? judge_postmark(answer->status, answer->body, batch.mails)
               : std::vector<core::Result<void>>(batch.mails, tl::unexpected(answer.error()));
    for (core::Result<void>& result : judged) {
      const std::string& to = recipients[results.size()].address;
      if (!result)
        result.error().message =
            answer ? fmt::format("cannot mail {} by {}: {}", to, shown_url(server_.url),
                                 result.error().message)
                   : fmt::format("cannot mail {}: {}", to, result.error().message);
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace trunkline::http
