// SPDX-License-Identifier: MIT
#include "trunkline/demo_phones.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.h"
#include "core/text.h"
#include "db/connection.h"
#include "directory/devices.h"
#include "directory/tenants.h"
#include "os/atomic_file.h"
#include "os/process.h"

namespace trunkline::commands {
namespace {

constexpr const char* kCallerName = "demo-alice";
constexpr const char* kCalledName = "demo-bob";
constexpr const char* kCallerExtension = "9901";
constexpr const char* kCalledExtension = "9902";
constexpr core::ByteCount kLongestCredentials{64 * 1024};

std::filesystem::path credentials_file(const std::filesystem::path& folder) {
  return folder / "phones.json";
}

core::Json phone_json(const DemoPhone& phone) {
  return {{"name", phone.name},
          {"extension", phone.extension},
          {"password", phone.password.reveal_text()}};
}

DemoPhone phone_of(const core::Json& json) {
  return {.name = core::text_at(json, "name"),
          .extension = core::text_at(json, "extension"),
          .password = core::Secret(core::text_at(json, "password")),
          .speech = {}};
}

core::Result<DemoPhones> read_credentials(const std::filesystem::path& folder) {
  const auto text = os::read_text_file(credentials_file(folder), kLongestCredentials);
  if (!text) return tl::unexpected(text.error());
  const auto json = core::parse_json(*text);
  if (!json) return tl::unexpected(json.error());
  DemoPhones phones{.domain = core::text_at(*json, "domain"),
                    .caller = phone_of(json->value("caller", core::Json::object())),
                    .called = phone_of(json->value("called", core::Json::object()))};
  if (phones.domain.empty() || phones.caller.name.empty() || phones.called.name.empty())
    return core::fault(core::ExitCode::data, "demo credentials are incomplete");
  return phones;
}

/// The device with a password that is known: made, or reset where it was there before.
core::Result<DemoPhone> provision(db::Connection& connection, const directory::Tenant& tenant,
                                  const std::string& name, const std::string& extension) {
  const auto existing = directory::find_device(connection, tenant, name);
  auto added = existing ? directory::reset_device_password(connection, tenant, *existing)
                        : directory::add_device(connection, tenant,
                                                {.name = name,
                                                 .extension = extension,
                                                 .display_name = name,
                                                 .recording = directory::RecordingMode::always,
                                                 .password = {}});
  if (!added) return tl::unexpected(added.error());
  const std::string& number = added->device.extension;
  return DemoPhone{.name = name,
                   .extension = number.empty() ? name : number,
                   .password = added->password,
                   .speech = {}};
}

core::Result<void> run_tool(std::vector<std::string> arguments, const std::string& package) {
  const std::string tool = arguments.front();
  const auto output = os::run_command({.arguments = std::move(arguments)}, core::Seconds(60));
  if (!output)
    return core::fault(core::ExitCode::unavailable, output.error().message,
                       fmt::format("install the Debian package {}", package));
  if (!output->exit.is_success())
    return core::fault(core::ExitCode::failed,
                       fmt::format("{} failed: {}", tool, core::trim(output->errors)));
  return {};
}

core::Result<void> speak(const std::filesystem::path& wav, const std::string& voice,
                         const std::string& words, unsigned length_s) {
  std::error_code failure;
  if (std::filesystem::exists(wav, failure)) return {};
  const std::filesystem::path raw = wav.string() + ".raw.wav";
  const std::filesystem::path fresh = wav.string() + ".new.wav";
  auto done =
      run_tool({"espeak-ng", "-v", voice, "-s", "150", "-w", raw.string(), words}, "espeak-ng");
  // Repeated until it is longer than any call: the phone hangs up where its speech ends.
  const std::string repeats = std::to_string(length_s / 4 + 2);
  if (done)
    done = run_tool({"sox", raw.string(), "-r", "8000", "-c", "1", "-b", "16", fresh.string(),
                     "repeat", repeats},
                    "sox");
  std::filesystem::remove(raw, failure);
  if (!done) return done;
  std::filesystem::rename(fresh, wav, failure);
  if (failure)
    return core::fault(core::ExitCode::cannot_create,
                       fmt::format("cannot write {}: {}", wav.string(), failure.message()));
  return {};
}

}  // namespace

core::Result<DemoPhones> demo_phones(const config::Config& config,
                                     const std::filesystem::path& folder) {
  if (auto kept = read_credentials(folder)) return kept;

  auto connection = db::Connection::open({.url = config.text("db.url"),
                                          .application = "trunkline demo",
                                          .role = "trunkline_operator",
                                          .who = {},
                                          .tenant = {}});
  const auto tenant = directory::tenant_or_default(connection, {});
  if (!tenant) return tl::unexpected(tenant.error());
  auto caller = provision(connection, *tenant, kCallerName, kCallerExtension);
  if (!caller) return tl::unexpected(caller.error());
  auto called = provision(connection, *tenant, kCalledName, kCalledExtension);
  if (!called) return tl::unexpected(called.error());

  DemoPhones phones{
      .domain = tenant->domain, .caller = std::move(*caller), .called = std::move(*called)};
  const core::Json json{{"domain", phones.domain},
                        {"caller", phone_json(phones.caller)},
                        {"called", phone_json(phones.called)}};
  const auto kept =
      os::write_atomically(credentials_file(folder), core::as_bytes(core::to_line(json)), 0600);
  if (!kept) return tl::unexpected(kept.error());
  return phones;
}

core::Result<void> make_speech(DemoPhones& phones, const std::filesystem::path& folder,
                               unsigned length_s) {
  phones.caller.speech = folder / fmt::format("caller-{}s.wav", length_s);
  phones.called.speech = folder / fmt::format("called-{}s.wav", length_s);
  if (auto done = speak(phones.caller.speech, "en-us",
                        "Hello Bob, this is Alice. I am calling you over trunkline, and every "
                        "word of this call is recorded.",
                        length_s);
      !done)
    return done;
  return speak(phones.called.speech, "en-gb+m7",
               "Good day, Alice. Bob is speaking. I hear you loud and clear on the right channel.",
               length_s);
}

}  // namespace trunkline::commands
