// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "audio/wav.h"
#include "cli/context.h"
#include "control/client.h"
#include "core/text.h"
#include "softphone/phone.h"
#include "trunkline/commands.h"
#include "trunkline/demo_phones.h"
#include "trunkline/demo_report.h"

namespace trunkline::commands {
namespace {

constexpr core::Milliseconds kControlTimeout{5'000};
constexpr core::Milliseconds kPhoneTimeout{15'000};
/// Within this the ledger must show the end of a call and recorderd must have sealed its file.
constexpr core::Milliseconds kSettleTimeout{10'000};
constexpr core::Milliseconds kAskAgain{50};

/// The value that `ask` gives once it has one; asked again until the time is over.
template <class Ask>
auto await(std::string_view what, Ask&& ask) -> typename decltype(ask())::value_type {
  const auto deadline = core::system_clock().steady() + kSettleTimeout;
  for (;;) {
    if (auto value = ask()) return std::move(*value);
    if (core::system_clock().steady() > deadline)
      throw core::Error(
          core::ExitCode::failed,
          fmt::format("waited {} for {}, in vain", core::to_text(kSettleTimeout), what),
          "see what the daemons log: journalctl -u sipd -u recorderd");
    std::this_thread::sleep_for(kAskAgain);
  }
}

/// Where sipd can be reached from this host: its first listener, with a loopback host where it
/// listens everywhere.
std::string server_address(const config::Config& config) {
  const std::string& listener = config.list("sip.listen").front();
  const auto colon = listener.find(':');
  std::string address = listener.substr(colon + 1);
  if (address.starts_with("0.0.0.0:")) address.replace(0, 7, "127.0.0.1");
  return address;
}

std::string transport(const config::Config& config) {
  return config.list("sip.listen").front().substr(0, 3);
}

softphone::Phone start_phone(const config::Config& config, const DemoPhones& phones,
                             const DemoPhone& phone, const std::filesystem::path& folder) {
  const std::string server = server_address(config);
  return core::value_or_throw(
      softphone::Phone::start({.folder = folder / phone.name,
                               .name = phone.name,
                               .password = phone.password,
                               .domain = phones.domain,
                               .server = server,
                               .transport = transport(config),
                               .address = server.substr(0, server.rfind(':')),
                               .speech = phone.speech}));
}

std::vector<core::Json> registrations_of(control::Client& sipd, const DemoPhones& phones) {
  std::vector<core::Json> found;
  core::value_or_throw(
      sipd.call("registration.list", core::Json::object(), [&](const core::Json& item) {
        const std::string name = core::text_at(item, "name");
        if (name == phones.caller.name || name == phones.called.name) found.push_back(item);
      }));
  return found;
}

/// The id of the live call between the two, as sipd names it.
std::optional<std::string> live_call(control::Client& sipd, const DemoPhones& phones) {
  std::optional<std::string> call;
  core::value_or_throw(sipd.call("call.list", core::Json::object(), [&](const core::Json& item) {
    const core::Json caller = item.value("caller", core::Json::object());
    if (core::text_at(caller, "name") == phones.caller.name) call = core::text_at(item, "call");
  }));
  return call;
}

std::optional<core::Json> ended_call(control::Client& sipd, const std::string& call) {
  auto entry = core::value_or_throw(sipd.call("journal.call", {{"call", call}}));
  if (core::text_at(entry, "state") != "ended") return std::nullopt;
  return entry;
}

std::optional<core::Json> settled_recording(control::Client& recorderd, const std::string& call) {
  const auto recording = recorderd.call("recording.show", {{"call", call}});
  if (!recording || core::text_at(*recording, "status") == "recording") return std::nullopt;
  return *recording;
}

audio::Clip decrypted(control::Client& recorderd, const std::string& recording) {
  const auto opened = core::value_or_throw(recorderd.call_for_descriptor(
      "recording.open", {{"recording", recording}, {"reason", "trunkline demo"}}));
  core::Bytes wav;
  std::array<std::byte, 65536> chunk{};
  for (;;) {
    const ssize_t count = read(opened.descriptor.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    wav.insert(wav.end(), chunk.begin(), chunk.begin() + count);
  }
  return core::value_or_throw(audio::parse_wav(wav));
}

void hold_a_conversation(softphone::Phone& caller, softphone::Phone& called,
                         core::Milliseconds length) {
  (void)core::value_or_throw(called.wait_for("CALL_ESTABLISHED", kPhoneTimeout));
  std::this_thread::sleep_for(length);
  core::value_or_throw(caller.hang_up());
  (void)core::value_or_throw(called.wait_for("CALL_CLOSED", kPhoneTimeout));
}

core::ExitCode make_demo_call(cli::Context& context) {
  const config::Config& config = context.config();
  const std::uint64_t seconds = context.number("--seconds").value_or(6);
  if (seconds < 2 || seconds > 60)
    throw core::Error(core::ExitCode::usage, fmt::format("cannot talk for {} seconds", seconds),
                      "--seconds takes 2 to 60");
  std::filesystem::path folder = context.value("--folder");
  if (folder.empty())
    folder = std::filesystem::path(config.text("media.state_dir")).parent_path() / "demo";
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure)
    throw core::Error(core::ExitCode::cannot_create,
                      fmt::format("cannot make {}: {}", folder.string(), failure.message()),
                      "name another place: --folder DIR");

  auto sipd = core::value_or_throw(
      control::Client::connect(config.text("sip.control"), kControlTimeout, "sipd"));
  auto recorderd = core::value_or_throw(
      control::Client::connect(config.text("media.control"), kControlTimeout, "recorderd"));

  DemoPhones phones = core::value_or_throw(demo_phones(config, folder));
  core::value_or_throw(make_speech(phones, folder, static_cast<unsigned>(seconds)));

  context.note(fmt::format("two softphones register at {}", server_address(config)));
  auto caller = start_phone(config, phones, phones.caller, folder);
  auto called = start_phone(config, phones, phones.called, folder);
  core::value_or_throw(caller.wait_until_registered(kPhoneTimeout));
  core::value_or_throw(called.wait_until_registered(kPhoneTimeout));
  DemoResult result;
  result.registrations = registrations_of(sipd, phones);

  context.note(fmt::format("{} calls {} and they talk for {} s", phones.caller.name,
                           phones.called.extension, seconds));
  core::value_or_throw(caller.dial(phones.called.extension));
  (void)core::value_or_throw(caller.wait_for("CALL_ESTABLISHED", kPhoneTimeout));
  const std::string call = await("sipd to list the call", [&] { return live_call(sipd, phones); });
  hold_a_conversation(caller, called, core::Seconds(seconds));

  result.call = await("the ledger entry", [&] { return ended_call(sipd, call); });
  result.recording = await("the recording", [&] { return settled_recording(recorderd, call); });
  result.clip = decrypted(recorderd, core::text_at(result.recording, "recording"));
  caller.stop();
  called.stop();

  report(context, result);
  const auto faults = find_faults(result);
  if (faults.empty()) return core::ExitCode::done;
  throw core::Error(
      core::ExitCode::failed,
      fmt::format("the demo call is not as it should be: {}", fmt::join(faults, "; ")),
      "trunkline doctor looks for the cause");
}

}  // namespace

cli::Command demo() {
  return {
      .path = "demo",
      .summary = "make a real call between two softphones and show its records",
      .description =
          "Starts two softphones (baresip) on this host, lets them register and talk, each with "
          "its own words, and shows what the exchange knows about it: the registrations, the "
          "ledger entry, the decrypted recording with the level and the waveform of each "
          "channel.\n\n"
          "The first demo makes the devices demo-alice and demo-bob in the default tenant and "
          "keeps their passwords in the demo's folder. From then on it needs no database: what "
          "is shown comes from the daemons' own journals.",
      .options = {{.name = "-n,--seconds",
                   .help = "how long they talk",
                   .value = "SECONDS",
                   .fallback = "6"},
                  {.name = "--folder",
                   .help = "where the phones' passwords, voices and logs are kept (default: "
                           "demo beside media.state_dir)",
                   .value = "DIR",
                   .complete = cli::Complete::directory}},
      .exits = {{core::ExitCode::failed,
                 "the call was made, but its ledger entry or recording is not as it should be"},
                {core::ExitCode::unavailable,
                 "a daemon does not answer, or a softphone is not installed"}},
      .examples = {{"trunkline demo", "prove that this exchange carries and records a call"},
                   {"trunkline demo --json | jq .call", "the call's ledger entry"}},
      .run = make_demo_call};
}

}  // namespace trunkline::commands
