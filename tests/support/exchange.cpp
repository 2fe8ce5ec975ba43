// SPDX-License-Identifier: MIT
#include "support/exchange.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "control/client.h"
#include "core/text.h"
#include "support/free_ports.h"
#include "support/sound.h"

namespace trunkline::test {
namespace {

constexpr std::uint16_t kRtpPorts = 400;
constexpr core::Milliseconds kStartTimeout = core::Seconds(20);
constexpr core::Milliseconds kControlTimeout = core::Seconds(5);
/// baresip hangs up where its speech ends.
constexpr core::Milliseconds kSpeech = core::Seconds(180);

std::string quoted(const std::filesystem::path& path) {
  return fmt::format("\"{}\"", path.string());
}

std::vector<std::string> with_config(std::vector<std::string> arguments,
                                     const std::filesystem::path& config) {
  arguments.insert(arguments.end(), {"--config", config.string()});
  return arguments;
}

}  // namespace

Exchange::Exchange(ExchangeOptions options)
    : recordings_(options.recordings.empty() ? directory() / "recordings" : options.recordings),
      sip_port_(free_ports(2)),
      ng_port_(free_ports()),
      rtp_min_(free_ports(kRtpPorts)),
      rtp_max_(rtp_min_ + static_cast<std::uint16_t>(kRtpPorts - 1)),
      recorderd_("recorderd", with_config({}, config_file()), directory() / "recorderd.log"),
      sipd_("sipd", with_config({}, config_file()), directory() / "sipd.log") {
  std::filesystem::create_directory(directory() / "phones");
  write_configuration(options);
  const auto init = tool(
      "trunkline",
      {"init", "--domain", "exchange.test", "--recording", options.is_recording ? "always" : "off"},
      core::Seconds(60));
  if (!init.exit.is_success()) {
    throw std::runtime_error("trunkline init: " + init.exit.text() + ": " + init.errors);
  }
  if (options.is_started) start();
}

Exchange::~Exchange() {
  give_back_ports(rtp_min_, kRtpPorts);
}

void Exchange::write_configuration(const ExchangeOptions& options) const {
  std::map<std::string, std::string> settings = {
      {"db.url", fmt::format("\"{}\"", conninfo())},
      {"log.level", "\"debug\""},
      {"log.format", "\"logfmt\""},
      {"log.numbers", "\"full\""},
      // One device calls for many.
      // A busy machine, or a test that stops sipd for a while, is no overload.
      {"guard.max_lag", "\"0s\""},
      {"guard.device_calls", "0"},
      {"guard.device_calls_per_minute", "0"},
      {"sip.listen", fmt::format("[\"udp:{0}\", \"tcp:{0}\"]", sip_address())},
      {"sip.state_dir", quoted(directory() / "sipd")},
      {"sip.control", quoted(control_of("sipd"))},
      {"sip.key_file", quoted(directory() / "keys/sipd.key")},
      {"sip.ng", fmt::format("[\"udp:127.0.0.1:{}\"]", ng_port_.value())},
      {"sip.media_control", quoted(control_of("recorderd"))},
      {"media.ng_listen",
       fmt::format("[\"udp:127.0.0.1:{0}\", \"tcp:127.0.0.1:{0}\"]", ng_port_.value())},
      {"media.address", "\"127.0.0.1\""},
      {"media.rtp_min", fmt::format("{}", rtp_min_.value())},
      {"media.rtp_max", fmt::format("{}", rtp_max_.value())},
      {"media.state_dir", quoted(directory() / "recorderd")},
      {"media.control", quoted(control_of("recorderd"))},
      {"recording.path", quoted(recordings_)},
      {"recording.key_ring", quoted(directory() / "keys/recording.keyring")},
      {"recording.key_mirror", quoted(directory() / "mirror")},
  };
  for (const auto& [key, value] : options.settings) settings[key] = value;
  std::ofstream file(config_file());
  for (const auto& [key, value] : settings) file << key << " = " << value << "\n";
}

std::filesystem::path Exchange::control_of(const std::string& daemon) const {
  return directory() / daemon / "control";
}

std::filesystem::path Exchange::recordings() const {
  return recordings_;
}

std::string Exchange::sip_address() const {
  return fmt::format("127.0.0.1:{}", sip_port_.value());
}

void Exchange::start() {
  start_recorderd();
  start_sipd();
}

void Exchange::start_recorderd() {
  start_and_wait(recorderd_);
}
void Exchange::start_sipd() {
  start_and_wait(sipd_);
}

void Exchange::start_and_wait(Program& daemon) const {
  daemon.start();
  const bool is_ready = wait_until(
      [&] {
        if (!daemon.is_running()) return true;
        auto client = control::Client::connect(control_of(daemon.name()), kControlTimeout);
        return client && client->call("status").has_value();
      },
      kStartTimeout);
  if (is_ready && daemon.is_running()) return;
  throw std::runtime_error(fmt::format("{} does not start:\n{}", daemon.name(), daemon.log()));
}

os::Output Exchange::tool(const std::string& name, std::vector<std::string> arguments,
                          core::Milliseconds timeout) const {
  auto command = with_config(std::move(arguments), config_file());
  command.insert(command.begin(), program_path(name));
  return core::value_or_throw(os::run_command({.arguments = std::move(command)}, timeout));
}

std::vector<core::Json> Exchange::tool_json(const std::string& name,
                                            std::vector<std::string> arguments) const {
  const auto what = fmt::format("{} {}", name, fmt::join(arguments, " "));
  arguments.emplace_back("--json");
  const auto output = tool(name, std::move(arguments));
  if (!output.exit.is_success()) {
    throw std::runtime_error(fmt::format("{}: {}: {}", what, output.exit.text(), output.errors));
  }
  std::vector<core::Json> values;
  for (const auto line : core::split(output.output, '\n')) {
    if (!line.empty()) values.push_back(core::value_or_throw(core::parse_json(line)));
  }
  return values;
}

std::vector<core::Json> Exchange::ask(const std::string& daemon, std::string_view verb,
                                      core::Json args) const {
  auto client =
      core::value_or_throw(control::Client::connect(control_of(daemon), kControlTimeout, daemon));
  std::vector<core::Json> items;
  auto result = core::value_or_throw(
      client.call(verb, std::move(args), [&](const core::Json& item) { items.push_back(item); }));
  if (items.empty() && !result.empty()) items.push_back(std::move(result));
  return items;
}

std::vector<core::Json> Exchange::ask_sipd(std::string_view verb, core::Json args) const {
  return ask("sipd", verb, std::move(args));
}

std::vector<core::Json> Exchange::ask_recorderd(std::string_view verb, core::Json args) const {
  return ask("recorderd", verb, std::move(args));
}

TestDevice Exchange::add_device(const std::string& name, const std::string& extension,
                                std::vector<std::string> more) const {
  std::vector<std::string> arguments = {"device", "add", name, "--extension", extension};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto added = tool_json("sipctl", std::move(arguments));
  const auto password = added.empty() ? std::string{} : core::text_at(added.front(), "password");
  if (password.empty()) throw std::runtime_error("sipctl device add told no password");
  return {.name = name,
          .extension = extension,
          .domain = core::text_at(added.front(), "domain"),
          .password = core::Secret(password)};
}

softphone::Phone Exchange::start_phone(
    const TestDevice& device, double tone,
    const std::function<void(softphone::PhoneOptions&)>& change) const {
  const auto speech = directory() / "phones" / fmt::format("{}.wav", static_cast<int>(tone));
  if (!std::filesystem::exists(speech)) write_tone(speech, tone, kSpeech);
  softphone::PhoneOptions options{.folder = directory() / "phones" / device.name,
                                  .name = device.name,
                                  .password = device.password,
                                  .domain = device.domain,
                                  .server = sip_address(),
                                  .speech = speech};
  if (change) change(options);
  const bool registers = options.registers;
  auto phone = core::value_or_throw(softphone::Phone::start(std::move(options)));
  if (registers) core::value_or_throw(phone.wait_until_registered(core::Seconds(10)));
  return phone;
}

}  // namespace trunkline::test
