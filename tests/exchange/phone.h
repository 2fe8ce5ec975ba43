// SPDX-License-Identifier: MIT
#pragma once

// A phone for tests: a SIP agent that registers, calls and answers as its manner says.

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exchange/loop.h"
#include "exchange/replies.h"
#include "sip/agent.h"
#include "sip/digest.h"

namespace trunkline::exchange {

inline const std::string kPhoneSdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";
inline const std::string kPhoneHoldSdp = kPhoneSdp + "a=sendonly\r\n";
inline const std::string kDomain = "example.org";

/// What a phone does with a call that comes in.
enum class Manner : std::uint8_t {
  answers,
  rings,
  rings_with_media,
  rings_reliably,  ///< 183 with media, until its PRACK
  is_busy,
  has_lost_flow,  ///< 430, as an edge proxy says whose flow to it is gone
  declines,
  redirects,  ///< to `redirect_headers`
  is_mute,
  wants_longer_session,  ///< 422 to the first INVITE, then it answers
};

/// A request that came in within a call.
struct HeardRequest {
  sip::Method method = sip::Method::other;
  std::string body;
  std::string content_type;
  std::vector<sip::Header> headers;
};

/// One call as a phone sees it.
struct PhoneCall {
  std::unique_ptr<sip::Dialog> dialog;
  std::unique_ptr<sip::ServerTransaction> received;  ///< the INVITE that came in
  std::unique_ptr<sip::ClientTransaction> sent;      ///< the INVITE we sent
  std::string user;                                  ///< whom we dialled
  std::string sdp;                                   ///< what we offered
  std::string content_type;                          ///< of that, where it is not SDP's
  std::vector<int> statuses;                         ///< answers to it
  std::vector<std::string> bodies;
  std::vector<sip::Header> headers;  ///< of the final answer, or of the INVITE that came in
  std::string offer;                 ///< of the INVITE that came in
  sip::Party from;                   ///< of the INVITE that came in
  bool has_authenticated = false;
  bool is_cancelled = false;
  std::vector<sip::Header> cancel_headers;
  bool is_acknowledged = false;
  std::string acknowledged_sdp;
  bool is_hung_up = false;  ///< by the other side
  std::unique_ptr<sip::ServerTransaction> bye;
  std::vector<std::unique_ptr<sip::ServerTransaction>> reinvites;
  std::vector<HeardRequest> heard;                  ///< UPDATE, PRACK, INFO, BYE and re-INVITE
  std::vector<std::string> supported;               ///< of the INVITE that came in
  std::unique_ptr<sip::ClientTransaction> request;  ///< ours in the dialog
  std::vector<int> request_statuses;

  int final() const { return statuses.empty() || statuses.back() < 200 ? 0 : statuses.back(); }
  std::size_t heard_count(sip::Method method) const {
    return static_cast<std::size_t>(std::ranges::count(heard, method, &HeardRequest::method));
  }
  bool has(int status) const { return std::ranges::count(statuses, status) != 0; }
};

class Phone {
 public:
  Phone(sip::Root& root, std::string name, std::string password,
        const std::string& host = "127.0.0.1", sip::Protocol protocol = sip::Protocol::udp,
        const std::string& advertised = {})
      : root_(root),
        protocol_(protocol),
        name_(std::move(name)),
        password_(std::move(password)),
        agent_(root, {.listen = {std::string(sip::name_of(protocol)) + ":" + host + ":0"},
                      .advertised_address = host,
                      .advertised_networks = networks(advertised),
                      .methods = {sip::Method::invite, sip::Method::ack, sip::Method::cancel,
                                  sip::Method::bye, sip::Method::options, sip::Method::info,
                                  sip::Method::prack, sip::Method::update},
                      .extensions = {"100rel", "timer"}}) {
    agent_.on_request([this](sip::IncomingRequest incoming) { take(std::move(incoming)); });
  }

  /// The final status of a REGISTER that was authenticated when asked.
  int register_at(const std::string& server, std::uint32_t expires = 3600) {
    server_ = server;
    int status = send_register(expires, {});
    if (status == 401) status = send_register(expires, credentials(challenge_, "REGISTER"));
    return status;
  }

  /// Where it calls without having registered.
  void use(const std::string& server) { server_ = server; }
  /// Begins a call; the rest happens on the loop.
  PhoneCall& call(std::string user, std::string sdp = kPhoneSdp, std::string content_type = {}) {
    PhoneCall& call = calls.emplace_back();
    call.user = std::move(user);
    call.sdp = std::move(sdp);
    call.content_type = std::move(content_type);
    invite(call, {});
    return call;
  }
  void hang_up(PhoneCall& call) {
    call.request =
        call.dialog->request(sip::Method::bye, {}, [&call](const sip::Response& response) {
          call.request_statuses.push_back(response.status);
        });
  }
  void reinvite(PhoneCall& call, const std::string& sdp) {
    call.request =
        call.dialog->invite(content(sdp), {.final = [&call](const sip::Response& response) {
                              call.request_statuses.push_back(response.status);
                              call.bodies.push_back(response.body);
                            }});
  }
  void answer(PhoneCall& call, const std::string& sdp = kPhoneSdp) const {
    call.received->answer({.status = 200, .content = content(sdp, answer_headers)});
  }
  /// UPDATE, INFO or another request within the call.
  void request(PhoneCall& call, sip::Method method, sip::Content content) {
    call.request =
        call.dialog->request(method, std::move(content), [&call](const sip::Response& response) {
          call.request_statuses.push_back(response.status);
          call.bodies.push_back(response.body);
          call.headers = response.headers;
        });
  }
  static sip::Content content(const std::string& sdp, std::vector<sip::Header> headers = {}) {
    sip::Content content = sdp.empty() ? sip::Content{} : sip::Content::sdp(sdp);
    content.headers = std::move(headers);
    return content;
  }

  std::string address() const { return agent_.listeners().front().address.text(); }

  Manner manner = Manner::answers;
  bool answers_bye = true;
  bool hangs_up_at_once = false;  ///< BYE follows the ACK it gets
  bool answers_reinvite = true;
  bool knows_its_dialogs = true;            ///< else in-dialog OPTIONS get 481
  std::vector<sip::Header> invite_headers;  ///< of its INVITEs
  sip::Party shows_as;                      ///< in From; where empty, itself
  std::string target_params;                ///< of the URIs that it calls
  std::vector<sip::Header> register_headers;
  std::vector<sip::Header> registered_as;  ///< of the last answer to a REGISTER
  std::vector<sip::Header> busy_headers;
  std::vector<sip::Header> redirect_headers;
  std::vector<sip::Header> answer_headers;  ///< of its 200s to INVITE and UPDATE
  std::deque<PhoneCall> calls;
  std::size_t options_seen = 0;

 private:
  /// Behind a NAT, as it were: what it says of itself leads nowhere.
  static std::vector<std::string> networks(const std::string& advertised) {
    if (advertised.empty()) return {};
    return {"127.0.0.0/8 " + advertised};
  }
  sip::Outgoing outgoing(const std::string& user) const {
    sip::Outgoing outgoing;
    outgoing.target = sip::Uri::parse("sip:" + (user.empty() ? "" : user + "@") + kDomain).value();
    if (!user.empty()) outgoing.target.params = target_params;
    outgoing.flow = {.protocol = protocol_,
                     .peer = sip::Endpoint::parse(server_).value(),
                     .local = agent_.listeners().front().address};
    outgoing.from = shows_as;
    if (shows_as.uri.empty()) {
      outgoing.from.uri = sip::Uri::parse("sip:" + name_ + "@" + kDomain).value();
    }
    outgoing.to.uri =
        user.empty() ? outgoing.from.uri : sip::Uri::parse("sip:" + user + "@" + kDomain).value();
    return outgoing;
  }

  static std::string nonce_of(const std::string& challenge) {
    const std::size_t begin = challenge.find("nonce=\"") + 7;
    return challenge.substr(begin, challenge.find('"', begin) - begin);
  }

  /// An Authorization header for the challenge, with qop=auth.
  std::vector<sip::Header> credentials(const std::string& challenge, const std::string& method,
                                       const std::string& user = {}) {
    const std::string uri = outgoing(user).target.text();
    sip::DigestCredentials asked;
    asked.nonce = nonce_of(challenge);
    asked.realm = kDomain;
    asked.username = name_;
    asked.uri = uri;
    asked.cnonce = fmt::format("c{}", ++requests_);
    asked.qop = "auth";
    asked.nonce_count = 1;
    asked.nonce_count_text = "00000001";
    const auto ha1 = sip::digest_ha1(sip::DigestHash::md5, name_, kDomain, password_);
    const std::string response = sip::digest_response(sip::DigestHash::md5, ha1, asked, method);
    return {{"Authorization",
             fmt::format(R"(Digest username="{}", realm="{}", nonce="{}", uri="{}", )"
                         R"(response="{}", algorithm=MD5, cnonce="{}", qop=auth, nc=00000001)",
                         name_, kDomain, asked.nonce, uri, response, asked.cnonce)}};
  }

  /// The stack adds the Contact.
  int send_register(std::uint32_t expires, std::vector<sip::Header> headers) {
    headers.push_back({"Expires", std::to_string(expires)});
    headers.insert(headers.end(), register_headers.begin(), register_headers.end());
    int status = 0;
    registration_ = agent_.send(sip::Method::register_, outgoing({}), headers_only(headers),
                                [&](const sip::Response& response) {
                                  status = response.status;
                                  registered_as = response.headers;
                                  if (!response.authenticates.empty())
                                    challenge_ = response.authenticates.front();
                                });
    (void)run_until(root_, [&] { return status != 0; });
    return status;
  }

  void invite(PhoneCall& call, std::vector<sip::Header> headers) {
    headers.insert(headers.end(), invite_headers.begin(), invite_headers.end());
    sip::Content body = content(call.sdp, std::move(headers));
    if (!call.content_type.empty()) body.content_type = call.content_type;
    call.dialog = agent_.dial(outgoing(call.user));
    call.dialog->on_request(
        [this, &call](auto transaction) { take_in_dialog(call, std::move(transaction)); });
    call.sent = call.dialog->invite(
        std::move(body),
        {.provisional =
             [&call](const sip::Response& response) {
               call.statuses.push_back(response.status);
               call.bodies.push_back(response.body);
               if (response.reliable_sequence) call.sent->prack(*response.reliable_sequence);
             },
         .final =
             [this, &call](const sip::Response& response) {
               if (response.status == 401 && !call.has_authenticated) {
                 call.has_authenticated = true;
                 // Not inside the callback of the transaction that it replaces.
                 root_.post([this, &call, challenge = response.authenticates.front()] {
                   invite(call, credentials(challenge, "INVITE", call.user));
                 });
                 return;
               }
               call.statuses.push_back(response.status);
               call.bodies.push_back(response.body);
               call.headers = response.headers;
             }});
  }

  void take(sip::IncomingRequest incoming) {
    if (incoming.request().method != sip::Method::invite) {
      return std::move(incoming).reply(agent_.options_reply());
    }
    PhoneCall& call = calls.emplace_back();
    call.offer = incoming.request().body;
    call.headers = incoming.request().headers;
    call.supported = incoming.request().supported;
    call.from = incoming.request().from;
    auto opened = std::move(incoming).open_dialog();
    call.dialog = std::move(opened.dialog);
    call.received = std::move(opened.invite);
    call.dialog->on_request(
        [this, &call](auto transaction) { take_in_dialog(call, std::move(transaction)); });
    call.received->on_events({.cancelled =
                                  [&call](const std::vector<sip::Header>& headers) {
                                    call.is_cancelled = true;
                                    call.cancel_headers = headers;
                                    call.received->answer(bare_reply(487));
                                  },
                              .acknowledged =
                                  [this, &call](const sip::Content& ack) {
                                    call.is_acknowledged = true;
                                    call.acknowledged_sdp = ack.body;
                                    if (hangs_up_at_once) hang_up(call);
                                  }});
    behave(call);
  }

  void behave(PhoneCall& call) {
    switch (manner) {
      case Manner::answers:
        call.received->provisional({.status = 180});
        return answer(call);
      case Manner::rings:
        call.received->provisional({.status = 180});
        return;
      case Manner::rings_with_media:
        call.received->provisional({.status = 183, .content = sip::Content::sdp(kPhoneSdp)});
        return;
      case Manner::rings_reliably:
        call.received->provisional_reliably(
            {.status = 183, .content = sip::Content::sdp(kPhoneSdp)});
        return;
      case Manner::wants_longer_session:
        manner = Manner::answers;
        call.received->answer(bare_reply(422, {{"Min-SE", "2000"}}));
        return;
      case Manner::is_busy:
        call.received->answer(bare_reply(486, busy_headers));
        return;
      case Manner::has_lost_flow:
        call.received->answer(bare_reply(430));
        return;
      case Manner::declines:
        call.received->answer(bare_reply(603));
        return;
      case Manner::redirects:
        call.received->answer(bare_reply(302, redirect_headers));
        return;
      case Manner::is_mute:
        return;
    }
  }

  void take_in_dialog(PhoneCall& call, std::unique_ptr<sip::ServerTransaction> transaction) {
    const sip::Request& request = transaction->request();
    call.heard.push_back({.method = request.method,
                          .body = request.body,
                          .content_type = request.content_type,
                          .headers = request.headers});
    switch (request.method) {
      case sip::Method::bye:
        call.is_hung_up = true;
        if (answers_bye) transaction->answer(bare_reply(200));
        call.bye = std::move(transaction);
        return;
      case sip::Method::options:
        ++options_seen;
        transaction->answer(knows_its_dialogs ? agent_.options_reply() : bare_reply(481));
        return;
      case sip::Method::invite:
        call.offer = transaction->request().body;
        if (answers_reinvite) {
          transaction->answer({.status = 200, .content = sip::Content::sdp(kPhoneSdp)});
        }
        call.reinvites.push_back(std::move(transaction));
        return;
      case sip::Method::update:
        transaction->answer(
            {.status = 200,
             .content = content(request.has_sdp() ? kPhoneSdp : "", answer_headers)});
        return;
      case sip::Method::prack:
      case sip::Method::info:
        transaction->answer(bare_reply(200));
        return;
      default:
        transaction->answer(bare_reply(405));
    }
  }

  sip::Root& root_;
  sip::Protocol protocol_;
  std::string name_;
  std::string password_;
  sip::Agent agent_;
  std::string server_;
  std::string challenge_;
  unsigned requests_ = 0;
  std::unique_ptr<sip::ClientTransaction> registration_;
};

}  // namespace trunkline::exchange
