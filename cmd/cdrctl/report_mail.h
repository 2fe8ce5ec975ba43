// SPDX-License-Identifier: MIT
#pragma once

// Sends a report by the mail server of the configuration.

#include <string>
#include <vector>

#include "cdr/report.h"
#include "cli/context.h"

namespace trunkline::commands {

struct MailedReport {
  std::string heading;  ///< also the subject
  std::string text;     ///< the table, as the body
  std::string page;     ///< HTML, attached
};

/// With the page and CSV attached, to each in a mail of its own. Done; partly where somebody did
/// not get it, who is named; throws core::Error where nobody did, or without a mail server
/// (config).
core::ExitCode mail_report(cli::Context& context, const cdr::Report& report,
                           const MailedReport& mailed, const std::vector<std::string>& to);

}  // namespace trunkline::commands
