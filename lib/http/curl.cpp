// SPDX-License-Identifier: MIT
#include "http/curl.h"

#include <fmt/format.h>

#include <cctype>

#include "core/text.h"

namespace trunkline::http {
namespace {

struct Library {
  Library() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw core::Error(core::ExitCode::software, "cannot set up libcurl");
  }
};

/// libcurl's words in the form of ours: no capital at the beginning, no full stop.
std::string as_reason(std::string_view text) {
  std::string reason = core::printable(core::trim(text));
  while (reason.ends_with('.')) reason.pop_back();
  const bool is_word = reason.size() > 1 && std::islower(static_cast<unsigned char>(reason[1]));
  if (is_word)
    reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
  return reason;
}

core::ExitCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
      return core::ExitCode::unavailable;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return core::ExitCode::usage;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CIPHER:
    case CURLE_WEIRD_SERVER_REPLY:
      return core::ExitCode::protocol;
    default:
      return core::ExitCode::io;
  }
}

std::string hint_of(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return "where it is an authority of your own: put its certificate into "
             "/usr/local/share/ca-certificates and run update-ca-certificates";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "is the name right, and does DNS answer?";
    case CURLE_COULDNT_CONNECT:
      return "is it up, and does a firewall let us through?";
    default:
      return {};
  }
}

}  // namespace

void release_handle(void* handle) noexcept {
  curl_easy_cleanup(handle);
}

Handle make_handle() {
  static const Library kLibrary;
  Handle handle(curl_easy_init());
  if (!handle) throw core::Error(core::ExitCode::software, "cannot set up a transfer of libcurl");
  return handle;
}

void check(CURLcode code, std::string_view option) {
  if (code == CURLE_OK) return;
  throw core::Error(core::ExitCode::software,
                    fmt::format("libcurl refuses its option {}: {}", option,
                                as_reason(curl_easy_strerror(code))));
}

void append(HeaderList& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();  // it is the head of the longer one
  list.reset(longer);
}

void set_common(const Handle& handle, const Timeouts& timeouts, const std::string& authorities) {
  set(handle, CURLOPT_NOSIGNAL, 1L, "NOSIGNAL");
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeouts.connect.count()),
      "CONNECTTIMEOUT_MS");
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeouts.whole.count()), "TIMEOUT_MS");
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L, "SSL_VERIFYPEER");
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L, "SSL_VERIFYHOST");
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2), "SSLVERSION");
  if (!authorities.empty()) set(handle, CURLOPT_CAINFO, authorities.c_str(), "CAINFO");
}

core::Fault transfer_fault(CURLcode code, std::string_view text, std::string_view what,
                           const Timeouts& timeouts) {
  std::string reason = as_reason(text.empty() ? curl_easy_strerror(code) : text);
  if (code == CURLE_OPERATION_TIMEDOUT)
    reason = fmt::format("no answer within {}", core::to_text(timeouts.whole));
  return {code_of(code), fmt::format("cannot {}: {}", what, reason), hint_of(code)};
}

bool is_loopback(std::string_view host) {
  // Not 127.example.org, which is a name.
  const bool is_ipv4 = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || (is_ipv4 && host.starts_with("127.")) || host == "::1" ||
         host == "[::1]";
}

}  // namespace trunkline::http
