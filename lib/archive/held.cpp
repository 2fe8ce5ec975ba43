// SPDX-License-Identifier: MIT
#include "archive/held.h"

#include <algorithm>
#include <array>

#include "archive/calls.h"
#include "archive/items.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;

/// The row as the file has it, without what was made for searching.
core::Json row_of(const Rows& rows) {
  constexpr std::array kNumbers{"seq", "sip_status", "q850_cause", "pdd_ms", "ring_ms", "talk_ms"};
  core::Json row = core::Json::object();
  for (const std::string& column : rows.columns()) {
    if (column == "search_keys") continue;
    const std::string_view text = rows.text(column);
    if (text.empty()) {
      row[column] = nullptr;
    } else if (std::find(kNumbers.begin(), kNumbers.end(), column) != kNumbers.end()) {
      row[column] = *rows.number(column);
    } else {
      row[column] = text;
    }
  }
  return row;
}

}  // namespace

std::optional<retention::Sides> sides_in(std::string_view number, const cdr::Call& call) {
  const std::array caller{call.caller.name, call.caller.number};
  const std::array called{call.called.name, call.called.number, call.dialled};
  const std::vector<std::string> forms = retention::forms_of(number);
  const auto is_form = [&](const std::string& text) {
    return std::find(forms.begin(), forms.end(), text) != forms.end();
  };
  if (std::none_of(caller.begin(), caller.end(), is_form) &&
      std::none_of(called.begin(), called.end(), is_form))
    return std::nullopt;
  return retention::sides_of(number, caller, called);
}

HeldInArchives held_in_archives(db::Connection& connection, const fs::path& folder,
                                const retention::Planner& planner, std::string_view number,
                                const std::optional<core::TenantId>& tenant, core::Time now) {
  HeldInArchives found;
  for (const Archived& file : archives(connection)) {
    if (file.table != "cdr" || !file.counts()) continue;
    try {
      Rows rows(folder / file.file);
      while (rows.next()) {
        const cdr::Call call = call_of(rows);
        if (tenant && call.tenant != *tenant) continue;
        const auto sides = sides_in(number, call);
        if (!sides) continue;
        auto held =
            retention::held_with(connection, planner, item_of(call, file.month), *sides, now);
        held.back().row = row_of(rows);
        std::move(held.begin(), held.end(), std::back_inserter(found.held));
      }
    } catch (const core::Error& error) {
      if (!connection.is_usable()) throw;
      found.unreached.push_back({file.month, error.fault()});
    }
  }
  return found;
}

}  // namespace trunkline::archive
