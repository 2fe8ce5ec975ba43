// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "cli/context.h"
#include "os/atomic_file.h"
#include "trunkline/commands.h"
#include "trunkline/import_steps.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using State = ImportStep::State;

constexpr core::ByteCount kLargestFile{std::uint64_t{1024} * 1024};

void warn_of_readers(const cli::Context& context, const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & (S_IRGRP | S_IROTH)) == 0) return;
  context.warn(fmt::format("{} can be read by others", file.string()),
               fmt::format("chmod 600 {}", file.string()));
}

cli::Cell shown(State state) {
  const std::string text(name_of(state));
  switch (state) {
    case State::set:
      return {text, cli::Color::green};
    case State::present:
    case State::needless:
      return {text, cli::Color::dim};
    case State::not_placed:
      return {text, cli::Color::yellow};
    case State::refused:
    case State::unknown:
      return {text, cli::Color::red};
  }
  return text;
}

void print_step(cli::Output& out, const ImportStep& step) {
  std::string state(name_of(step.state));
  std::replace(state.begin(), state.end(), ' ', '_');
  core::Json object{{"name", step.name}, {"line", step.line}, {"state", std::move(state)}};
  if (!step.became.empty()) object["became"] = step.became;
  if (!step.why.empty()) object["why"] = step.why;
  out.row({std::to_string(step.line), step.name, shown(step.state), step.became, step.why},
          std::move(object));
}

bool is_left(const ImportStep& step) {
  return step.state == State::not_placed || step.state == State::refused ||
         step.state == State::unknown;
}

/// A later file or the environment may hold another value than the one just written.
void warn_of_overrides(const cli::Context& context, const config::Sources& sources,
                       const Import& import) {
  const config::Config config = core::value_or_throw(config::Config::load(sources));
  for (const auto& [key, text] : import.settings) {
    const auto wanted = config::parse_value(*config::find_setting(key), text);
    if (wanted && *wanted == config.value(key)) continue;
    context.warn(fmt::format("{} stays {}, from {}", key, config.shown(key), config.origin(key)),
                 "change it there; it comes after what is imported");
  }
}

core::ExitCode import_dotenv(cli::Context& context) {
  const cli::GlobalFlags& flags = context.flags();
  const config::Sources sources = config::Sources::of_process(flags.config_file, flags.overrides);
  const fs::path file = fs::absolute(context.value("FILE"));
  const std::string text = core::value_or_throw(os::read_text_file(file, kLargestFile));
  warn_of_readers(context, file);
  const auto entries = core::value_or_throw(config::parse_dotenv(text, context.value("FILE")));
  const Import import = plan_import(entries, context.config(), sources, file.parent_path());
  if (!context.has("--dry-run")) carry_out(import, sources);

  context.out().table("import_step.v1",
                      {{"LINE", cli::Align::right}, {"NAME"}, {"STATE"}, {"BECAME"}, {"WHY"}});
  for (const ImportStep& step : import.steps) print_step(context.out(), step);
  context.out().flush();
  if (context.has("--dry-run"))
    context.note("nothing was changed: --dry-run");
  else
    warn_of_overrides(context, sources, import);
  const auto left = std::count_if(import.steps.begin(), import.steps.end(), is_left);
  if (left == 0) return core::ExitCode::done;
  context.note(fmt::format("{} of {} names were not imported: keep {}", left, import.steps.size(),
                           context.value("FILE")));
  return core::ExitCode::partly;
}

}  // namespace

cli::Command import_env() {
  return {
      .path = "import env",
      .summary = "take over the environment file of another telephone system",
      .description =
          "Reads FILE, a .env as Docker, Node and shells use it, and says for each name what it "
          "became: settings, written as by config set; a password file for the database's "
          "password, and one for that of mail; a further key of the recording key ring for "
          "ENCRYPTION_KEY. Names of features "
          "that are not there yet are listed as not placed and change nothing, as do values that "
          "do not fit and secrets that are printed in manuals. Doing it again changes nothing.\n\n"
          "No value of a name that may be secret is shown. Nothing is expanded: a value that names "
          "another variable is refused, and so is a file with a value over several lines.",
      .arguments = {{.name = "FILE",
                     .help = "the environment file",
                     .complete = cli::Complete::file}},
      .options = {{.name = "--dry-run", .help = "say what would be done and change nothing"}},
      .exits = {{core::ExitCode::partly, "some names are not placed, refused or unknown"},
                {core::ExitCode::data, "a line of the file cannot be read"},
                {core::ExitCode::no_input, "there is no such file"}},
      .examples = {{"trunkline import env --dry-run /srv/voip/.env", "what would become of it"},
                   {"trunkline import env /srv/voip/.env", "take it over"}},
      .is_paged = true,
      .run = import_dotenv};
}

}  // namespace trunkline::commands
