// SPDX-License-Identifier: MIT
#include "exchange/open_call.h"

#include <utility>

#include "core/json.h"
#include "core/json_text.h"

namespace trunkline::exchange {

std::string to_text(const OpenCall& call) {
  core::JsonText text;
  text.add("schema", "open_call.v1")
      .add_raw("record", call.record)
      .add("dialogs", call.dialogs)
      .add_some("media_node", call.media_node);
  return std::move(text).finish();
}

core::Result<OpenCall> parse_open_call(std::string_view text) {
  auto json = core::parse_json(text);
  if (!json) return tl::make_unexpected(std::move(json.error()));
  const auto record = json->find("record");
  const bool is_readable = core::text_at(*json, "schema") == "open_call.v1" &&
                           record != json->end() && record->is_object();
  if (!is_readable) {
    return core::fault(core::ExitCode::data, "cannot read an open call: it is no open_call.v1");
  }
  OpenCall call{.record = core::to_line(*record),
                .dialogs = {},
                .media_node = core::text_at(*json, "media_node")};
  const auto dialogs = json->find("dialogs");
  if (dialogs == json->end() || !dialogs->is_array()) return call;
  for (const auto& dialog : *dialogs) {
    if (dialog.is_string()) call.dialogs.push_back(dialog.get<std::string>());
  }
  return call;
}

}  // namespace trunkline::exchange
