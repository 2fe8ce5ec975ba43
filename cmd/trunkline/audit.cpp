// SPDX-License-Identifier: MIT
#include "trunkline/audit.h"

#include <fmt/format.h>

#include "db/tool.h"

namespace trunkline::commands {

void note_in_audit(cli::Context& context, std::string_view event, const core::Json& detail) {
  static constexpr db::Statement kNote{"SELECT trunkline.audit_note($1, '', $2::jsonb) AS seq"};
  try {
    db::Connection connection = db::open_for_tool(context.config(), "trunkline audit");
    (void)connection.query(kNote, {event, detail});
  } catch (const core::Error& error) {
    context.warn(fmt::format("'{}' is not in the audit log: {}", event, error.fault().message),
                 error.fault().hint);
  }
}

}  // namespace trunkline::commands
