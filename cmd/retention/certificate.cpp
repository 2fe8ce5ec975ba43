// SPDX-License-Identifier: MIT
#include "retention/certificate.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "catalogue/audit.h"
#include "catalogue/recordings.h"
#include "core/text.h"
#include "crypto/hash.h"
#include "os/atomic_file.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;
using retention::Held;
using retention::Kind;

constexpr mode_t kPrivate = 0600;

void write(const fs::path& path, const std::string& text) {
  if (auto written = os::write_atomically(path, core::as_bytes(text), kPrivate); !written)
    throw core::Error(ExitCode::cannot_create, written.error().message, written.error().hint);
}

core::Json certificate_of(cli::Context& context, db::Connection& connection,
                          const Certified& certified) {
  const catalogue::Anchor anchor = catalogue::read_anchor(connection, core::system_clock().wall());
  core::Json json{{"number", context.value("--number")},
                  {"request", context.value("--request")},
                  {"run", certified.run.text()},
                  {"at", core::to_rfc3339(anchor.at)},
                  {"host", anchor.host},
                  {"recordings", certified.erased.recordings},
                  {"calls", certified.erased.calls},
                  {"calls_are", context.value("--calls")},
                  {"erased", core::Json::array()},
                  {"withheld", core::Json::array()},
                  {"failed", certified.erased.failed},
                  {"reached", certified.reached},
                  {"not_reached", certified.not_reached},
                  {"audit", {{"seq", anchor.seq}, {"hash", core::to_hex(anchor.hash)}}}};
  const bool are_calls_kept = context.value("--calls") == "keep";
  for (const Held& held : certified.held) {
    core::Json one{{"kind", name_of(held.item.kind)}, {"id", held.item.id.text()}};
    if (!held.because.empty()) {
      one["because"] = held.because;
      json["withheld"].push_back(std::move(one));
    } else if (held.item.kind != Kind::call || !are_calls_kept) {
      json["erased"].push_back(std::move(one));
    }
  }
  // Over the certificate as it is so far, without spaces.
  json["sha256"] = crypto::sha256_hex(core::to_line(json));
  return json;
}

std::string text_of(const core::Json& json) {
  std::string text = fmt::format(
      "Certificate of erasure\n\n"
      "Request      {}\nNumber       {}\nErased       {}, on host {}\nRun          {}\n\n"
      "{} recordings: data key, file and row, in this order. Without its key no copy of a\n"
      "recording can be read, in whatever backup it is.\n"
      "{} calls ({}).\n\n",
      core::text_at(json, "request"), core::text_at(json, "number"), core::text_at(json, "at"),
      core::text_at(json, "host"), core::text_at(json, "run"), core::number_at(json, "recordings"),
      core::number_at(json, "calls"), core::text_at(json, "calls_are"));
  for (const core::Json& one : json.at("erased"))
    text += fmt::format("erased    {} {}\n", core::text_at(one, "kind"), core::text_at(one, "id"));
  for (const core::Json& one : json.at("withheld"))
    text +=
        fmt::format("withheld  {} {}: {}\n", core::text_at(one, "kind"), core::text_at(one, "id"),
                    core::join(one.at("because").get<std::vector<std::string>>(), "; "));
  if (core::number_at(json, "failed") > 0)
    text += fmt::format("failed    {} files could not be removed yet; their keys are gone\n",
                        core::number_at(json, "failed"));
  for (const core::Json& month : json.at("reached"))
    text += fmt::format("reached   archived calls of {}\n", month.get<std::string>());
  for (const core::Json& month : json.at("not_reached"))
    text += fmt::format("not reached  archived calls of {}, whose file cannot be read\n",
                        month.get<std::string>());
  text += fmt::format("\nAudit log    line {}, hash {}\nSHA-256      {} (of this as JSON)\n",
                      core::number_at(json.at("audit"), "seq"),
                      core::text_at(json.at("audit"), "hash"), core::text_at(json, "sha256"));
  return text;
}

}  // namespace

void export_held(db::Connection& connection, const fs::path& folder,
                 const std::vector<Held>& held) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0)
    throw core::Error(ExitCode::cannot_create,
                      fmt::format("cannot make the folder '{}'", folder.string()),
                      "name one that does not exist yet");
  std::string calls;
  std::string recordings;
  for (const Held& one : held) {
    if (one.item.kind == Kind::call) {
      const core::Json row =
          one.row.is_object() ? one.row : retention::call_row(connection, one.item.id);
      calls += core::to_line(row) + "\n";
      continue;
    }
    const auto recording = catalogue::find_recording(connection, one.item.id.text());
    if (!recording) continue;
    core::Json json{{"schema", "recording.v1"}};
    json.update(catalogue::to_json(*recording));
    recordings += core::to_line(json) + "\n";
  }
  write(folder / "calls.jsonl", calls);
  write(folder / "recordings.jsonl", recordings);
}

void print_certificate(cli::Context& context, db::Connection& connection,
                       const Certified& certified) {
  core::Json json = certificate_of(context, connection, certified);
  cli::Output& out = context.out();
  if (context.has("--certificate")) {
    const std::string file = context.value("--certificate");
    core::Json whole{{"schema", "erasure_certificate.v1"}};
    whole.update(json);
    write(file, text_of(json));
    write(file + ".json", core::to_line(whole) + "\n");
  }
  if (out.is_json()) return out.json_line("erasure_certificate.v1", std::move(json));
  const std::string text = text_of(json);
  for (const std::string_view line : core::split(text, '\n')) out.line(line);
}

}  // namespace trunkline::commands
