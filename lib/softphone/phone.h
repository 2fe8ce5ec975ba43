// SPDX-License-Identifier: MIT
#pragma once

// A telephone without sound hardware: baresip as a child process, driven over its ctrl_tcp module.
// It says what a WAV file says and writes down what it hears. For `trunkline demo` and the tests.
// Everything blocks, with a timeout; one thread.

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/secret.h"
#include "core/strong.h"
#include "core/time.h"
#include "os/fd.h"
#include "os/process.h"
#include "softphone/netstring.h"

namespace trunkline::softphone {

struct PhoneOptions {
  std::filesystem::path folder;  ///< its own; made if missing; holds config, log and dumps
  std::string name;              ///< user part of its address and digest user
  core::Secret password = {};
  std::string domain;                      ///< host part of its address
  std::string server;                      ///< "127.0.0.1:5060": where it registers and sends calls
  std::string transport = "udp";           ///< or "tcp", "tls"
  std::filesystem::path trusted = {};      ///< PEM: whom it trusts over TLS; empty: everybody
  std::filesystem::path certificate = {};  ///< PEM with its key: what it shows over TLS
  std::string address = "127.0.0.1";       ///< of ours: SIP and RTP are bound to it
  bool registers = true;
  core::Seconds register_every{60};
  bool answers = true;           ///< picks up by itself; else it rings until answer()
  std::filesystem::path speech;  ///< 8 kHz mono WAV; baresip hangs up at its end
  /// baresip's codec modules, the preferred first: "opus", "g722". More than g711 needs a speech
  /// file of that codec's rate.
  std::vector<std::string> codecs = {"g711"};
  /// Starts it elsewhere: "ip", "netns", "exec", NAME.
  std::vector<std::string> launcher = {};
  std::string control_address = "127.0.0.1";  ///< where it takes our commands
};

struct PhoneEvent {
  std::string type;  ///< "REGISTER_OK", "CALL_ESTABLISHED", "CALL_CLOSED", ...
  std::string parameter;
};

class Phone {
 public:
  /// Starts it and waits until it takes commands.
  [[nodiscard]] static core::Result<Phone> start(PhoneOptions options,
                                                 core::Milliseconds timeout = core::Seconds(10));

  /// Waits for an event of this type; events that came before and were not waited for count, older
  /// ones of other types are passed over.
  [[nodiscard]] core::Result<PhoneEvent> wait_for(std::string_view type,
                                                  core::Milliseconds timeout);
  /// Until its registration was accepted. A refusal is a fault at once; the event REGISTER_OK may
  /// have passed before baresip took our connection, so this asks.
  [[nodiscard]] core::Result<void> wait_until_registered(core::Milliseconds timeout);
  /// Forgets the events that came so far.
  void forget_events();

  /// Calls "sip:102@example.org", or "102" at its own domain.
  [[nodiscard]] core::Result<void> dial(std::string_view target);
  [[nodiscard]] core::Result<void> answer();
  [[nodiscard]] core::Result<void> hang_up();
  [[nodiscard]] core::Result<void> hold();
  [[nodiscard]] core::Result<void> resume();
  /// Any command of baresip's menu: "uareg", "sndcode", ...
  [[nodiscard]] core::Result<std::string> command(std::string_view name,
                                                  std::string_view parameters = {});

  /// What it heard and said in its last call; nothing before its first.
  std::optional<std::filesystem::path> heard() const { return newest_dump("-dec.wav"); }
  std::optional<std::filesystem::path> said() const { return newest_dump("-enc.wav"); }
  std::filesystem::path log_file() const { return options_.folder / "log"; }
  /// Where it takes calls without a server, over UDP and TCP.
  core::Port sip_port() const noexcept { return sip_port_; }
  pid_t pid() const noexcept { return process_.pid(); }
  const PhoneOptions& options() const noexcept { return options_; }

  /// Ends it as a person would, with its registration and calls closed; the destructor just kills.
  void stop();
  /// Ends it without a word to anyone: a phone that vanishes.
  void vanish();

 private:
  explicit Phone(PhoneOptions options) : options_(std::move(options)) {}
  core::Result<void> write_configuration() const;
  core::Result<void> connect(core::SteadyTime deadline);
  /// Reads one message; events are queued, a response is returned.
  core::Result<std::optional<core::Json>> receive(core::SteadyTime deadline);
  std::optional<std::filesystem::path> newest_dump(std::string_view ending) const;

  PhoneOptions options_;
  core::Port sip_port_;
  core::Port control_port_;
  os::Child process_;
  os::Fd control_;
  NetstringReader frames_;
  std::deque<PhoneEvent> events_;
  unsigned last_token_ = 0;
};

}  // namespace trunkline::softphone
