// SPDX-License-Identifier: MIT
#include "registrar/authenticator.h"

#include <functional>
#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "crypto/random.h"
#include "sip/header_text.h"

namespace trunkline::registrar {

namespace {

using Verdict = Authentication::Verdict;

sip::DigestHash hash_of(const directory::Device* device) {
  if (device == nullptr) return sip::DigestHash::md5;
  return device->algorithm == directory::DigestAlgorithm::sha256 ? sip::DigestHash::sha256
                                                                 : sip::DigestHash::md5;
}

/// Some phones answer as alice@example.org, though the HA1 is of alice: the name decides.
std::string device_name(std::string_view username) {
  return core::to_lower(username.substr(0, username.find('@')));
}

const directory::Device* enabled(const directory::Device* device) {
  return device != nullptr && device->is_enabled ? device : nullptr;
}

bool is_anonymous(const sip::Request& request) {
  return request.method != sip::Method::register_ && request.from.uri.host == sip::kAnonymousHost;
}

/// Who wants to be known to us alone (RFC 3325 9.2), or at least is reached there; a guess that
/// decides no more than how it is asked for its credentials.
std::string likely_name(const sip::Request& request) {
  if (const auto preferred = sip::find_header(request.headers, "P-Preferred-Identity")) {
    if (const auto uri = sip::Uri::parse(sip::uri_of(*preferred))) return uri->user;
  }
  return request.contacts.empty() ? std::string() : request.contacts.front().uri.user;
}

/// Whose domain it is, and whom it names there.
const sip::Uri& address_in(const sip::Request& request) {
  if (request.method == sip::Method::register_) return request.to.uri;
  return is_anonymous(request) ? request.uri : request.from.uri;
}

std::string claimed_name(const sip::Request& request) {
  return is_anonymous(request) ? likely_name(request) : address_in(request).user;
}

/// The realm's credentials, wherever a phone puts them.
std::optional<sip::DigestCredentials> credentials_of(const sip::Request& request,
                                                     std::string_view realm) {
  auto credentials = sip::find_digest(request.authorizations, realm);
  if (!credentials) credentials = sip::find_digest(request.proxy_authorizations, realm);
  return credentials;
}

bool is_own_address(const sip::Request& request, const directory::Device& device) {
  const std::string user = core::to_lower(request.to.uri.user);
  return user == device.name || (!device.extension.empty() && user == device.extension);
}

}  // namespace

Authenticator::Authenticator(AuthenticatorOptions options, const core::Clock& clock,
                             ChallengeAccount& account)
    : open_ha1_(std::move(options.open_ha1)),
      clock_(clock),
      account_(account),
      verifier_(options.site_key, options.nonce_life, clock.wall()),
      nobody_(std::string_view(core::to_hex(crypto::random_bytes(16)))) {}

const core::Secret& Authenticator::ha1_of(const directory::Device* device) {
  if (device == nullptr) return nobody_;
  Opened& opened = opened_[device->id];
  // Only whether it is another one now must be known.
  const std::size_t sealed = std::hash<std::string>{}(device->sealed_ha1);
  if (opened.sealed != sealed || opened.ha1.empty()) {
    opened.sealed = sealed;
    auto ha1 = open_ha1_(*device);
    if (!ha1) {
      core::log_error("a device's secret could not be opened",
                      {{"device", device->name}, {"error", ha1.error().message}});
    }
    opened.ha1 = ha1 ? std::move(*ha1) : nobody_;
  }
  return opened.ha1;
}

Authentication Authenticator::challenge(const directory::Tenant& tenant,
                                        const directory::Device* device, bool is_stale) {
  const std::string value =
      verifier_.challenge(tenant.domain, hash_of(device), is_stale, clock_.now());
  return {.verdict = Verdict::challenged,
          .reply = {.status = 401, .content = {.headers = {{"WWW-Authenticate", value}}}}};
}

Authentication Authenticator::check(const sip::Request& request,
                                    const directory::Snapshot& snapshot) {
  const bool is_register = request.method == sip::Method::register_;
  const directory::Tenant* tenant = snapshot.tenant_by_domain(address_in(request).host);
  if (tenant == nullptr) return {.reply = {.status = 404}};
  const auto credentials = credentials_of(request, tenant->domain);
  const std::string name = device_name(credentials ? credentials->username : claimed_name(request));
  const directory::Device* device = enabled(snapshot.device(tenant->id, name));
  if (!credentials) {
    // A phone may speak as its extension; what it must prove itself with is still its name.
    if (device == nullptr) device = enabled(snapshot.device_by_extension(tenant->id, name));
    account_.challenged(request.flow.peer.host);
    Authentication asked = challenge(*tenant, device, false);
    // Who hides is not yet a stranger.
    asked.is_unknown_user = device == nullptr && !is_anonymous(request);
    asked.name = name;
    return asked;
  }
  verifier_.forget_old(clock_.now());
  const std::string key = device != nullptr ? device->id.text() : name;
  const std::string request_uri = request.uri.text();
  const sip::DigestVerdict verdict = verifier_.verify({.credentials = *credentials,
                                                       .method = request.method_name,
                                                       .request_uri = request_uri,
                                                       .call_id = request.call_id,
                                                       .cseq = request.cseq,
                                                       .hash = hash_of(device),
                                                       .ha1 = ha1_of(device),
                                                       .device = key},
                                                      clock_.now());
  if (verdict == sip::DigestVerdict::stale) {
    account_.challenged(request.flow.peer.host);
    return challenge(*tenant, device, true);
  }
  const bool is_accepted = verdict == sip::DigestVerdict::accepted && device != nullptr;
  // A device binds its own address only (RFC 3261 10.3 step 4).
  if (!is_accepted || (is_register && !is_own_address(request, *device))) {
    account_.failed(request.flow.peer.host);
    return {.is_wrong_answer = !is_accepted,
            .is_unknown_user = device == nullptr,
            .name = name,
            .tried = device == nullptr || is_accepted ? core::DeviceId{} : device->id,
            .reply = {.status = 403}};
  }
  return {.verdict = Verdict::accepted,
          .device = device,
          .tenant = tenant,
          .nonce = credentials->nonce,
          .nonce_count = credentials->nonce_count};
}

void Authenticator::seed(core::DeviceId device, std::string_view nonce, std::uint32_t nonce_count) {
  verifier_.seed(device.text(), nonce, nonce_count);
}

}  // namespace trunkline::registrar
