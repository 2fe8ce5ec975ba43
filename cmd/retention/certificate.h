// SPDX-License-Identifier: MIT
#pragma once

// What a person who asks gets: a copy of what is held about their number, and the certificate of
// what was erased.

#include <filesystem>

#include "retention/request.h"
#include "retention/site.h"
#include "retention/workplace.h"

namespace trunkline::commands {

/// Makes `folder` (mode 0700) with calls.jsonl and recordings.jsonl. The audio itself is got by
/// `cdrctl recording export`, before it is erased. Throws core::Error (cannot_create).
void export_held(db::Connection& connection, const std::filesystem::path& folder,
                 const std::vector<retention::Held>& held);

struct Certified {
  core::Uuid run;
  const std::vector<retention::Held>& held;
  retention::Erased erased = {};
  std::vector<std::string> reached = {};      ///< archived months that were erased in
  std::vector<std::string> not_reached = {};  ///< those whose file is damaged or not there
};
/// Prints the certificate, and writes it where --certificate says.
void print_certificate(cli::Context& context, db::Connection& connection,
                       const Certified& certified);

}  // namespace trunkline::commands
