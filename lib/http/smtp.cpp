// SPDX-License-Identifier: MIT
#include "http/smtp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "http/curl.h"
#include "os/host_name.h"

namespace trunkline::http {
namespace {

/// The message as libcurl asks for it.
struct Source {
  std::string_view rest;
};
std::size_t give(char* buffer, std::size_t size, std::size_t count, void* context) noexcept {
  Source& source = *static_cast<Source*>(context);
  const std::size_t length = std::min(size * count, source.rest.size());
  std::memcpy(buffer, source.rest.data(), length);
  source.rest.remove_prefix(length);
  return length;
}

/// Keeps the last refusal: what follows it is the answer to our QUIT, and what went well after one
/// (HELO after a refused EHLO) has settled it.
std::size_t take_reply(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
  std::string& refusal = *static_cast<std::string*>(context);
  const std::string_view line(bytes, size * count);
  try {
    if (line.starts_with('4') || line.starts_with('5'))
      refusal = line;
    else if (!line.starts_with("221"))
      refusal.clear();
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return line.size();
}

std::string url_of(const SmtpServer& server) {
  const bool is_ipv6 = server.host.find(':') != std::string::npos && !server.host.starts_with('[');
  return fmt::format(
      "{}://{}{}{}:{}/{}", server.tls == SmtpServer::Tls::immediate ? "smtps" : "smtp",
      is_ipv6 ? "[" : "", server.host, is_ipv6 ? "]" : "", server.port.value(), os::host_name());
}

core::Fault smtp_fault(CURLcode code, std::string_view refusal, const ErrorText& text,
                       const std::string& what, const Timeouts& timeouts) {
  const std::string said = core::printable(core::trim(refusal));
  if (code == CURLE_USE_SSL_FAILED && said.empty())
    return {core::ExitCode::protocol,
            fmt::format("cannot {}: the server offers no TLS (STARTTLS)", what),
            "mail.tls = \"none\" sends in clear, where nobody can listen"};
  if (code == CURLE_OPERATION_TIMEDOUT || said.empty())
    return transfer_fault(code, text.data(), what, timeouts);
  return {said.front() == '5' ? core::ExitCode::no_permission : core::ExitCode::try_again,
          fmt::format("cannot {}: the server said {}", what, said),
          code == CURLE_LOGIN_DENIED ? "mail.user and mail.password_file say who logs in" : ""};
}

}  // namespace

Smtp::Smtp(SmtpServer server) : server_(std::move(server)), handle_(make_handle()) {}

core::Result<void> Smtp::hand_over(const Mail& mail, const std::string& message,
                                   const MailAddress& recipient) {
  curl_easy_reset(handle_.get());
  const Timeouts timeouts{server_.connect_timeout, server_.timeout};
  set_common(handle_, timeouts, server_.authorities.string());
  set(handle_, CURLOPT_URL, url_of(server_).c_str(), "URL");
  set(handle_, CURLOPT_PROTOCOLS_STR, "smtp,smtps", "PROTOCOLS_STR");
  set(handle_, CURLOPT_PROXY, "", "PROXY");
  const bool is_clear = server_.tls == SmtpServer::Tls::none;
  set(handle_, CURLOPT_USE_SSL, static_cast<long>(is_clear ? CURLUSESSL_NONE : CURLUSESSL_ALL),
      "USE_SSL");
  if (!server_.user.empty()) {
    set(handle_, CURLOPT_USERNAME, server_.user.c_str(), "USERNAME");
    // libcurl wants a text that ends in zero, and keeps a copy of its own.
    set(handle_, CURLOPT_PASSWORD, std::string(server_.password.reveal_text()).c_str(), "PASSWORD");
  }
  set(handle_, CURLOPT_MAIL_FROM, mail.from.address.c_str(), "MAIL_FROM");
  HeaderList recipients;
  append(recipients, recipient.address);
  set(handle_, CURLOPT_MAIL_RCPT, recipients.get(), "MAIL_RCPT");
  Source source{message};
  set(handle_, CURLOPT_UPLOAD, 1L, "UPLOAD");
  set(handle_, CURLOPT_READFUNCTION, &give, "READFUNCTION");
  set(handle_, CURLOPT_READDATA, static_cast<void*>(&source), "READDATA");
  set(handle_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()), "INFILESIZE");
  std::string refusal;
  set(handle_, CURLOPT_HEADERFUNCTION, &take_reply, "HEADERFUNCTION");
  set(handle_, CURLOPT_HEADERDATA, static_cast<void*>(&refusal), "HEADERDATA");
  ErrorText text{};
  set(handle_, CURLOPT_ERRORBUFFER, text.data(), "ERRORBUFFER");

  const CURLcode code = curl_easy_perform(handle_.get());
  set(handle_, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr), "ERRORBUFFER");
  if (code == CURLE_OK) return {};
  const std::string what =
      fmt::format("mail {} by {}:{}", recipient.address, server_.host, server_.port.value());
  return tl::unexpected(smtp_fault(code, refusal, text, what, timeouts));
}

std::vector<core::Result<void>> Smtp::deliver(const Mail& mail,
                                              std::span<const MailAddress> recipients) {
  const std::string message = compose(mail, make_boundary(mail.date));
  std::vector<core::Result<void>> results;
  for (const MailAddress& recipient : recipients)
    results.push_back(hand_over(mail, message, recipient));
  return results;
}

}  // namespace trunkline::http
