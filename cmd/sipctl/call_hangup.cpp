// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "sipctl/commands.h"
#include "sipctl/sipd.h"

namespace trunkline::commands {
namespace {

core::ExitCode hang_up_call(cli::Context& context) {
  control::Client client = sipd(context);
  const core::Json ended =
      core::value_or_throw(client.call("call.hangup", {{"call", context.value("CALL")}}));
  const std::string call = core::text_at(ended, "call");
  context.out().record("hangup.v1", {{"call", call}}, {{"call", call}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command call_hangup() {
  return {.path = "call hangup",
          .summary = "end a live call",
          .description =
              "Ends a call for both sides, whatever its state. The ledger says that the "
              "system ended it. The answer names the call that was meant.",
          .arguments = {call_argument()},
          .exits = {{core::ExitCode::no_input, "there is no such call"},
                    {core::ExitCode::unavailable, "sipd does not run"}},
          .examples = {{"sipctl call hangup last", "the call that began last"},
                       {"sipctl call hangup 5f2a91c0", "by the end of its id"}},
          .run = hang_up_call};
}

}  // namespace trunkline::commands
