// SPDX-License-Identifier: MIT
#include "registrar/registration.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "core/text.h"
#include "registrar/outbound.h"

namespace trunkline::registrar {

namespace {

constexpr core::Seconds kHour{3600};

bool is_same_contact(const Binding& binding, const sip::Contact& contact) {
  // RFC 5626 6: an instance's flow is one binding, whatever its contact says today.
  if (!contact.instance.empty() && !contact.reg_id.empty() &&
      contact.instance == binding.contact.instance && contact.reg_id == binding.contact.reg_id) {
    return true;
  }
  return sip::is_equivalent(binding.contact.uri, contact.uri);
}

/// RFC 3261 10.3 step 7: within one Call-ID the CSeq must rise. The same CSeq is the same request
/// again: its answer was lost, and as no transaction is kept it arrives here.
bool is_out_of_order(const Binding& binding, const sip::Request& request) {
  return binding.call_id == request.call_id && request.cseq < binding.cseq;
}

sip::Reply refusal(int status, std::string phrase = {}, std::vector<sip::Header> headers = {}) {
  return {
      .status = status, .phrase = std::move(phrase), .content = {.headers = std::move(headers)}};
}

/// RFC 3261 20.17: always GMT.
std::string date_text(core::Time now) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  // Many are answered within a second.
  thread_local std::time_t written = -1;
  thread_local std::string text;
  if (seconds != written) text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(seconds));
  written = seconds;
  return text;
}

/// RFC 5627 section 5.2
std::string gruu_text(const Binding& binding, const Owner& owner) {
  if (binding.contact.instance.empty()) return {};
  return fmt::format(";pub-gruu=\"{}\";temp-gruu=\"{}\"", public_gruu(binding, owner.domain),
                     owner.gruus->temporary(binding, owner.domain));
}

std::string contact_text(const Binding& binding, core::Time now) {
  const auto left = std::chrono::ceil<core::Seconds>(binding.expires_at - now);
  std::string text = fmt::format("<{}>;expires={}", binding.contact.uri.text(),
                                 std::max<std::int64_t>(0, left.count()));
  if (!binding.contact.q.empty()) text += ";q=" + binding.contact.q;
  if (!binding.contact.instance.empty()) {
    text += fmt::format(";+sip.instance=\"{}\"", binding.contact.instance);
  }
  if (!binding.contact.reg_id.empty()) text += ";reg-id=" + binding.contact.reg_id;
  return text;
}

sip::Reply success(const std::vector<Binding>& bindings, const sip::Request& request,
                   const Owner& owner, const Limits& limits, core::Time now) {
  const bool has_gruus = owner.gruus != nullptr && knows_extension(request, "gruu");
  std::vector<sip::Header> headers;
  constexpr std::size_t kOthers = 4;
  headers.reserve(bindings.size() + kOthers);
  for (const Binding& binding : bindings) {
    std::string contact = contact_text(binding, now);
    if (has_gruus) contact += gruu_text(binding, owner);
    headers.push_back({"Contact", std::move(contact)});
  }
  headers.push_back({"Date", date_text(now)});
  headers.push_back({"Supported", core::join(kRegistrarExtensions, ", ")});
  // RFC 3327 section 5.3: a phone that does not know it could only be confused.
  const auto path = path_of(request);
  if (!path.empty() && knows_extension(request, "path")) {
    headers.push_back({"Path", core::join(path, ", ")});
  }
  if (is_outbound(request)) {
    headers.push_back({"Require", "outbound"});
    // RFC 5626 section 5.4: it is for the phone whose flow ends here, not behind a proxy.
    if (limits.flow_timer.count() > 0 && request.via_count <= 1) {
      headers.push_back({"Flow-Timer", std::to_string(limits.flow_timer.count())});
    }
  }
  return refusal(200, {}, std::move(headers));
}

class Update {
 public:
  Update(std::vector<Binding> current, const sip::Request& request, const Owner& owner,
         const Limits& limits, core::Time now)
      : request_(request), owner_(owner), limits_(limits), now_(now) {
    for (Binding& binding : current) {
      if (binding.expires_at > now) {
        bindings_.push_back(std::move(binding));
      } else {
        changes_.push_back(
            {.kind = Change::Kind::unbound, .binding = std::move(binding), .reason = "expired"});
      }
    }
    before_ = bindings_;
    expired_ = changes_;
  }

  Outcome run() {
    if (auto refused = apply()) {
      // All or nothing; what has expired stays so.
      return {.reply = std::move(*refused), .bindings = std::move(before_), .changes = expired_};
    }
    return {.reply = success(bindings_, request_, owner_, limits_, now_),
            .bindings = std::move(bindings_),
            .changes = std::move(changes_)};
  }

 private:
  std::optional<sip::Reply> apply() {
    if (request_.is_contact_star) return remove_all();
    if (auto refused = refusal_of_outbound(request_)) return refused;
    for (std::size_t i = 0; i < request_.contacts.size(); ++i) {
      const sip::Contact& contact = request_.contacts[i];
      if (!contact.uri.is_sip() || contact.uri.host.empty()) {
        return refusal(400, "Contact Must Be a sip URI");
      }
      // RFC 5627 section 5.1: it would lead back to itself.
      const bool is_own = core::equals_ignoring_case(contact.uri.host, owner_.domain);
      if (is_own && contact.uri.param("gr")) return refusal(403, "A Contact Must Be No GRUU");
      // RFC 3261 26.2.2: such is reached over TLS alone, and calls go where the REGISTER came from.
      if (contact.uri.scheme == "sips" && request_.flow.protocol != sip::Protocol::tls) {
        return refusal(400, "A sips Contact Must Register over TLS");
      }
      for (std::size_t j = 0; j < i; ++j) {
        if (sip::is_equivalent(contact.uri, request_.contacts[j].uri)) {
          return refusal(400, "Contact Comes Twice");
        }
      }
      if (auto refused = apply(contact)) return refused;
    }
    if (bindings_.size() > limits_.max_contacts) {
      return refusal(403, fmt::format("More Than {} Contacts", limits_.max_contacts));
    }
    return std::nullopt;
  }

  std::optional<sip::Reply> remove_all() {
    // RFC 3261 10.3 step 6: the asterisk stands alone and removes.
    if (!request_.contacts.empty() || request_.expires != 0U) {
      return refusal(400, "Contact * Needs Expires 0 and Nothing Else");
    }
    for (Binding& binding : bindings_) {
      if (is_out_of_order(binding, request_)) return refusal(500, "CSeq Out of Order");
      unbind(std::move(binding), "removed");
    }
    bindings_.clear();
    return std::nullopt;
  }

  std::optional<sip::Reply> apply(const sip::Contact& contact) {
    core::Seconds expires = limits_.expires_default;
    if (request_.expires) expires = core::Seconds(*request_.expires);
    if (contact.expires) expires = core::Seconds(*contact.expires);
    if (expires > core::Seconds{0} && expires < limits_.expires_min && expires < kHour) {
      return refusal(423, {}, {{"Min-Expires", std::to_string(limits_.expires_min.count())}});
    }
    expires = std::min(expires, limits_.expires_max);
    const auto found = std::find_if(bindings_.begin(), bindings_.end(), [&](const Binding& known) {
      return is_same_contact(known, contact);
    });
    if (found != bindings_.end() && is_out_of_order(*found, request_)) {
      return refusal(500, "CSeq Out of Order");
    }
    if (expires == core::Seconds{0}) {
      if (found != bindings_.end()) {
        unbind(std::move(*found), "removed");
        bindings_.erase(found);
      }
      return std::nullopt;
    }
    Binding fresh = make(contact, expires);
    if (found == bindings_.end()) {
      changes_.push_back({.kind = Change::Kind::bound, .binding = fresh});
      bindings_.push_back(std::move(fresh));
    } else {
      replace(*found, std::move(fresh));
    }
    return std::nullopt;
  }

  void replace(Binding& known, Binding fresh) {
    fresh.registered_at = known.registered_at;
    if (state_key(known) != state_key(fresh)) {
      // The instance has another contact now: the state of the old one must go.
      fresh.registered_at = now_;
      unbind(std::move(known), "replaced");
      changes_.push_back({.kind = Change::Kind::bound, .binding = fresh});
    } else {
      const bool has_moved = known.flow.peer != fresh.flow.peer ||
                             known.flow.protocol != fresh.flow.protocol ||
                             known.user_agent != fresh.user_agent;
      changes_.push_back(
          {.kind = has_moved ? Change::Kind::moved : Change::Kind::refreshed, .binding = fresh});
    }
    known = std::move(fresh);
  }

  void unbind(Binding binding, std::string reason) {
    changes_.push_back({.kind = Change::Kind::unbound,
                        .binding = std::move(binding),
                        .reason = std::move(reason)});
  }

  Binding make(const sip::Contact& contact, core::Seconds expires) const {
    Binding binding;
    binding.tenant = owner_.tenant;
    binding.device = owner_.device;
    binding.name = owner_.name;
    binding.contact = contact;
    binding.contact.expires = std::nullopt;
    binding.path = path_of(request_);
    binding.flow = request_.flow;
    binding.call_id = request_.call_id;
    binding.cseq = request_.cseq;
    binding.user_agent = request_.user_agent;
    binding.registered_at = now_;
    binding.expires_at = now_ + expires;
    binding.nonce = owner_.nonce;
    binding.nonce_count = owner_.nonce_count;
    return binding;
  }

  const sip::Request& request_;
  const Owner& owner_;
  const Limits& limits_;
  core::Time now_;
  std::vector<Binding> before_;
  std::vector<Binding> bindings_;
  std::vector<Change> expired_;
  std::vector<Change> changes_;
};

}  // namespace

Outcome apply_register(std::vector<Binding> current, const sip::Request& request,
                       const Owner& owner, const Limits& limits, core::Time now) {
  return Update(std::move(current), request, owner, limits, now).run();
}

}  // namespace trunkline::registrar
