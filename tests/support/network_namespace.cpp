// SPDX-License-Identifier: MIT
#include "support/network_namespace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

namespace trunkline::test {
namespace {

std::string run_or_throw(std::vector<std::string> command, core::Milliseconds timeout) {
  const auto text = fmt::format("{}", fmt::join(command, " "));
  const auto output =
      core::value_or_throw(os::run_command({.arguments = std::move(command)}, timeout));
  if (!output.exit.is_success()) {
    throw std::runtime_error(fmt::format("{}: {}", text, output.errors));
  }
  return output.output;
}

std::string ip(const std::string& arguments) {
  std::vector<std::string> command = {"ip"};
  std::string word;
  for (const char c : arguments + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      command.push_back(std::exchange(word, {}));
    }
  }
  return run_or_throw(std::move(command), core::Seconds(10));
}

}  // namespace

std::string own_network(int number) {
  return fmt::format("10.{}.{}", 64 + ::getpid() % 128, ::getpid() / 128 % 24 * 10 + number);
}

NetworkNamespace::NetworkNamespace(const std::string& prefix) : prefix_(prefix) {
  static int made = 0;
  // An interface's name has 15 characters at most.
  const auto unique = fmt::format("tl{}x{}", ::getpid(), ++made);
  name_ = unique;
  interface_ = unique + "a";
  try {
    ip("netns add " + name_);
    ip(fmt::format("link add {} type veth peer name eth0 netns {}", interface_, name_));
  } catch (const std::exception& failure) {
    throw std::runtime_error(
        fmt::format("{}; hint: run the tests as root with CAP_NET_ADMIN", failure.what()));
  }
  ip(fmt::format("addr add {}/24 dev {}", our_address(), interface_));
  ip(fmt::format("link set {} up", interface_));
  ip(fmt::format("-n {} addr add {}/24 dev eth0", name_, address()));
  ip(fmt::format("-n {} link set lo up", name_));
  ip(fmt::format("-n {} link set eth0 up", name_));
  ip(fmt::format("-n {} route add default via {}", name_, our_address()));
}

NetworkNamespace::~NetworkNamespace() {
  // The cable goes with either end. What is not there any more needs no removing.
  (void)os::run_command({.arguments = {"ip", "link", "del", interface_}}, core::Seconds(10));
  (void)os::run_command({.arguments = {"ip", "netns", "del", name_}}, core::Seconds(10));
}

std::vector<std::string> NetworkNamespace::inside(std::vector<std::string> command) const {
  std::vector<std::string> prefixed = {"ip", "netns", "exec", name_};
  prefixed.insert(prefixed.end(), command.begin(), command.end());
  return prefixed;
}

std::string NetworkNamespace::run(std::vector<std::string> command,
                                  core::Milliseconds timeout) const {
  return run_or_throw(inside(std::move(command)), timeout);
}

void NetworkNamespace::add_address(const std::string& address_and_bits) const {
  ip(fmt::format("-n {} addr add {} dev eth0", name_, address_and_bits));
}

void NetworkNamespace::disconnect() const {
  ip(fmt::format("link set {} down", interface_));
}

void NetworkNamespace::connect() const {
  ip(fmt::format("link set {} up", interface_));
}

}  // namespace trunkline::test
