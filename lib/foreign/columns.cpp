// SPDX-License-Identifier: MIT
#include "foreign/columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::foreign {
namespace {

using core::ExitCode;

std::vector<std::string> as_strings(std::span<const std::string_view> texts) {
  return {texts.begin(), texts.end()};
}

std::optional<std::size_t> number_of(std::string_view column) {
  if (!column.starts_with('#')) return std::nullopt;
  const auto number = core::parse_unsigned(column.substr(1));
  if (!number || *number == 0 || *number > 10'000) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

core::Result<void> add(Columns& columns, std::string_view piece,
                       std::span<const std::string_view> known) {
  const std::size_t equals = piece.find('=');
  if (equals == std::string_view::npos)
    return core::fault(ExitCode::usage,
                       fmt::format("cannot read column '{}'", core::printable(piece)),
                       "give OURS=THEIRS, as in caller=src");
  const std::string ours(core::trim(piece.substr(0, equals)));
  const std::string theirs(core::trim(piece.substr(equals + 1)));
  if (std::find(known.begin(), known.end(), ours) == known.end()) {
    const auto nearest = core::nearest(ours, as_strings(known));
    return core::fault(ExitCode::usage,
                       fmt::format("cannot map '{}': no such field", core::printable(ours)),
                       nearest ? fmt::format("did you mean {}?", *nearest)
                               : fmt::format("fields are {}", core::join(as_strings(known), ", ")));
  }
  if (theirs.empty() || (theirs.starts_with('#') && !number_of(theirs)))
    return core::fault(ExitCode::usage, fmt::format("cannot map {}: its column is missing", ours),
                       "give a heading, or a number from 1: caller=#3");
  columns[ours] = theirs;
  return {};
}

}  // namespace

core::Result<Columns> parse_columns(std::string_view text,
                                    std::span<const std::string_view> known) {
  Columns columns;
  for (const std::string_view line : core::split(text, '\n')) {
    if (core::trim(line).starts_with('#')) continue;
    for (const std::string_view piece : core::split(line, ',')) {
      const std::string_view trimmed = core::trim(piece);
      if (trimmed.empty()) continue;
      if (auto added = add(columns, trimmed, known); !added)
        return tl::unexpected(std::move(added.error()));
    }
  }
  return columns;
}

std::string plain_heading(std::string_view heading) {
  std::string plain;
  for (const char letter : core::to_lower(heading))
    if (letter != ' ' && letter != '_' && letter != '-') plain += letter;
  return plain;
}

bool are_numbered(const Columns& columns) {
  return std::any_of(columns.begin(), columns.end(),
                     [](const auto& one) { return number_of(one.second).has_value(); });
}

core::Result<ColumnPlaces> ColumnPlaces::find(const Columns& columns,
                                              std::span<const std::string_view> heading) {
  ColumnPlaces places;
  for (const auto& [ours, theirs] : columns) {
    if (const auto number = number_of(theirs)) {
      places.places_[ours] = *number - 1;
      continue;
    }
    const auto found = std::find_if(heading.begin(), heading.end(),
                                    [wanted = plain_heading(theirs)](std::string_view one) {
                                      return plain_heading(core::trim(one)) == wanted;
                                    });
    if (found == heading.end()) {
      const auto nearest = core::nearest(theirs, as_strings(heading));
      return core::fault(
          ExitCode::usage,
          fmt::format("cannot find the column '{}' for {}", core::printable(theirs), ours),
          nearest ? fmt::format("did you mean '{}'?", core::printable(*nearest))
                  : fmt::format("headings are {}",
                                core::printable(core::join(as_strings(heading), ", "))));
    }
    places.places_[ours] = static_cast<std::size_t>(found - heading.begin());
  }
  return places;
}

std::string_view ColumnPlaces::text(std::span<const std::string_view> record,
                                    std::string_view field) const {
  const auto place = places_.find(field);
  if (place == places_.end() || place->second >= record.size()) return {};
  return record[place->second];
}

}  // namespace trunkline::foreign
