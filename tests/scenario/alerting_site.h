// SPDX-License-Identifier: MIT
#pragma once

// A site whose alerts go to a real mail server and to a web server that is Gotify and a webhook's
// receiver. Where a day or an hour has to pass, the times that the database keeps are moved back by
// as much.

#include <algorithm>

#include "os/host_name.h"
#include "scenario/tools_site.h"
#include "support/receiver.h"

namespace trunkline::test {

using Lines = std::vector<std::string>;

/// What Python's own library reads in each mail: as an administrator's mail program would.
inline constexpr const char* kReadMails =
    "import email, email.policy, json, sys\n"
    "for taken in json.load(open(sys.argv[1])):\n"
    "    data = taken['message'].encode('utf-8', 'surrogateescape')\n"
    "    mail = email.message_from_bytes(data, policy=email.policy.default)\n"
    "    parts = {kind: mail.get_body((kind,)) for kind in ('plain', 'html')}\n"
    "    print(json.dumps({'recipients': taken['to'], 'to': mail['To'], 'from': mail['From'],\n"
    "        'subject': mail['Subject'], 'id': mail['Message-ID'], 'type': "
    "mail.get_content_type(),\n"
    "        'importance': mail['Importance'], 'auto': mail['Auto-Submitted'],\n"
    "        **{kind: part.get_content().replace('\\r\\n', '\\n') if part else '' for kind, part "
    "in parts.items()}}))\n";

/// Standard Webhooks, the receiver's side: its own arithmetic, over the bytes that came.
inline constexpr const char* kVerifyWebhook =
    "import base64, hashlib, hmac, json, sys, time\n"
    "request = json.load(open(sys.argv[1]))\n"
    "headers = {name.lower(): value for name, value in request['headers'].items()}\n"
    "assert abs(time.time() - int(headers['webhook-timestamp'])) < 300, 'an old timestamp'\n"
    "key = base64.b64decode(sys.argv[2].removeprefix('whsec_'), validate=True)\n"
    "signed = '.'.join([headers['webhook-id'], headers['webhook-timestamp'], request['body']])\n"
    "expected = 'v1,' + base64.b64encode(\n"
    "    hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()\n"
    "ours = [each for each in headers['webhook-signature'].split(' ') if each.startswith('v1,')]\n"
    "sys.exit(0 if any(hmac.compare_digest(each, expected) for each in ours) else 1)\n";

inline constexpr const char* kWebhookSecret = "whsec_bm90IGEgc2VjcmV0IGF0IGFsbA==";

struct AlertSite {
  Receiver mail{"mail"};
  Receiver web{"web"};
  Site site;
  mutable std::size_t mails_seen = 0;
  mutable std::size_t requests_seen = 0;

  AlertSite() {
    std::filesystem::create_directories(site.path("alert"));
    write_secret("gotify-token", "gotify-t0ken");
    write_secret("webhook-secret", kWebhookSecret);
    std::filesystem::create_directories(site.path("trunkline.d"));
    std::ofstream(site.path("trunkline.d/10-alerts.toml"))
        << "[mail]\nhost = \"127.0.0.1\"\nport = " << mail.port().value()
        << "\ntls = \"none\"\nfrom = \"pbx@acme.example\"\nto = [\"ops@acme.example\"]\n"
        << "[alert]\nstate_dir = \"" << site.path("alert").string() << "\"\ngotify_token_file = \""
        << site.path("gotify-token").string() << "\"\nwebhook_secret_file = \""
        << site.path("webhook-secret").string() << "\"\n";
    fill_database();
  }
  /// As trunkline init would, which takes many times as long and is not at stake here.
  void fill_database() const {
    static const Database pattern;
    const std::string name = db::quoted_identifier(site.database().name());
    auto administrator = db::Connection::open({.url = "dbname=postgres"});
    administrator.run_script("DROP DATABASE " + name);
    administrator.run_script("CREATE DATABASE " + name + " TEMPLATE " +
                             db::quoted_identifier(pattern.name()) + " OWNER trunkline_owner");
  }
  void write_secret(const std::string& name, const std::string& text) const {
    std::ofstream(site.path(name)) << text << '\n';
    std::filesystem::permissions(site.path(name), std::filesystem::perms(0600));
  }
  void set(const std::string& key, const std::string& value) const {
    REQUIRE(site.run("trunkline", {"config", "set", key, value}).exit.is_success());
  }
  os::Output run_with_input(const Words& words, const std::string& input) const {
    std::ofstream(site.path("input")) << input;
    return core::value_or_throw(os::run_command({.arguments = site.command("trunkline", words),
                                                 .input = os::Stream::file(site.path("input"))},
                                                core::Seconds(60)));
  }
  /// How a verb says sending went: "told 1, delivered 2, exit 0"; what is none is left out.
  std::string sent(Words words, const std::string& input = {}) const {
    words.emplace_back("--json");
    const os::Output output = run_with_input(words, input);
    errors = output.errors;
    std::string text;
    if (const auto json = core::parse_json(output.output))
      for (const char* key : {"told", "held_back", "delivered", "waiting", "given_up"})
        if (const auto count = core::number_at(*json, key); count > 0)
          text += std::string(key) + " " + std::to_string(count) + ", ";
    return text + "exit " + std::to_string(output.exit.code);
  }
  std::string send(const std::string& key, const std::string& level, Words more = {}) const {
    Words words{"alert", "send", key, key + " is " + level, "--level", level};
    words.insert(words.end(), more.begin(), more.end());
    return sent(std::move(words));
  }
  /// What came since it was last asked for.
  std::vector<core::Json> new_mails() const {
    core::Json fresh = core::Json::array();
    for (const core::Json& each : mail.taken()) fresh.push_back(each);
    fresh.erase(fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(mails_seen));
    mails_seen += fresh.size();
    if (fresh.empty()) return {};
    std::ofstream(site.path("mails")) << core::to_line(fresh);
    const os::Output read = core::value_or_throw(os::run_command(
        {.arguments = {"/usr/bin/python3", "-c", kReadMails, site.path("mails").string()}},
        core::Seconds(60)));
    INFO(read.errors);
    REQUIRE(read.exit.is_success());
    std::vector<core::Json> mails;
    for (const std::string_view line : core::split(read.output, '\n'))
      if (!line.empty()) mails.push_back(core::parse_json(line).value());
    return mails;
  }
  /// "ann@acme.example OK: it is well", by address.
  Lines told_by_mail() const {
    const std::string host = " (" + os::host_name() + ")";
    Lines lines;
    for (const core::Json& each : new_mails()) {
      std::string subject = core::text_at(each, "subject");
      if (subject.ends_with(host)) subject.resize(subject.size() - host.size());
      lines.push_back(each.at("recipients").at(0).get<std::string>() + " " + subject);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  std::vector<core::Json> new_requests() const {
    std::vector<core::Json> all = web.taken();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(requests_seen));
    requests_seen += all.size();
    return all;
  }
  bool is_signed(const core::Json& request, const std::string& secret = kWebhookSecret) const {
    std::ofstream(site.path("request")) << core::to_line(request);
    const os::Output output = core::value_or_throw(
        os::run_command({.arguments = {"/usr/bin/python3", "-c", kVerifyWebhook,
                                       site.path("request").string(), secret}},
                        core::Seconds(60)));
    INFO(output.errors);
    CHECK(output.errors.empty());
    return output.exit.is_success();
  }
  void let_pass(const std::string& time) const {
    auto connection = site.database().open_as_superuser();
    connection.run_script(
        "UPDATE trunkline.alert SET at = at - interval '" + time +
        "';"
        "UPDATE trunkline.alert_delivery SET next_try_at = next_try_at - interval '" +
        time + "', given_up_at = given_up_at - interval '" + time +
        "', delivered_at = delivered_at - interval '" + time +
        "';"
        "UPDATE trunkline.alert_state SET changed_at = changed_at - interval '" +
        time + "', warning_told_at = warning_told_at - interval '" + time +
        "', critical_told_at = critical_told_at - interval '" + time +
        "', emergency_told_at = emergency_told_at - interval '" + time + "'");
  }
  /// "critical disk", the worst first.
  Lines open(Words more = {}) const {
    Words words{"alert", "list", "--open"};
    words.insert(words.end(), more.begin(), more.end());
    Lines lines;
    for (const core::Json& each : listed(words))
      lines.push_back(core::text_at(each, "level") + " " + core::text_at(each, "key"));
    return lines;
  }
  /// Site::json() without the schema's word on it, which takes as long as ten alerts.
  std::vector<core::Json> listed(Words words = {"alert", "list"}) const {
    words.emplace_back("--json");
    const os::Output output = site.run("trunkline", words);
    INFO(output.errors);
    REQUIRE(output.exit.is_success());
    std::vector<core::Json> objects;
    for (const std::string_view line : core::split(output.output, '\n'))
      if (!line.empty()) objects.push_back(core::value_or_throw(core::parse_json(line)));
    return objects;
  }

  mutable std::string errors;  ///< what `sent` said beside it
};

}  // namespace trunkline::test
