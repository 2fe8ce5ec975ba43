// SPDX-License-Identifier: MIT
#include "alert/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "alert/channel.h"
#include "alert/page.h"
#include "alert/people.h"
#include "core/text.h"
#include "db/transaction.h"
#include "http/mailer.h"
#include "os/host_name.h"

namespace trunkline::alert {
namespace {

/// Longer than the slowest channel takes for one try.
constexpr core::Seconds kLease{300};
/// The rest is for the next flush, or for another process beside this one.
constexpr int kAtOnce = 50;

std::string shown(const Target& target) {
  const Channel* const channel = find_channel(target.channel);
  return channel == nullptr ? target.channel : channel->shown(target.address);
}

/// Mails are text and HTML, whoever raised the alert.
Message with_html(Message message) {
  if (message.html.empty())
    message.html = to_html(
        {.title = headline(message), .level = message.level, .sections = {{.text = message.text}}});
  return message;
}

/// Of mail.to, which has names, too.
bool is_address(const std::string& target, const std::string& address) {
  const auto parsed = http::parse_mail_address(target);
  return core::to_lower(parsed ? parsed->address : target) == address;
}

core::Result<void> hand_over(const config::Config& config, const Target& target,
                             const Message& message) {
  const Channel* const channel = find_channel(target.channel);
  if (channel == nullptr)
    return core::fault(core::ExitCode::config,
                       fmt::format("there is no channel '{}' any more", target.channel));
  try {
    return channel->send(config, target.address, with_html(message));
  } catch (const core::Error& error) {
    return tl::unexpected(error.fault());
  }
}

/// When to try again after this many tries; nothing: never.
std::optional<core::Seconds> wait_after(const std::string& channel_name, int tries) {
  const Channel* const channel = find_channel(channel_name);
  const auto done = static_cast<std::size_t>(std::max(tries, 1)) - 1;
  if (channel == nullptr || done >= channel->waits.size()) return std::nullopt;
  return channel->waits[done];
}

}  // namespace

std::vector<Target> configured_targets(const config::Config& config) {
  std::vector<Target> targets;
  for (const Channel& channel : channels())
    for (std::string& address : channel.targets(config))
      targets.push_back({std::string(channel.name), std::move(address)});
  return targets;
}

Desk::Desk(const config::Config& config, db::Connection* connection, const core::Clock& clock)
    : config_(config), connection_(connection), clock_(clock), host_(os::host_name()) {}

Message Desk::fresh(const Alert& alert) const {
  const core::Time now = clock_.wall();
  return {core::Uuid::make(now),
          alert.key,
          alert.level,
          alert.subject,
          alert.text,
          alert.html,
          host_,
          now};
}

void Desk::deliver(const Message& message, Sent& sent) {
  for (const Target& target : configured_targets(config_)) {
    const auto done = hand_over(config_, target, message);
    if (done) {
      ++sent.delivered;
      continue;
    }
    ++sent.given_up;
    sent.problems.push_back({target.channel, shown(target), done.error(), true});
  }
}

void Desk::add_people(std::vector<Target>& targets, const Alert& alert) const {
  if (!http::has_mail_server(config_)) return;
  for (std::string& address : addresses_of_people(*connection_, alert)) {
    const bool is_known = std::ranges::any_of(targets, [&](const Target& target) {
      return target.channel == kMailChannel.name && is_address(target.address, address);
    });
    if (!is_known) targets.push_back({std::string(kMailChannel.name), std::move(address)});
  }
}

AwayStates Desk::away_states() const {
  return AwayStates(std::filesystem::path(config_.text("alert.state_dir")) / "away.json");
}

core::Result<void> Desk::take_over() {
  AwayStates states = away_states();
  if (connection_ == nullptr || states.is_empty()) return {};
  db::Transaction transaction(*connection_);
  for (const auto& [key, level] : states.open()) put_open(*connection_, key, level, clock_.wall());
  // Before it is so for the database: what stays in the file would begin anew every time.
  if (auto forgotten = states.forget_all(); !forgotten) return forgotten;
  transaction.commit();
  return {};
}

Desk::Outcome Desk::raise(const Alert& raw, Sent& sent) {
  const Alert alert = readable(raw);
  auto targets = configured_targets(config_);
  const core::Time now = clock_.wall();
  if (connection_ != nullptr) {
    add_people(targets, alert);
    if (!put(*connection_, alert, now, host_, targets)) return Outcome::held_back;
    return targets.empty() ? Outcome::nobody : Outcome::told;
  }
  const auto decided = away_states().decide(alert, now);
  if (!decided.kept) sent.problems.push_back({"", "", decided.kept.error(), false});
  if (!decided.is_told) return Outcome::held_back;
  deliver(fresh(alert), sent);
  return targets.empty() ? Outcome::nobody : Outcome::told;
}

Sent Desk::flush() {
  Sent sent;
  if (connection_ == nullptr) return sent;
  for (int i = 0; i < kAtOnce; ++i) {
    // Each by itself: a server that hangs holds up one try, not the lease of all behind it.
    const auto due = take_due(*connection_, clock_.wall(), kLease, 1);
    if (due.empty()) break;
    const Delivery& delivery = due.front();
    const auto done = hand_over(config_, delivery.target, delivery.message);
    if (done) {
      note_delivered(*connection_, delivery, clock_.wall());
      ++sent.delivered;
      continue;
    }
    std::optional<core::Time> next;
    if (http::is_worth_another_try(done.error()))
      if (const auto wait = wait_after(delivery.target.channel, delivery.tries))
        next = clock_.wall() + *wait;
    note_failed(*connection_, delivery, clock_.wall(), done.error().message, next);
    ++(next ? sent.waiting : sent.given_up);
    sent.problems.push_back({delivery.target.channel, shown(delivery.target), done.error(), !next});
  }
  return sent;
}

Sent Desk::test(const std::string& text) {
  Sent sent;
  deliver(fresh({.key = "test", .level = Level::normal, .subject = text, .text = text + "\n"}),
          sent);
  return sent;
}

}  // namespace trunkline::alert
