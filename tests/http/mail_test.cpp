// SPDX-License-Identifier: MIT
#include "http/mail.h"

#include <catch2/catch.hpp>

#include "core/text.h"
#include "http/mail_text.h"
#include "support/moment.h"

namespace trunkline::http {
namespace {

Mail mail() {
  return {.from = {"trunkline@pbx.example", "trunkline"},
          .to = {{"alice@example.org", "Alice \"Al\" Example"}, {"bob@example.org"}},
          .subject = "Speicher 85 % voll",
          .text = "One.\nTwo = 2.\n",
          .date = test::moment_of("2026-11-30T08:00:00Z"),
          .message_id = "<1@pbx.example>"};
}

}  // namespace

TEST_CASE("mail: a message is exactly this text", "[http]") {
  Mail sent = mail();
  sent.headers = {{"Auto-Submitted", "auto-generated"}};
  CHECK(compose(sent, "b") ==
        "Date: Mon, 30 Nov 2026 08:00:00 +0000\r\n"
        "From: trunkline <trunkline@pbx.example>\r\n"
        "To: \"Alice \\\"Al\\\" Example\" <alice@example.org>,\r\n"
        " bob@example.org\r\n"
        "Subject: Speicher 85 % voll\r\n"
        "Message-ID: <1@pbx.example>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "One.\r\n"
        "Two =3D 2.\r\n");
}

TEST_CASE("mail: HTML is an alternative, and files are attached beside both", "[http]") {
  Mail sent = mail();
  sent.text = "plain";
  sent.html = "<p>rich</p>";
  sent.attachments = {{"r\xc3\xa9port 1.csv", "text/csv", "a,b\n"}};
  const std::string message = compose(sent, "b");
  CHECK(message.substr(message.find("MIME-Version")) ==
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n"
        "\r\n"
        "--b\r\n"
        "Content-Type: multipart/alternative; boundary=\"b-words\"\r\n"
        "\r\n"
        "--b-words\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "plain\r\n"
        "\r\n"
        "--b-words\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<p>rich</p>\r\n"
        "\r\n"
        "--b-words--\r\n"
        "\r\n"
        "--b\r\n"
        "Content-Type: text/csv\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=\"r__port_1.csv\"\r\n"
        "\r\n"
        "YSxiCg==\r\n"
        "\r\n"
        "--b--\r\n");
}

TEST_CASE("mail: no value of a header ends it", "[http]") {
  Mail sent = mail();
  sent.subject = "x\r\nBcc: eve@example.org";
  sent.from.name = "y\r\n\r\nbody";
  sent.message_id = "<1@h>\nX-Evil: 1";
  sent.headers = {{"X-Odd\r\nX-Evil", "1"}, {"X-Fine", "a\r\nX-Evil: 2"}};
  const std::string message = compose(sent, "b");
  CHECK(message.find("Subject: x  Bcc: eve@example.org\r\n") != std::string::npos);
  CHECK(message.find("From: y    body <") != std::string::npos);
  CHECK(message.find("\nX-Evil") == std::string::npos);
  CHECK(message.find("\nBcc") == std::string::npos);
}

TEST_CASE("mail: addresses are read, and what could end a command is none", "[http]") {
  struct Row {
    std::string_view text;
    MailAddress expected;
  };
  static const std::vector<Row> kRows{
      {"alice@example.org", {"alice@example.org", ""}},
      {" <alice@example.org> ", {"alice@example.org", ""}},
      {"Alice Example <alice@example.org>", {"alice@example.org", "Alice Example"}},
      {"\"Example, Alice\" <a.b+c@example.org>", {"a.b+c@example.org", "Example, Alice"}}};
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    CHECK(parse_mail_address(row.text) == row.expected);
  }
  for (const std::string_view wrong :
       {"", "alice", "@example.org", "alice@", "a b@example.org", "a@b>c@d",
        "a@example.org\r\nDATA", "a@ex\xc3\xa4mple.org", "a@b,c@d", "<a@b", "Alice <>"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_mail_address(wrong));
  }
  CHECK(parse_mail_address("al\nice").error() ==
        core::Fault{core::ExitCode::data, "cannot read mail address 'al\\x0aice'",
                    "write it as alice@example.org or Alice Example <alice@example.org>"});
}

TEST_CASE("mail: text of headers is plain where it can be, else encoded words", "[http]") {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::vector<Row> rows{
      {"plain", "plain"},
      {"gr\xc3\xbc\xc3\x9f", "=?UTF-8?B?Z3LDvMOf?="},
      // What looks like an encoded word would be decoded.
      {"=?UTF-8?B?eA==?=", "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?="},
      {" led by a space", "=?UTF-8?B?IGxlZCBieSBhIHNwYWNl?="},
      // 46 bytes of two each: the cut falls between characters.
      {std::string("a") + std::string(44, 'b') + "\xc3\xbc",
       "=?UTF-8?B?YWJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi?=\r\n "
       "=?UTF-8?B?w7w=?="},
      {std::string(44, 'b') + "\xc3\xbc",
       "=?UTF-8?B?YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=?=\r\n "
       "=?UTF-8?B?w7w=?="},
      {"\xff", "=?UTF-8?B?XHhmZg==?="},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(header_text("Subject", row.text) == row.expected);
  }
  const std::string shown = header_text("Subject", std::string(200, 'x'));
  for (const auto line : core::split(shown, '\n')) CHECK(line.size() <= 78);
}

TEST_CASE("mail: lines of text travel as they were", "[http]") {
  CHECK(quoted_printable("") == "");
  CHECK(quoted_printable("a\rb\r\nc\nd") == "a\r\nb\r\nc\r\nd\r\n");
  CHECK(quoted_printable("end \nof\t\n") == "end=20\r\nof=09\r\n");
  CHECK(quoted_printable("gr\xc3\xbc\xc3\x9f") == "gr=C3=BC=C3=9F\r\n");
  CHECK(quoted_printable(std::string(100, 'x')) ==
        std::string(75, 'x') + "=\r\n" + std::string(25, 'x') + "\r\n");
  CHECK(base64_lines(core::as_bytes(std::string(60, '\0'))) ==
        std::string(76, 'A') + "\r\nAAAA\r\n");
}

TEST_CASE("mail: dates are those of RFC 5322", "[http]") {
  CHECK(header_date(test::moment_of("2024-02-29T23:59:59.999999Z")) ==
        "Thu, 29 Feb 2024 23:59:59 +0000");
  CHECK(header_date(test::moment_of("1969-12-31T23:59:59.5Z")) ==
        "Wed, 31 Dec 1969 23:59:59 +0000");
}

}  // namespace trunkline::http
