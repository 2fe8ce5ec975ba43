// SPDX-License-Identifier: MIT
#include "cdr/notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

Note note_of(const db::Row& row) {
  return {.id = row.get<core::Uuid>("id"),
          .call = row.get<core::CallRef>("call"),
          .at = row.get<core::Time>("at"),
          .who = row.get<std::string>("who"),
          .text = row.get<std::string>("text")};
}

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;  // RFC 3629 3: no continuation
  }));
}

}  // namespace

core::Result<Note> add_note(db::Connection& connection, const core::CallRef& call,
                            std::string_view text, core::Time now) {
  static constexpr db::Statement kAdd{"SELECT at, who FROM trunkline.note_add($1, $2, $3)"};
  text = core::trim(text);
  if (text.empty())
    return core::fault(core::ExitCode::usage, "cannot note nothing", "give the text of the note");
  if (!core::is_utf8(text) || text.find('\0') != std::string_view::npos)
    return core::fault(core::ExitCode::usage, "cannot note this: it is no text in UTF-8");
  if (letters(text) > kLongestNote)
    return core::fault(core::ExitCode::usage, fmt::format("cannot note {} letters", letters(text)),
                       fmt::format("a note has {} at most", kLongestNote));
  Note note{.id = core::Uuid::make(now), .call = call, .text = std::string(text)};
  const db::Rows rows = connection.query(kAdd, {note.id, call, text});
  if (rows.empty())
    return core::fault(core::ExitCode::no_input,
                       fmt::format("cannot note on call '{}': it is gone", call.text()));
  note.at = rows[0].get<core::Time>("at");
  note.who = rows[0].get<std::string>("who");
  return note;
}

std::vector<Note> notes_of(db::Connection& connection, const core::CallRef& call) {
  static constexpr db::Statement kSelect{
      "SELECT id, call, at, who, text FROM trunkline.call_note WHERE call = $1 ORDER BY at, id"};
  std::vector<Note> notes;
  for (const db::Row row : connection.query(kSelect, {call})) notes.push_back(note_of(row));
  return notes;
}

std::vector<Note> list_notes(db::Connection& connection, const NoteFilter& filter) {
  static constexpr db::Statement kSelect{
      "SELECT id, call, at, who, text FROM trunkline.call_note"
      " WHERE ($1::timestamptz IS NULL OR at >= $1) AND ($2::timestamptz IS NULL OR at < $2)"
      "   AND ($3::text IS NULL OR strpos(who, $3) > 0) AND ($4::uuid IS NULL OR tenant_id = $4)"
      " ORDER BY at DESC, id DESC LIMIT nullif($5::bigint, 0)"};
  std::vector<Note> notes;
  const auto who = filter.who.empty() ? std::nullopt : std::optional(filter.who);
  for (const db::Row row :
       connection.query(kSelect, {filter.since, filter.until, who, filter.tenant, filter.limit}))
    notes.push_back(note_of(row));
  return notes;
}

core::Json to_json(const Note& note) {
  return {{"note", note.id.text()},
          {"call", note.call.text()},
          {"at", core::to_rfc3339(note.at)},
          {"who", note.who},
          {"text", note.text}};
}

}  // namespace trunkline::cdr
