// SPDX-License-Identifier: MIT

// Alerts as a sysadmin gets them by the tools: in three forms, by level and person, held back, and
// refused where they cannot be alerts.

#include <set>

#include "scenario/alerting_site.h"

namespace trunkline::test {
namespace {

TEST_CASE("an alert reaches mail, Gotify and a webhook, each in its own form", "[scenario]") {
  const AlertSite alerts;
  alerts.set("mail.to", "ann@acme.example,Bob B <bob@acme.example>");
  alerts.set("alert.gotify", "http://" + alerts.web.address() + "/gotify");
  alerts.set("alert.webhooks", "http://" + alerts.web.address() + "/hook?token=t0psecret");
  CHECK(alerts.sent({"alert", "send", "disk /srv", "the disk is <nearly> v\xc3\xb6ll", "--level",
                     "critical", "--text", "-"},
                    "a & b\n  /srv   97 %\nsieh nach: <b>jetzt</b>\n") ==
        "told 1, delivered 4, exit 0");
  CHECK(alerts.errors.empty());

  const std::string headline =
      "CRITICAL: the disk is <nearly> v\xc3\xb6ll (" + os::host_name() + ")";
  const auto mails = alerts.new_mails();
  REQUIRE(mails.size() == 2);
  std::set<std::string> recipients;
  for (const core::Json& mail : mails) {
    REQUIRE(mail.at("recipients").size() == 1);
    const std::string recipient = mail.at("recipients")[0];
    recipients.insert(recipient);
    // Nobody sees who else is told.
    CHECK(core::text_at(mail, "to") ==
          (recipient == "bob@acme.example" ? "Bob B <bob@acme.example>" : recipient));
    CHECK(core::text_at(mail, "subject") == headline);
    CHECK(core::text_at(mail, "importance") == "high");
    CHECK(core::text_at(mail, "auto") == "auto-generated");
    CHECK(core::text_at(mail, "from").find("<pbx@acme.example>") != std::string::npos);
    CHECK(core::text_at(mail, "plain") == "a & b\n  /srv   97 %\nsieh nach: <b>jetzt</b>\n");
    CHECK(core::text_at(mail, "type") == "multipart/alternative");
    const std::string html = core::text_at(mail, "html");
    CHECK(html.find("<h1 class=\"critical\">CRITICAL: the disk is &lt;nearly&gt; v\xc3\xb6ll (") !=
          std::string::npos);
    // Lines stay lines.
    CHECK(html.find("<pre>a &amp; b\n  /srv   97 %\nsieh nach: &lt;b&gt;jetzt&lt;/b&gt;</pre>") !=
          std::string::npos);
  }
  CHECK(recipients == std::set<std::string>{"ann@acme.example", "bob@acme.example"});

  auto requests = alerts.new_requests();
  REQUIRE(requests.size() == 2);
  std::sort(requests.begin(), requests.end(), [](const core::Json& a, const core::Json& b) {
    return core::text_at(a, "path") < core::text_at(b, "path");
  });
  const core::Json& pushed = requests[0];
  CHECK(core::text_at(pushed, "path") == "/gotify/message");
  CHECK(core::text_at(pushed.at("headers"), "X-Gotify-Key") == "gotify-t0ken");
  CHECK(core::parse_json(core::text_at(pushed, "body")).value() ==
        core::Json{{"title", headline},
                   {"message", "a & b\n  /srv   97 %\nsieh nach: <b>jetzt</b>\n"},
                   {"priority", 8}});
  core::Json hook = requests[1];
  CHECK(core::text_at(hook, "path") == "/hook?token=t0psecret");
  CHECK(alerts.is_signed(hook));
  CHECK_FALSE(alerts.is_signed(hook, "whsec_bm90IHRoZSBzZWNyZXQ="));
  const core::Json event = core::parse_json(core::text_at(hook, "body")).value();
  CHECK(core::text_at(event, "type") == "alert.raised");
  CHECK(core::text_at(event, "timestamp") == core::text_at(event.at("data"), "at"));
  CHECK(core::text_at(hook.at("headers"), "webhook-id") ==
        "msg_" + core::text_at(event.at("data"), "id"));
  hook["body"] = core::text_at(hook, "body") + " ";
  CHECK_FALSE(alerts.is_signed(hook));

  // What the list says of it is what the receiver got, and how many got it.
  const auto listed = alerts.site.json("trunkline", {"alert", "list"});
  REQUIRE(listed.size() == 1);
  for (const char* key : {"schema", "id", "key", "level", "subject", "text", "host", "at"})
    CHECK(core::text_at(listed[0], key) == core::text_at(event.at("data"), key));
  CHECK(core::number_at(listed[0], "delivered") == 4);
  const auto open = alerts.site.json("trunkline", {"alert", "list", "--open"});
  REQUIRE(open.size() == 1);
  CHECK(core::text_at(open[0], "key") == "disk /srv");
  CHECK(core::text_at(open[0], "level") == "critical");

  CHECK(alerts.send("disk /srv", "normal") == "told 1, delivered 4, exit 0");
  CHECK(alerts.open().empty());
  const auto ends = alerts.new_mails();
  REQUIRE(ends.size() == 2);
  CHECK(core::text_at(ends[0], "subject") == "OK: disk /srv is normal (" + os::host_name() + ")");
  CHECK(core::text_at(ends[0], "importance") == "normal");
  for (const core::Json& request : alerts.new_requests()) {
    const core::Json body = core::parse_json(core::text_at(request, "body")).value();
    if (body.contains("priority"))
      CHECK(core::number_at(body, "priority") == 3);
    else
      CHECK(core::text_at(body, "type") == "alert.ended");
  }

  // The test goes past all that holds back, every time, and leaves nothing behind.
  CHECK(alerts.sent({"alert", "test"}) == "told 1, delivered 4, exit 0");
  CHECK(alerts.sent({"alert", "test"}) == "told 1, delivered 4, exit 0");
  CHECK(alerts.told_by_mail().size() == 4);
  CHECK(alerts.new_requests().size() == 4);
  CHECK(alerts.listed().size() == 2);

  // A receiver that was busy gets the same alert again, signed anew; no secret is shown.
  alerts.set("alert.gotify", "");
  alerts.set("mail.to", "");
  alerts.set("alert.webhooks", "http://" + alerts.web.address() + "/fails/1/503/t0psecret");
  CHECK(alerts.send("raid", "warning") == "told 1, waiting 1, exit 0");
  CHECK(alerts.errors.find(" answered 503: tried again later") != std::string::npos);
  CHECK(alerts.errors.find("t0psecret") == std::string::npos);
  alerts.let_pass("20 seconds");
  CHECK(alerts.sent({"alert", "flush"}) == "exit 0");
  alerts.let_pass("41 seconds");
  CHECK(alerts.sent({"alert", "flush"}) == "delivered 1, exit 0");
  const auto tries = alerts.new_requests();
  REQUIRE(tries.size() == 2);
  CHECK(tries[0].at("headers").at("webhook-id") == tries[1].at("headers").at("webhook-id"));

  CHECK(alerts.is_signed(tries[0]));
  CHECK(alerts.is_signed(tries[1]));
}

TEST_CASE("people hear from their own level on, and of the end of what they heard", "[scenario]") {
  const AlertSite alerts;
  // Passwords take their time to be hashed; none is needed here.
  auto connection = alerts.site.database().open();
  connection.run_script(
      "INSERT INTO trunkline.tenant (id, name, domain, is_default) VALUES"
      " (gen_random_uuid(), 'acme', 'acme.example', true);"
      "INSERT INTO trunkline.person (id, tenant_id, name, password_hash, mail, alerts)"
      " SELECT gen_random_uuid(), t.id, p.name, '$2x', p.name || '@acme.example', p.alerts"
      "   FROM trunkline.tenant t, (VALUES ('cid', 'emergency'), ('dan', 'warning'),"
      "        ('eve', 'normal')) AS p (name, alerts);"
      "INSERT INTO trunkline.person (id, tenant_id, name, password_hash)"
      " SELECT gen_random_uuid(), id, 'ann', '$2x' FROM trunkline.tenant;"
      "INSERT INTO trunkline.person_role (person_id, tenant_id, role)"
      " SELECT id, tenant_id, 'agent' FROM trunkline.person");
  const auto change = [&](const std::string& name, const Words& words) {
    Words all{"user", "set", name};
    all.insert(all.end(), words.begin(), words.end());
    const os::Output output = alerts.site.run("trunkline", all);
    INFO(output.errors);
    REQUIRE(output.exit.is_success());
  };
  change("dan", {"--disable"});
  change("ann", {"--mail", "Ann@acme.example", "--alerts", "critical"});

  CHECK(alerts.send("disk", "warning") == "told 1, delivered 2, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"eve@acme.example WARNING: disk is warning",
                                       "ops@acme.example WARNING: disk is warning"});
  CHECK(alerts.send("disk", "critical") == "told 1, delivered 3, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"ann@acme.example CRITICAL: disk is critical",
                                       "eve@acme.example CRITICAL: disk is critical",
                                       "ops@acme.example CRITICAL: disk is critical"});
  // By the way of a lower level that is not told again today: ann heard of the beginning.
  CHECK(alerts.send("disk", "warning") == "held_back 1, exit 0");
  CHECK(alerts.send("disk", "normal") == "told 1, delivered 3, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"ann@acme.example OK: disk is normal",
                                       "eve@acme.example OK: disk is normal",
                                       "ops@acme.example OK: disk is normal"});
  // Of what never was so bad she hears neither the beginning nor the end.
  CHECK(alerts.send("disk", "warning") == "told 1, delivered 2, exit 0");
  CHECK(alerts.send("disk", "normal") == "told 1, delivered 2, exit 0");
  CHECK(alerts.told_by_mail().size() == 4);

  change("dan", {"--enable"});
  change("ann", {"--alerts", "none"});
  // Who is in mail.to, too, is told once.
  alerts.set("mail.to", "ops@acme.example,Cid <CID@acme.example>");
  CHECK(alerts.send("fire", "emergency") == "told 1, delivered 4, exit 0");
  Lines addresses;
  for (const std::string& line : alerts.told_by_mail())
    addresses.push_back(core::to_lower(line.substr(0, line.find(' '))));
  std::sort(addresses.begin(), addresses.end());
  CHECK(addresses ==
        Lines{"cid@acme.example", "dan@acme.example", "eve@acme.example", "ops@acme.example"});
}

TEST_CASE("a level is told once a day, a rise at once, and an incident has no end", "[scenario]") {
  const AlertSite alerts;
  const std::string told = "told 1, delivered 1, exit 0";
  const std::string held_back = "held_back 1, exit 0";
  CHECK(alerts.send("disk", "normal") == held_back);
  CHECK(alerts.send("disk", "warning") == told);
  CHECK(alerts.send("disk", "warning") == held_back);
  CHECK(alerts.send("disk", "critical") == told);
  CHECK(alerts.send("disk", "critical") == held_back);
  CHECK(alerts.send("disk", "emergency") == told);
  CHECK(alerts.open() == Lines{"emergency disk"});
  alerts.let_pass("23 hours 59 minutes");
  CHECK(alerts.send("disk", "emergency") == held_back);
  alerts.let_pass("2 minutes");
  CHECK(alerts.send("disk", "emergency") == told);
  // Lower, and told a day ago.
  CHECK(alerts.send("disk", "warning") == told);
  CHECK(alerts.send("disk", "critical") == told);
  CHECK(alerts.send("disk", "warning") == held_back);
  CHECK(alerts.open() == Lines{"warning disk"});
  CHECK(alerts.send("disk", "normal") == told);
  CHECK(alerts.send("disk", "normal") == held_back);
  CHECK(alerts.send("disk", "warning") == told);
  CHECK(alerts.told_by_mail().size() == 8);

  CHECK(alerts.send("fan", "warning", {"--repeat-after", "2h"}) == told);
  alerts.let_pass("119 minutes");
  CHECK(alerts.send("fan", "warning", {"--repeat-after", "2h"}) == held_back);
  alerts.let_pass("2 minutes");
  CHECK(alerts.send("fan", "warning", {"--repeat-after", "2h"}) == told);

  CHECK(alerts.send("crash", "critical", {"--incident"}) == told);
  CHECK(alerts.send("crash", "critical", {"--incident"}) == held_back);
  CHECK(alerts.send("crash", "warning", {"--incident"}) == held_back);
  CHECK(alerts.send("crash", "normal") == held_back);
  CHECK(alerts.open() == Lines{"warning disk", "warning fan"});
  const auto since = alerts.listed({"alert", "list", "--since", "1h"});
  REQUIRE(since.size() == 2);
  CHECK(core::text_at(since[0], "key") == "crash");
  CHECK(core::text_at(since[1], "key") == "fan");
  CHECK(alerts.listed({"alert", "list", "--limit", "3"}).size() == 3);
  CHECK(alerts.listed({"alert", "list", "--limit", "0"}).size() == 11);

  // What was told more than 400 days ago goes, and with it what holds nothing back any more.
  alerts.let_pass("401 days");
  CHECK(alerts.sent({"alert", "flush"}) == "exit 0");
  CHECK(alerts.listed().empty());
  CHECK(alerts.open() == Lines{"warning disk", "warning fan"});
}

TEST_CASE("what cannot be an alert is refused in a line, and what can be told is", "[scenario]") {
  const AlertSite alerts;
  struct Row {
    Words words;
    int code;
    std::string errors;
  };
  const std::string bad_key =
      "trunkline: cannot alert: KEY is one line of 1 to 200 letters, SUBJECT some\n";
  const std::string see_send = "hint: see trunkline alert send --help\n";
  for (const Row& row : std::vector<Row>{
           {{"alert", "send", "disk", "full", "--level", "loud"},
            64,
            "trunkline: --level cannot be 'loud'\n"
            "hint: one of: normal, warning, critical, emergency\n"},
           {{"alert", "send", "disk"},
            64,
            "trunkline: SUBJECT is missing: what is wrong, in a line\n" + see_send},
           {{"alert", "send", "disk", "full", "--repeat-after", "soon"},
            64,
            "trunkline: --repeat-after must be a duration, not 'soon'\n"
            "hint: write a number and a unit: 250ms, 30s, 5m, 2h, 7d\n"},
           {{"alert", "send", "", "full"}, 64, bad_key},
           {{"alert", "send", "disk", ""}, 64, bad_key},
           {{"alert", "send", std::string(201, 'k'), "full"}, 64, bad_key},
           {{"alert", "send", "disk\n/srv", "full"}, 64, bad_key},
           {{"alert", "send", "caf\xe9", "full"}, 64, bad_key},
           {{"alert", "take"},
            65,
            "trunkline: cannot read line 1: it is no finding.v1\n"
            "hint: trunkline doctor --json | trunkline alert take\n"},
           {{"alert", "list", "--since", "tomorow"},
            64,
            "trunkline: cannot read time 'tomorow'\n"
            "hint: try: today, yesterday, 2h, 2026-11-21, \"2026-11-21 08:00\"\n"},
           {{"config", "set", "alert.webhooks", "pbx"},
            64,
            "trunkline: alert.webhooks must be a list, each item a web address such as "
            "https://pbx.example.org, not 'pbx'\nhint: the default is empty\n"},
           {{"config", "set", "mail.to", "ann"},
            64,
            "trunkline: mail.to must be a list, each item a mail address such as "
            "alice@example.org, not 'ann'\nhint: the default is empty\n"}}) {
    const os::Output output = alerts.run_with_input(row.words, "{\"schema\":\"metric.v1\"}\n");
    CHECK(output.exit.code == row.code);
    CHECK(output.output.empty());
    CHECK(output.errors == row.errors);
  }
  CHECK(alerts.listed().empty());
  CHECK(alerts.told_by_mail().empty());

  // As long as may be, in letters; and bytes that no mail program and no database reads.
  std::string letters;
  for (int i = 0; i < 200; ++i) letters += "\xc3\xbc";
  CHECK(alerts.sent({"alert", "send", letters, letters + letters + "a" + letters}) ==
        "told 1, delivered 1, exit 0");
  CHECK(alerts.errors.empty());
  CHECK(alerts.sent({"alert", "send", "log", "caf\xe9\r\nBcc: eve@acme.example", "--text", "-"},
                    std::string("cut \xc3\n\x1b[2Jred\tx\r\nnul \0 it\n", 26)) ==
        "told 1, delivered 1, exit 0");
  CHECK(alerts.errors.empty());
  const auto mails = alerts.new_mails();
  REQUIRE(mails.size() == 2);
  const std::string host = " (" + os::host_name() + ")";
  CHECK(core::text_at(mails[0], "subject") ==
        "WARNING: " + letters + letters + "a" + letters.substr(0, 198) + host);
  CHECK(core::text_at(mails[1], "subject") ==
        "WARNING: caf\\xe9\\x0d\\x0aBcc: eve@acme.example" + host);
  CHECK(mails[1].at("recipients").size() == 1);
  CHECK(core::text_at(mails[1], "plain") == "cut \\xc3\n\\x1b[2Jred\tx\nnul \\x00 it\n");
  const auto listed = alerts.listed();
  REQUIRE(listed.size() == 2);
  CHECK(core::text_at(listed[0], "text") == core::text_at(mails[1], "plain"));

  // A channel whose secret is not there does not keep it from the others.
  std::filesystem::remove(alerts.site.path("webhook-secret"));
  alerts.set("alert.webhooks", "http://" + alerts.web.address() + "/hook");
  CHECK(alerts.send("disk", "warning") == "told 1, delivered 1, given_up 1, exit 3");
  CHECK(alerts.errors == "warning: cannot read secret " +
                             alerts.site.path("webhook-secret").string() +
                             ": no such file or directory: given up\n");
  CHECK(alerts.sent({"alert", "test"}) == "told 1, delivered 1, given_up 1, exit 3");
  alerts.write_secret("webhook-secret", "whsec_no base64");
  CHECK(alerts.send("raid", "warning") == "told 1, delivered 1, given_up 1, exit 3");
  CHECK(alerts.errors.find("what follows whsec_ in its secret is no Base64: given up") !=
        std::string::npos);
  alerts.write_secret("webhook-secret", kWebhookSecret);
  std::filesystem::permissions(alerts.site.path("webhook-secret"), std::filesystem::perms(0644));
  CHECK(alerts.send("fan", "warning") == "told 1, delivered 1, given_up 1, exit 3");
  CHECK(alerts.errors.find("hint: chmod 600 ") != std::string::npos);
  CHECK(alerts.new_requests().empty());
  (void)alerts.told_by_mail();

  // No channel at all: that is said, and whoever is named later hears of what still lasts.
  alerts.set("alert.webhooks", "");
  alerts.set("mail.to", "");
  const std::string nobody = "told 1, exit 78";
  CHECK(alerts.send("quiet", "critical") == nobody);
  CHECK(alerts.errors ==
        "warning: nobody is told: no channel is configured\n"
        "hint: trunkline config set mail.to ADDRESS\n");
  CHECK(alerts.send("quiet", "critical") == "held_back 1, exit 0");
  CHECK(alerts.sent({"alert", "test"}) == nobody);
  alerts.set("mail.to", "ann@acme.example");
  CHECK(alerts.send("quiet", "critical") == "told 1, delivered 1, exit 0");
  CHECK(alerts.send("quiet", "critical") == "held_back 1, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"ann@acme.example CRITICAL: quiet is critical"});
}

}  // namespace
}  // namespace trunkline::test
