// SPDX-License-Identifier: MIT

// phone_times SERVER DOMAIN CALLER CALLED ROUNDS < "CALLER-PASSWORD\nCALLED-PASSWORD\n"
//
// Two softphones call each other ROUNDS times and the milliseconds from dialling to the first media
// packet that came through the relay are printed, one a line: what a person waits for.

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>

#include "core/text.h"
#include "softphone/phone.h"

namespace {

namespace core = trunkline::core;
namespace os = trunkline::os;
namespace softphone = trunkline::softphone;
using core::value_or_throw;

constexpr core::Milliseconds kPatience{10'000};

softphone::Phone start(const std::filesystem::path& folder, const std::string& name,
                       const std::string& domain, const std::string& server) {
  std::string password;
  std::getline(std::cin, password);
  auto phone = value_or_throw(softphone::Phone::start({.folder = folder / name,
                                                       .name = name,
                                                       .password = core::Secret(password),
                                                       .domain = domain,
                                                       .server = server,
                                                       .speech = folder / "speech.wav"}));
  value_or_throw(phone.wait_until_registered(kPatience));
  return phone;
}

void run(const std::string& server, const std::string& domain, const std::string& caller_name,
         const std::string& called_name, std::uint64_t rounds,
         const std::filesystem::path& folder) {
  const auto made = value_or_throw(os::run_command(
      {.arguments = {"sox", "-n", "-r", "8000", "-c", "1", "-b", "16",
                     (folder / "speech.wav").string(), "synth", "60", "sine", "440"}},
      kPatience));
  if (!made.exit.is_success()) throw core::Error(core::ExitCode::failed, "sox failed");
  auto caller = start(folder, caller_name, domain, server);
  auto called = start(folder, called_name, domain, server);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    caller.forget_events();
    const auto begun = core::system_clock().steady();
    value_or_throw(caller.dial(called_name));
    (void)value_or_throw(caller.wait_for("CALL_RTPESTAB", kPatience));
    const auto took = core::system_clock().steady() - begun;
    std::cout << fmt::format("{:.1f}\n", std::chrono::duration<double, std::milli>(took).count());
    value_or_throw(caller.hang_up());
    (void)value_or_throw(called.wait_for("CALL_CLOSED", kPatience));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: phone_times SERVER DOMAIN CALLER CALLED ROUNDS\n";
    return static_cast<int>(core::ExitCode::usage);
  }
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("trunkline-phones.{}", getpid());
  int code = 0;
  try {
    std::filesystem::create_directories(folder);
    run(argv[1], argv[2], argv[3], argv[4], core::parse_unsigned(argv[5]).value_or(10), folder);
  } catch (const core::Error& error) {
    std::cerr << "phone_times: " << error.what() << '\n';
    code = static_cast<int>(error.fault().code);
  }
  std::filesystem::remove_all(folder);
  return code;
}
