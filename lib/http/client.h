// SPDX-License-Identifier: MIT
#pragma once

// An HTTP client for tools that hand something over and need to know whether it arrived: one
// request, one answer, within a time and a size. Certificates are always verified, redirects are
// answers as others and never followed, and what is secret in a URL is in no message.
//
// An answer is an answer whatever its status; a fault means that there was none: unavailable
// (nobody there, or too slow), protocol (TLS or HTTP was broken), data (the answer was too long),
// usage (a URL or header that cannot be), io (the rest). One thread at a time.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "http/handle.h"

namespace trunkline::http {

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string url;  ///< http: or https:
  std::vector<Header> headers = {};
  std::string body = {};  ///< with a header Content-Type of the caller's
};

struct Response {
  int status = 0;
  std::vector<Header> headers = {};
  std::string body = {};

  bool is_success() const noexcept { return status >= 200 && status < 300; }
  /// Names in any case; the last of several.
  std::optional<std::string> header(std::string_view name) const;
};

struct ClientOptions {
  core::Milliseconds connect_timeout{10'000};
  core::Milliseconds timeout{30'000};  ///< of the whole request
  core::ByteCount answer_limit{std::uint64_t{1024} * 1024};
  /// PEM file instead of the system's authorities.
  std::filesystem::path authorities = {};
};

class Client {
 public:
  explicit Client(ClientOptions options = {});

  /// Connections are kept for further requests to the same host.
  [[nodiscard]] core::Result<Response> send(const Request& request);

 private:
  ClientOptions options_;
  Handle handle_;
};

/// "https://push.example:8443" of a URL: what may be shown where its path or query is a secret.
std::string shown_url(std::string_view url);
/// Whether others can read what is sent there: http: to another host than this one.
bool is_in_clear(std::string_view url);

}  // namespace trunkline::http
