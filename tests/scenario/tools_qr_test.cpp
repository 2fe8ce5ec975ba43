// SPDX-License-Identifier: MIT

// QR codes of devices, read back by another program as a phone would.

#include <catch2/catch.hpp>

#include "qr/code.h"
#include "scenario/tools_site.h"
#include "support/qr_reader.h"
#include "support/terminal.h"

namespace trunkline {
namespace {

using test::Drawn;
using test::Words;

std::vector<std::string> drawn_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : core::split(text, '\n'))
    if (line.find("\xE2\x96") != std::string_view::npos) lines.emplace_back(line);
  return lines;
}

std::string account(const std::string& password, const std::string& server = {}) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><AccountConfig version=\"1\"><Account>"
         "<RegisterServer>pbx.acme.example</RegisterServer>" +
         (server.empty() ? "" : "<OutboundServer>" + server + "</OutboundServer>") +
         "<UserID>alice</UserID><AuthID>alice</AuthID>" +
         (password.empty() ? "" : "<AuthPass>" + password + "</AuthPass>") +
         "<AccountName>alice</AccountName><DisplayName>Alice &#38; &#196;nn &#8364; "
         "&#128222;</DisplayName>"
         "</Account></AccountConfig>";
}

TEST_CASE("what is drawn is read by another program, in blocks and in colours", "[scenario]") {
  for (const std::string& text :
       {std::string("sip:alice@pbx.example"), std::string("x"), std::string("0123456789"),
        std::string("<a b=\"c &amp; d\">'</a>"), std::string(400, 'y')}) {
    const qr::Code code = qr::Code::of(text).value();
    CHECK(test::read_qr(qr::draw(code, qr::Ink::blocks), Drawn::light) == text);
    CHECK(test::read_qr(qr::draw(code, qr::Ink::colors), Drawn::dark) == text);
  }
}

TEST_CASE("a device's code sets up a phone, with a password only where one is at hand",
          "[scenario]") {
  const test::Site site;
  (void)site.json("trunkline", {"init", "--tenant", "acme", "--domain", "pbx.acme.example"});
  const auto added = site.json(
      "sipctl", {"device", "add", "alice", "--display-name", "Alice & \u00C4nn \u20AC \U0001F4DE"});
  const std::string password = core::text_at(added.at(0), "password");
  const auto code = [&](Words words) {
    words.insert(words.begin(), {"device", "qr", "alice"});
    const os::Output output = site.run("sipctl", words);
    INFO(output.errors);
    REQUIRE(output.exit.is_success());
    return test::read_qr(drawn_lines(output.output), Drawn::light);
  };

  CHECK(code({}) == account(""));
  CHECK(code({"--format", "address"}) == "sip:alice@pbx.acme.example");
  CHECK(code({"--server", "192.0.2.1:5070"}) == account("", "192.0.2.1:5070"));

  std::ofstream(site.path("password")) << password << '\n';
  std::filesystem::permissions(site.path("password"), std::filesystem::perms::owner_read);
  CHECK(code({"--password-file", site.path("password").string()}) == account(password));
  const os::Output piped = core::value_or_throw(os::run_command(
      {.arguments = site.command("sipctl", {"device", "qr", "alice", "--password-file", "-"}),
       .input = os::Stream::file(site.path("password"))},
      core::Seconds(30)));
  CHECK(test::read_qr(drawn_lines(piped.output), Drawn::light) == account(password));

  // Another password: the one in the code, and no longer the old one.
  const auto renewed = site.json("sipctl", {"device", "qr", "alice", "--new-password"}).at(0);
  CHECK(core::bool_at(renewed, "has_password", false));
  const std::string content = core::text_at(renewed, "content");
  const auto begin = content.find("<AuthPass>") + 10;
  const std::string made = content.substr(begin, content.find("</AuthPass>") - begin);
  CHECK(made.size() == password.size());
  CHECK(made != password);
  CHECK(content == account(made));

  // On a terminal of 80 columns it fits, dark on light whatever the theme.
  test::Terminal terminal(site.command("sipctl", {"device", "qr", "alice", "--new-password"}));
  CHECK(terminal.finish() == 0);
  const std::string shown = test::read_qr(drawn_lines(terminal.shown()), Drawn::dark);
  CHECK(shown.find("<AuthPass>") != std::string::npos);
  CHECK(shown.find(made) == std::string::npos);

  CHECK(
      site.refusal("sipctl", {"device", "qr", "alice", "--format", "address", "--new-password"}) ==
      "sipctl: an address has no password in it\n"
      "hint: leave the password away, or use --format grandstream\n");
  CHECK(site.refusal("sipctl", {"device", "qr", "nobody"}) ==
        "sipctl: cannot find device 'nobody'\nhint: list them: sipctl device list --tenant acme\n");
}

}  // namespace
}  // namespace trunkline
