// SPDX-License-Identifier: MIT
#pragma once

// libcurl's handles with an owner, and what its codes mean in our words. No other header names
// libcurl.

#include <curl/curl.h>

#include <array>
#include <string>
#include <string_view>

#include "core/cptr.h"
#include "core/error.h"
#include "core/time.h"
#include "http/handle.h"

namespace trunkline::http {

using HeaderList = core::CPtr<curl_slist, curl_slist_free_all>;

/// A fresh handle; the library is set up once per process.
Handle make_handle();

/// Throws core::Error (software) where libcurl does not know an option: it was built without.
void check(CURLcode code, std::string_view option);
template <class T>
void set(const Handle& handle, CURLoption option, T value, std::string_view name) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): libcurl's own interface
  check(curl_easy_setopt(handle.get(), option, value), name);
}

void append(HeaderList& list, const std::string& line);

struct Timeouts {
  core::Milliseconds connect;
  core::Milliseconds whole;
};

/// The options every transfer has: no signals, these times, certificates checked against
/// `authorities` (empty: the system's), no environment's proxy for this host.
void set_common(const Handle& handle, const Timeouts& timeouts, const std::string& authorities);

/// Why a transfer failed. `what` says what was tried: "reach https://push.example".
/// unavailable: nobody there, or too slow; protocol: TLS or the protocol was broken; usage: the URL
/// cannot be; io: the rest.
core::Fault transfer_fault(CURLcode code, std::string_view text, std::string_view what,
                           const Timeouts& timeouts);

/// This machine by its usual names, as a URL ("[::1]") or the configuration ("::1") has them.
bool is_loopback(std::string_view host);

/// Where libcurl puts its own words.
using ErrorText = std::array<char, CURL_ERROR_SIZE>;

}  // namespace trunkline::http
