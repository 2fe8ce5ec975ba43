// SPDX-License-Identifier: MIT
#include "exchange/farewells.h"

#include <utility>

#include "core/log.h"
#include "exchange/replies.h"

namespace trunkline::exchange {
namespace {

std::vector<sip::Header> reason() {
  return {sip::reason_q850(41, "the exchange was restarted")};
}

/// The port of a connection is another each time; who it is at which host is not.
bool is_same_phone(const sip::Uri& contact, const sip::Uri& target) {
  return contact.user == target.user && contact.host == target.host;
}

}  // namespace

void Farewells::say(const sip::DialogState& dialog, core::DeviceId device) {
  if (dialog.flow.protocol == sip::Protocol::udp) {
    return agent_.hang_up(agent_.restore(dialog), reason());
  }
  for (const registrar::Binding& binding : lookup_(device)) {
    if (!is_same_phone(binding.contact.uri, dialog.remote_target)) continue;
    // It is reached at its contact since the connection is gone.
    sip::DialogState bound = dialog;
    bound.flow = binding.flow;
    return agent_.hang_up(agent_.restore(bound), reason());
  }
  wait(dialog, device);
}

void Farewells::wait(const sip::DialogState& dialog, core::DeviceId device) {
  const std::uint64_t number = ++last_;
  Waiting waiting{.device = device,
                  .target = dialog.remote_target,
                  .dialog = agent_.restore(dialog),
                  .patience = reactor_.after(kPatience, [this, number] { forget(number); })};
  waiting.dialog->on_request([this, number](std::unique_ptr<sip::ServerTransaction> transaction) {
    answer(number, std::move(transaction));
  });
  core::log_info("a dialog waits for its phone to register again",
                 {{"call_id", dialog.call_id}, {"peer", dialog.flow.peer.text()}});
  waiting_.emplace(number, std::move(waiting));
}

void Farewells::answer(std::uint64_t number, std::unique_ptr<sip::ServerTransaction> transaction) {
  const bool is_bye = transaction->request().method == sip::Method::bye;
  transaction->answer(bare_reply(is_bye ? 200 : 481));
  if (is_bye) forget(number);
}

void Farewells::changed(const registrar::Change& change) {
  const registrar::Binding& binding = change.binding;
  if (change.kind == registrar::Change::Kind::unbound) return;
  for (const auto& [number, waiting] : waiting_) {
    const bool is_its =
        waiting.device == binding.device && is_same_phone(binding.contact.uri, waiting.target);
    if (!is_its) continue;
    // Its REGISTER is answered first.
    reactor_.post([weak = std::weak_ptr(self_), found = number, flow = binding.flow] {
      if (const auto self = weak.lock()) (*self)->end(found, flow);
    });
  }
}

void Farewells::end(std::uint64_t number, const sip::Flow& flow) {
  auto found = waiting_.extract(number);
  if (found.empty()) return;
  found.mapped().dialog->rebind(flow);
  agent_.hang_up(std::move(found.mapped().dialog), reason());
}

void Farewells::forget(std::uint64_t number) {
  // Posted: it may be the dialog itself, or the timer, that asks.
  reactor_.post([weak = std::weak_ptr(self_), number] {
    if (const auto self = weak.lock()) (*self)->waiting_.erase(number);
  });
}

}  // namespace trunkline::exchange
