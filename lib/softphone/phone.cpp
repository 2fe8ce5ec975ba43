// SPDX-License-Identifier: MIT
#include "softphone/phone.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "os/address.h"
#include "os/socket.h"

namespace trunkline::softphone {
namespace {

constexpr std::string_view kModules = "/usr/lib/baresip/modules";

core::SteadyTime now() {
  return core::system_clock().steady();
}

int milliseconds_until(core::SteadyTime deadline) {
  const auto left = std::chrono::ceil<core::Milliseconds>(deadline - now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

/// A port nobody uses at the moment, with its neighbour: baresip takes port + 1 for SIP over TLS.
core::Result<core::Port> free_port(const std::string& host) {
  for (int attempt = 0; attempt < 64; ++attempt) {
    const auto any = os::Address::parse_host(host);
    if (!any) return tl::unexpected(any.error());
    const auto first = os::bind_udp(*any);
    if (!first) return tl::unexpected(first.error());
    const auto port = os::local_address(first->get()).port().value();
    if (port % 2 != 0 || port > 65000) continue;
    const auto next = any->with_port(core::Port(static_cast<std::uint16_t>(port + 1)));
    const auto same = any->with_port(core::Port(port));
    if (os::bind_udp(next) && os::listen_tcp(next) && os::listen_tcp(same)) return core::Port(port);
  }
  return core::fault(core::ExitCode::unavailable, "cannot find a free port for a phone");
}

/// "127.0.0.1:5060", "[::1]:5060"
std::string own_address(const std::string& host, core::Port port) {
  const auto address = os::Address::parse_host(host, port);
  return address ? address->text() : host;
}

std::string line_for(std::string_view key, const std::filesystem::path& path) {
  return path.empty() ? std::string() : fmt::format("{} {}\n", key, path.string());
}

bool write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::trunc);
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  file << text;
  return static_cast<bool>(file.flush());
}

}  // namespace

core::Result<void> Phone::write_configuration() const {
  const std::string folder = options_.folder.string();
  std::string config = fmt::format(
      "poll_method epoll\n"
      "sip_listen {1}\n"
      "net_interface {0}\n"
      "{6}{7}{8}"
      "audio_source aufile,{2}\n"
      "audio_alert aufile,/dev/null\n"
      "snd_path {3}\n"
      "ctrl_tcp_listen {9}:{4}\n"
      "module_path {5}\n",
      options_.address, own_address(options_.address, sip_port_), options_.speech.string(), folder,
      control_port_.value(), kModules,
      options_.address.find(':') == std::string::npos ? "" : "prefer_ipv6 yes\n",
      line_for("sip_cafile", options_.trusted), line_for("sip_certificate", options_.certificate),
      options_.control_address);
  for (const std::string& codec : options_.codecs) config += fmt::format("module {}.so\n", codec);
  for (const char* const module : {"aufile", "sndfile", "uuid"})
    config += fmt::format("module {}.so\n", module);
  for (const char* const module : {"account", "menu", "ctrl_tcp"})
    config += fmt::format("module_app {}.so\n", module);

  const std::string account = fmt::format(
      "<sip:{}@{};transport={}>;auth_user={};auth_pass={};regint={};answermode={};"
      "outbound=\"sip:{};transport={}\"\n",
      options_.name, options_.domain, options_.transport, options_.name,
      options_.password.reveal_text(), options_.registers ? options_.register_every.count() : 0,
      options_.answers ? "auto" : "manual", options_.server, options_.transport);

  std::error_code failure;
  std::filesystem::create_directories(options_.folder, failure);
  if (failure || !write_file(options_.folder / "config", config) ||
      !write_file(options_.folder / "accounts", account) ||
      !write_file(options_.folder / "contacts", ""))
    return core::fault(core::ExitCode::cannot_create,
                       fmt::format("cannot write the phone's files in {}", folder));
  return {};
}

core::Result<Phone> Phone::start(PhoneOptions options, core::Milliseconds timeout) {
  const auto deadline = now() + timeout;
  Phone phone(std::move(options));
  // A port that is free here is as good as any for a phone elsewhere.
  const auto sip_port =
      free_port(phone.options_.launcher.empty() ? phone.options_.address : "127.0.0.1");
  if (!sip_port) return tl::unexpected(sip_port.error());
  const auto control_port = free_port("127.0.0.1");
  if (!control_port) return tl::unexpected(control_port.error());
  phone.sip_port_ = *sip_port;
  phone.control_port_ = *control_port;
  if (auto written = phone.write_configuration(); !written) return tl::unexpected(written.error());

  std::vector<std::string> arguments = phone.options_.launcher;
  for (const std::string& word :
       {std::string("baresip"), std::string("-f"), phone.options_.folder.string()})
    arguments.push_back(word);
  auto child = os::Child::spawn({.arguments = std::move(arguments),
                                 .output = os::Stream::file(phone.log_file()),
                                 .errors = os::Stream::file(phone.log_file()),
                                 .has_own_group = true});
  if (!child) {
    child.error().hint = "install the Debian package baresip-core";
    return tl::unexpected(child.error());
  }
  phone.process_ = std::move(*child);
  if (auto connected = phone.connect(deadline); !connected)
    return tl::unexpected(connected.error());
  return phone;
}

core::Result<void> Phone::connect(core::SteadyTime deadline) {
  const auto address =
      os::Address::parse(fmt::format("{}:{}", options_.control_address, control_port_.value()));
  if (!address) return tl::unexpected(address.error());
  while (process_.is_running() && now() < deadline) {
    auto socket = os::connect_tcp(*address, core::Milliseconds(200));
    if (socket) {
      control_ = std::move(*socket);
      return {};
    }
    // baresip says nowhere when it listens: ask again shortly, without spinning.
    std::this_thread::sleep_for(core::Milliseconds(20));
  }
  return core::fault(core::ExitCode::unavailable,
                     fmt::format("phone '{}' did not start", options_.name),
                     fmt::format("see {}", log_file().string()));
}

core::Result<std::optional<core::Json>> Phone::receive(core::SteadyTime deadline) {
  for (;;) {
    auto frame = frames_.next();
    if (!frame) return tl::unexpected(frame.error());
    if (*frame) {
      auto message = core::parse_json(**frame);
      if (!message) return tl::unexpected(message.error());
      if (!core::bool_at(*message, "event")) return std::optional(std::move(*message));
      events_.push_back({core::text_at(*message, "type"), core::text_at(*message, "param")});
      return std::nullopt;
    }
    pollfd waiting{.fd = control_.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, milliseconds_until(deadline));
    if (ready == 0 || (ready < 0 && errno != EINTR))
      return core::fault(core::ExitCode::try_again,
                         fmt::format("phone '{}' was silent for too long", options_.name),
                         fmt::format("see {}", log_file().string()));
    if (ready < 0) continue;
    char bytes[4096];
    const ssize_t count = recv(control_.get(), bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
      return core::fault(core::ExitCode::unavailable,
                         fmt::format("phone '{}' has ended", options_.name),
                         fmt::format("see {}", log_file().string()));
    if (count > 0) frames_.append({bytes, static_cast<std::size_t>(count)});
  }
}

core::Result<PhoneEvent> Phone::wait_for(std::string_view type, core::Milliseconds timeout) {
  const auto deadline = now() + timeout;
  for (;;) {
    while (!events_.empty()) {
      PhoneEvent event = std::move(events_.front());
      events_.pop_front();
      if (event.type == type) return event;
    }
    const auto received = receive(deadline);
    if (!received) {
      core::Fault failure = received.error();
      failure.message += fmt::format(" (waiting for {})", type);
      return tl::unexpected(failure);
    }
  }
}

core::Result<void> Phone::wait_until_registered(core::Milliseconds timeout) {
  const auto deadline = now() + timeout;
  for (;;) {
    // A line a user agent, with a coloured OK or ERR once there was an answer. It takes commands
    // before it has loaded the module that knows this one, and refuses it until then.
    const auto answered = command("reginfo");
    if (!answered && answered.error().code != core::ExitCode::failed)
      return tl::unexpected(answered.error());
    const std::string registrations = answered ? *answered : std::string();
    if (registrations.find("mOK ") != std::string::npos) return {};
    if (registrations.find("mERR") != std::string::npos)
      return core::fault(core::ExitCode::no_permission,
                         fmt::format("phone '{}' could not register", options_.name),
                         fmt::format("see {}", log_file().string()));
    if (now() > deadline)
      return core::fault(
          core::ExitCode::try_again,
          fmt::format("phone '{}' did not register in {}", options_.name, core::to_text(timeout)),
          fmt::format("see {}", log_file().string()));
    std::this_thread::sleep_for(core::Milliseconds(20));
  }
}

void Phone::forget_events() {
  while (receive(now())) {
  }
  events_.clear();
}

core::Result<std::string> Phone::command(std::string_view name, std::string_view parameters) {
  const std::string token = std::to_string(++last_token_);
  core::Json request{{"command", name}, {"token", token}};
  if (!parameters.empty()) request["params"] = parameters;
  const std::string frame = to_netstring(core::to_line(request));
  if (send(control_.get(), frame.data(), frame.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(frame.size()))
    return core::fault(core::ExitCode::unavailable,
                       fmt::format("phone '{}' takes no commands", options_.name));
  const auto deadline = now() + core::Seconds(5);
  for (;;) {
    auto response = receive(deadline);
    if (!response) return tl::unexpected(response.error());
    if (!*response || core::text_at(**response, "token") != token) continue;
    if (!core::bool_at(**response, "ok"))
      return core::fault(core::ExitCode::failed,
                         fmt::format("phone '{}' refused '{}'", options_.name, name));
    return core::text_at(**response, "data");
  }
}

core::Result<void> Phone::dial(std::string_view target) {
  const bool is_address = target.find(':') != std::string_view::npos;
  return command("dial", is_address ? std::string(target)
                                    : fmt::format("sip:{}@{}", target, options_.domain))
      .map([](const std::string&) {});
}
core::Result<void> Phone::answer() {
  return command("accept").map([](const std::string&) {});
}
core::Result<void> Phone::hang_up() {
  return command("hangup").map([](const std::string&) {});
}
core::Result<void> Phone::hold() {
  return command("hold").map([](const std::string&) {});
}
core::Result<void> Phone::resume() {
  return command("resume").map([](const std::string&) {});
}

std::optional<std::filesystem::path> Phone::newest_dump(std::string_view ending) const {
  std::optional<std::filesystem::path> newest;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
    const std::string name = entry.path().filename().string();
    // Their names carry the time they began: dump-2026-11-21-01-33-47-dec.wav.
    if (name.ends_with(ending) && (!newest || name > newest->filename().string()))
      newest = entry.path();
  }
  return newest;
}

void Phone::stop() {
  process_.terminate();
}

void Phone::vanish() {
  process_.send_signal(SIGKILL);
  (void)process_.wait(core::Seconds(5));  // it cannot refuse to die
}

}  // namespace trunkline::softphone
