// SPDX-License-Identifier: MIT
#pragma once

// What Postmark's API takes and what its answers say (https://postmarkapp.com/developer). Pure;
// postmark.h does the talking.

#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "http/mail.h"

namespace trunkline::http {

/// One mail of a batch (POST /email/batch). It is addressed to `recipient` alone: Postmark refuses
/// a mail as a whole where it likes one of its recipients not. Postmark dates it; its Message-ID
/// and further headers are ours.
core::Json to_postmark(const Mail& mail, const MailAddress& recipient, std::string_view stream);

/// What became of a batch of `count` mails: one result each, in their order, whatever the answer
/// holds. A fault says why in one line, without what was tried. Codes: try_again (HTTP 408, 429,
/// 5xx, maintenance), protocol (that is no answer of Postmark's), else no_permission: it refused.
std::vector<core::Result<void>> judge_postmark(int status, std::string_view body,
                                               std::size_t count);

}  // namespace trunkline::http
