// SPDX-License-Identifier: MIT
#include "http/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "http/curl.h"

namespace trunkline::http {
namespace {

using Url = core::CPtr<CURLU, curl_url_cleanup>;
using UrlPart = core::CPtr<char, curl_free>;

/// What one transfer collects.
struct Answer {
  Response response = {};
  core::ByteCount limit;
  bool is_too_long = false;
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
  Answer& answer = *static_cast<Answer*>(context);
  const std::size_t length = size * count;
  if (answer.response.body.size() + length > answer.limit.value()) {
    answer.is_too_long = true;
    return 0;
  }
  try {
    answer.response.body.append(bytes, length);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return length;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* context) noexcept {
  Answer& answer = *static_cast<Answer*>(context);
  const std::string_view line(bytes, size * count);
  try {
    // An interim answer (100 Continue) comes before the one that counts.
    if (line.starts_with("HTTP/")) answer.response.headers.clear();
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      answer.response.headers.push_back({std::string(core::trim(line.substr(0, colon))),
                                         std::string(core::trim(line.substr(colon + 1)))});
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return line.size();
}

std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  const UrlPart owned(text);
  return owned.get();
}

core::Result<HeaderList> header_lines(const Request& request) {
  HeaderList list;
  bool has_type = false;
  for (const Header& header : request.headers) {
    const auto is_control = [](char c) {
      return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    };
    if (header.name.empty() || std::any_of(header.name.begin(), header.name.end(), is_control) ||
        header.name.find_first_of(": ") != std::string::npos ||
        std::any_of(header.value.begin(), header.value.end(), is_control))
      return core::fault(core::ExitCode::usage,
                         fmt::format("cannot send the header '{}': a name or value that HTTP does "
                                     "not allow",
                                     core::printable(header.name)));
    has_type |= core::equals_ignoring_case(header.name, "Content-Type");
    // libcurl leaves a header without a value out unless it ends with a semicolon.
    append(list, header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  append(list, "Expect:");
  if (!has_type) append(list, "Content-Type:");
  return list;
}

void set_request(const Handle& handle, const Request& request) {
  set(handle, CURLOPT_URL, request.url.c_str(), "URL");
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https", "PROTOCOLS_STR");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L, "FOLLOWLOCATION");
  set(handle, CURLOPT_USERAGENT, "trunkline", "USERAGENT");
  if (request.method == "HEAD") {
    set(handle, CURLOPT_NOBODY, 1L, "NOBODY");
    return;
  }
  if (!request.body.empty() || request.method == "POST") {
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()),
        "POSTFIELDSIZE_LARGE");
    set(handle, CURLOPT_POSTFIELDS, request.body.data(), "POSTFIELDS");
  }
  set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str(), "CUSTOMREQUEST");
}

}  // namespace

std::optional<std::string> Response::header(std::string_view name) const {
  const auto found = std::find_if(headers.rbegin(), headers.rend(), [name](const Header& header) {
    return core::equals_ignoring_case(header.name, name);
  });
  if (found == headers.rend()) return std::nullopt;
  return found->value;
}

Client::Client(ClientOptions options) : options_(std::move(options)), handle_(make_handle()) {}

core::Result<Response> Client::send(const Request& request) {
  const Url url(curl_url());
  if (!url) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK)
    return core::fault(core::ExitCode::usage, "cannot read a URL: it is not one",
                       "write it as https://HOST/PATH");
  const auto headers = header_lines(request);
  if (!headers) return tl::unexpected(headers.error());

  curl_easy_reset(handle_.get());
  const Timeouts timeouts{options_.connect_timeout, options_.timeout};
  set_common(handle_, timeouts, options_.authorities.string());
  // A proxy of the environment is for hosts elsewhere.
  if (is_loopback(part_of(url, CURLUPART_HOST))) set(handle_, CURLOPT_PROXY, "", "PROXY");
  set_request(handle_, request);
  set(handle_, CURLOPT_HTTPHEADER, headers->get(), "HTTPHEADER");
  Answer answer{.limit = options_.answer_limit};
  set(handle_, CURLOPT_WRITEFUNCTION, &take_body, "WRITEFUNCTION");
  set(handle_, CURLOPT_WRITEDATA, static_cast<void*>(&answer), "WRITEDATA");
  set(handle_, CURLOPT_HEADERFUNCTION, &take_header, "HEADERFUNCTION");
  set(handle_, CURLOPT_HEADERDATA, static_cast<void*>(&answer), "HEADERDATA");
  ErrorText text{};
  set(handle_, CURLOPT_ERRORBUFFER, text.data(), "ERRORBUFFER");

  const CURLcode code = curl_easy_perform(handle_.get());
  set(handle_, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr), "ERRORBUFFER");
  const std::string what = "reach " + shown_url(request.url);
  if (answer.is_too_long)
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot {}: its answer is longer than {}", what,
                                   core::to_text(options_.answer_limit)));
  if (code != CURLE_OK) return tl::unexpected(transfer_fault(code, text.data(), what, timeouts));
  long status = 0;
  check(curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status), "RESPONSE_CODE");
  answer.response.status = static_cast<int>(status);
  return std::move(answer.response);
}

std::string shown_url(std::string_view text) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK)
    return "(not a URL)";
  const std::string port = part_of(url, CURLUPART_PORT);
  return fmt::format("{}://{}{}{}", part_of(url, CURLUPART_SCHEME), part_of(url, CURLUPART_HOST),
                     port.empty() ? "" : ":", port);
}

bool is_in_clear(std::string_view text) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK)
    return false;  // nothing is sent to what is no URL
  return part_of(url, CURLUPART_SCHEME) == "http" && !is_loopback(part_of(url, CURLUPART_HOST));
}

}  // namespace trunkline::http
