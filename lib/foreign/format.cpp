// SPDX-License-Identifier: MIT
#include "foreign/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::foreign {
namespace {

constexpr std::array kFormats{
    Format{"asterisk-cel", "Asterisk's channel events, cel_custom/Master.csv as in its sample",
           open_asterisk_cel},
    Format{"asterisk-csv", "Asterisk's cdr-csv/Master.csv", open_asterisk_csv},
    Format{"csv", "any CSV with a heading, by --map", open_csv},
    Format{"freeswitch-csv", "mod_cdr_csv by its template \"example\"", open_freeswitch_csv},
    Format{"freeswitch-json", "mod_json_cdr, one or more calls a file", open_freeswitch_json},
    Format{"freeswitch-xml", "mod_xml_cdr, one or more calls a file", open_freeswitch_xml},
    Format{"twilio", "Twilio's list of calls as CSV or JSON", open_twilio}};

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  names.reserve(kFormats.size());
  for (const Format& format : kFormats) names.emplace_back(format.name);
  return names;
}

core::Result<const Format*> find_format(std::string_view name) {
  const auto* const found = std::find_if(kFormats.begin(), kFormats.end(),
                                         [&](const Format& one) { return one.name == name; });
  if (found != kFormats.end()) return found;
  const auto nearest = core::nearest(name, format_names());
  return core::fault(core::ExitCode::usage,
                     fmt::format("cannot import '{}': no such format", core::printable(name)),
                     nearest ? fmt::format("did you mean {}?", *nearest)
                             : fmt::format("give one of {}", core::join(format_names(), ", ")));
}

}  // namespace trunkline::foreign
