// SPDX-License-Identifier: MIT
#pragma once

// The statements that lists of calls are read by, page by page; for the files of this folder, and
// for the test that asks the server how it would run them.
//
// Conditions whose value is NULL fold away when the server plans the statement: it plans each page
// with its values. A page is behind the last call seen, (started_at, call); a comparison of rows
// leaves no month out, so the start alone is compared too, and months that were read are not
// opened again.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cdr/query.h"
#include "cdr/rows.h"

namespace trunkline::cdr {

/// What to look for, beside the filter.
struct Selection {
  Filter filter = {};
  std::optional<Call> after = {};        ///< only calls listed behind this one
  std::optional<std::string> key = {};   ///< a search key of the call, whole
  std::optional<std::string> tail = {};  ///< the end of its id
  std::uint64_t size = 1;
};

/// $1 to $11.
inline constexpr char kFilterConditions[] =  // NOLINT(modernize-avoid-c-arrays): see joined()
    " WHERE ($1::timestamptz IS NULL OR started_at >= $1)"
    "   AND ($2::timestamptz IS NULL OR started_at < $2)"
    "   AND ($3::text IS NULL OR search_keys @> ARRAY[$3]"
    "                            AND $3 IN (caller_name, caller_number))"
    "   AND ($4::text IS NULL OR search_keys @> ARRAY[$4]"
    "                            AND $4 IN (called_name, called_number, dialled))"
    "   AND ($5::text IS NULL OR search_keys @> ARRAY[$5]"
    "        AND $5 IN (caller_name, caller_number, called_name, called_number, dialled))"
    "   AND ($6::text IS NULL OR disposition = $6)"
    "   AND ($7::boolean IS NULL OR (state <> 'ended') = $7)"
    "   AND ($8::uuid IS NULL OR tenant_id = $8)"
    "   AND ($9::text IS NULL OR trunk = $9)"
    "   AND ($10::text IS NULL OR did = $10)"
    "   AND ($11::text IS NULL OR campaign = $11)";
/// $14 and $15.
inline constexpr char kSearchConditions[] =  // NOLINT(modernize-avoid-c-arrays): see joined()
    " AND ($14::text IS NULL OR search_keys @> ARRAY[$14])"
    " AND ($15::text IS NULL OR reverse(call::text) LIKE reverse($15) || '%')";

/// The statement of a page with values_of(Selection), behind `before` ("EXPLAIN ").
template <std::size_t Size>
consteval auto newest_first(const char (&before)[Size]) {
  return joined(before, "SELECT ", kColumns, " FROM trunkline.cdr", kFilterConditions,
                " AND ($12::timestamptz IS NULL"
                "      OR started_at <= $12 AND (started_at, call) < ($12, $13::uuid))",
                kSearchConditions, " ORDER BY started_at DESC, call DESC LIMIT $16");
}
template <std::size_t Size>
consteval auto oldest_first(const char (&before)[Size]) {
  return joined(before, "SELECT ", kColumns, " FROM trunkline.cdr", kFilterConditions,
                " AND ($12::timestamptz IS NULL"
                "      OR started_at >= $12 AND (started_at, call) > ($12, $13::uuid))",
                kSearchConditions, " ORDER BY started_at, call LIMIT $16");
}

/// $1 to $16.
db::Values values_of(const Selection& selection);

}  // namespace trunkline::cdr
