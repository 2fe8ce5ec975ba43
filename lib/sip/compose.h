// SPDX-License-Identifier: MIT
#pragma once

// Values turned into what Sofia takes, for lib/sip alone: header text that cannot leave its line, a
// body, a status.

#include <string>
#include <string_view>

#include "sip/message.h"
#include "sip/sofia.h"

namespace trunkline::sip {

/// Control characters as spaces, so that outside text stays within its header.
std::string one_line(std::string_view text);
void append_one_line(std::string& out, std::string_view text);

/// "\"Alice\" <sip:alice@example.org>;tag=x", as From and To have it.
std::string party_text(const Party& party);

/// The tags of one message. Holds the text they point to: lives until the call that takes them is
/// over.
class Composed {
 public:
  explicit Composed(const Content& content);
  Composed(const Reply& reply);  // NOLINT(google-explicit-constructor)
  Composed(const Composed&) = delete;
  Composed& operator=(const Composed&) = delete;

  /// Bytes that this adds to a message.
  std::size_t size() const { return headers_.size() + body_.size(); }
  /// nullptr where there is nothing to add; Sofia skips tags without a value.
  const char* headers() const { return headers_.empty() ? nullptr : headers_.c_str(); }
  const char* content_type() const {
    return content_type_.empty() ? nullptr : content_type_.c_str();
  }
  const sip_payload_t* payload() const { return payload_->pl_len > 0 ? payload_ : nullptr; }
  /// nullptr = Sofia's own phrase.
  const sip_status_t* status() const { return phrase_.empty() ? nullptr : status_; }

 private:
  void fill(const Content& content);

  std::string headers_;
  std::string content_type_;
  std::string body_;
  std::string phrase_;
  sip_payload_t payload_[1];
  sip_status_t status_[1];
};

}  // namespace trunkline::sip
