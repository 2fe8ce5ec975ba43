// SPDX-License-Identifier: MIT
#include "trunkline/init_wizard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "cli/prompt.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "db/tool.h"
#include "os/credential.h"

namespace trunkline::commands {
namespace {

constexpr unsigned kCheapest = 4;  // of bcrypt's costs: the hash is thrown away

/// This host's name where it is one for a domain, else "localhost".
std::string own_domain() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return directory::parse_domain(name.data()).value_or("localhost");
}

/// Until the answer can be taken; what is wrong with it is said.
std::string ask_text(const cli::Context& context, std::string_view question,
                     const std::string& otherwise,
                     core::Result<std::string> (*parse)(std::string_view)) {
  for (;;) {
    auto answer = parse(cli::ask_line(question, otherwise));
    if (answer) return std::move(*answer);
    context.warn(answer.error().message, answer.error().hint);
  }
}

/// Nothing where one is to be made.
std::optional<core::Secret> ask_password(const cli::Context& context, const std::string& admin) {
  for (;;) {
    core::Secret first =
        context.ask_secret(fmt::format("password of {} (empty: one is made and shown)", admin));
    if (first.reveal_text().empty()) return std::nullopt;
    if (const auto taken = crypto::hash_password(first, kCheapest); !taken) {
      context.warn(taken.error().message, taken.error().hint);
      continue;
    }
    const core::Secret second = context.ask_secret("the same again");
    if (crypto::equal_in_constant_time(first.reveal_text(), second.reveal_text())) return first;
    context.warn("the two are not the same", "try again");
  }
}

}  // namespace

InitAnswers given_answers(cli::Context& context) {
  InitAnswers answers{.tenant = context.value("--tenant"),
                      .domain = context.has("--domain") ? context.value("--domain") : own_domain(),
                      .recording = core::value_or_throw(
                          directory::parse_recording_mode(context.value("--recording"))),
                      .admin = context.value("--admin")};
  if (context.has("--password-file"))
    answers.password = core::value_or_throw(os::read_password(context.value("--password-file")));
  return answers;
}

bool can_ask(const cli::Context& context) {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1 &&
         !context.flags().assume_yes && !context.flags().is_json;
}

InitAnswers ask_answers(cli::Context& context, InitAnswers answers) {
  context.note(
      "Nothing is set up here yet. Return takes what is in brackets, Ctrl-C changes nothing.");
  if (!context.has("--tenant"))
    answers.tenant = ask_text(context, "name of the first tenant, a company or department",
                              answers.tenant, directory::parse_name);
  if (!context.has("--domain"))
    answers.domain = ask_text(context, "its domain: what follows the @ in its SIP addresses",
                              answers.domain, directory::parse_domain);
  if (!context.has("--recording") &&
      context.confirm("record its calls, unless a device says otherwise?"))
    answers.recording = directory::RecordingMode::always;
  if (!context.has("--admin"))
    answers.admin =
        ask_text(context, "name of its administrator", answers.admin, directory::parse_name);
  if (!context.has("--password-file")) answers.password = ask_password(context, answers.admin);
  context.note(fmt::format(
      "To be made: folders, keys, the database {}, tenant {} ({}, recording {}) and its "
      "administrator {}.",
      db::login_of(context.config().text("db.url")).database, answers.tenant, answers.domain,
      directory::name_of(answers.recording), answers.admin));
  if (!context.confirm("begin?"))
    throw core::Error(core::ExitCode::failed, "nothing was made", "start again when you are ready");
  return answers;
}

}  // namespace trunkline::commands
