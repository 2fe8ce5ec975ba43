// SPDX-License-Identifier: MIT
#include "http/postmark_api.h"

#include <catch2/catch.hpp>

#include "http/shown_fault.h"

namespace trunkline::http {
namespace {

Mail report_mail() {
  return {.from = {"pbx@example.org", "Exchange"},
          .to = {{"alice@example.org", "Alice"}, {"bob@example.org", ""}},
          .subject = "Gr\xc3\xbc\xc3\x9f",
          .text = "..dots\n.\nend",
          .html = "<p>end</p>",
          .headers = {{"Auto-Submitted", "auto-generated"}},
          .date = core::parse_rfc3339("2026-11-30T08:00:00Z").value(),
          .message_id = "<1@example.org>"};
}

}  // namespace

TEST_CASE("postmark: a mail becomes one item for one recipient", "[http]") {
  Mail mail = report_mail();
  CHECK(core::to_line(to_postmark(mail, mail.to[0], "outbound")) ==
        R"({"From":"\"Exchange\" <pbx@example.org>","To":"\"Alice\" <alice@example.org>",)"
        "\"Subject\":\"Gr\xc3\xbc\xc3\x9f\","
        R"("TextBody":"..dots\n.\nend","HtmlBody":"<p>end</p>","Headers":[)"
        R"({"Name":"Message-ID","Value":"<1@example.org>"},{"Name":"X-PM-KeepID","Value":"true"},)"
        R"({"Name":"Auto-Submitted","Value":"auto-generated"}],)"
        R"("TrackOpens":false,"TrackLinks":"None","MessageStream":"outbound"})");

  mail.html.clear();
  mail.message_id.clear();
  mail.headers.clear();
  mail.attachments = {{"a/b.csv", "text/csv; charset=utf-8", std::string("a,b\0", 4)}};
  CHECK(core::to_line(to_postmark(mail, mail.to[1], "")) ==
        R"({"From":"\"Exchange\" <pbx@example.org>","To":"bob@example.org",)"
        "\"Subject\":\"Gr\xc3\xbc\xc3\x9f\","
        R"("TextBody":"..dots\n.\nend","Headers":[],"TrackOpens":false,"TrackLinks":"None",)"
        R"("Attachments":[{"Name":"a_b.csv","Content":"YSxiAA==",)"
        R"("ContentType":"text/csv; charset=utf-8"}]})");
}

TEST_CASE("postmark: what a mail holds cannot become a header or another recipient", "[http]") {
  Mail mail = report_mail();
  mail.from.name = "a\" <eve@example.org>, \"b\\";
  mail.subject = "one\r\nBcc: eve@example.org";
  mail.headers = {{"X-Note", "a\r\nBcc: eve@example.org"}, {"Bcc:", "eve@example.org"}, {"", "x"}};
  const core::Json json = to_postmark(mail, mail.to[1], "outbound");
  CHECK(core::text_at(json, "From") == R"("a\" <eve@example.org>, \"b\\" <pbx@example.org>)");
  CHECK(core::text_at(json, "Subject") == "one  Bcc: eve@example.org");
  REQUIRE(json.at("Headers").size() == 3);
  CHECK(core::text_at(json.at("Headers")[2], "Value") == "a  Bcc: eve@example.org");
}

TEST_CASE("postmark: a mail that says nothing says its subject", "[http]") {
  Mail mail = report_mail();
  mail.text.clear();
  CHECK_FALSE(to_postmark(mail, mail.to[0], "outbound").contains("TextBody"));
  mail.html.clear();
  CHECK(core::text_at(to_postmark(mail, mail.to[0], "outbound"), "TextBody") == mail.subject);
}

TEST_CASE("postmark: every answer is judged", "[http]") {
  using core::ExitCode;
  struct Row {
    int status;
    std::string body;
    ExitCode code;  ///< done: delivered
    std::string message;
    std::string hint;
  };
  const std::string token =
      "mail.password_file must hold the token of a Postmark server: its page API Tokens";
  const std::string sender =
      "confirm the sender or its domain in Postmark (Sender Signatures), or trunkline config set "
      "mail.from ADDRESS";
  const std::string account = "see what is wrong with the account: https://account.postmarkapp.com";
  const std::string suppressed =
      "it bounced or complained before; reactivate it in Postmark: the stream's Suppressions";
  const std::string url = "is mail.postmark_url right?";
  const auto item = [](int code, const std::string& message) {
    return core::to_line(core::Json{{{"ErrorCode", code}, {"Message", message}}});
  };
  const auto whole = [](int code, const std::string& message) {
    return core::to_line(core::Json{{"ErrorCode", code}, {"Message", message}});
  };
  const std::vector<Row> rows{
      {200,
       R"([{"To":"a@b.c","SubmittedAt":"2026-11-30T08:00:00Z","MessageID":"x","ErrorCode":0,)"
       R"("Message":"OK"}])",
       ExitCode::done, "", ""},
      {200, item(10, "bad"), ExitCode::no_permission, "Postmark said 10: bad", token},
      {200, item(100, "Maintenance"), ExitCode::try_again, "Postmark said 100: Maintenance", ""},
      {200, item(300, "Invalid 'To'"), ExitCode::no_permission, "Postmark said 300: Invalid 'To'",
       ""},
      {200, item(400, "no"), ExitCode::no_permission, "Postmark said 400: no", sender},
      {200, item(401, "no"), ExitCode::no_permission, "Postmark said 401: no", sender},
      {200, item(405, "credits"), ExitCode::no_permission, "Postmark said 405: credits", account},
      {200, item(406, "inactive"), ExitCode::no_permission, "Postmark said 406: inactive",
       suppressed},
      {200, item(412, ""), ExitCode::no_permission, "Postmark said 412", account},
      {200, item(413, ""), ExitCode::no_permission, "Postmark said 413", account},
      {200, item(429, "slow"), ExitCode::try_again, "Postmark said 429: slow", ""},
      {200, R"([{"ErrorCode":18446744073709551615}])", ExitCode::no_permission, "Postmark said -1",
       ""},
      // Nobody is told of a delivery that was not said to be one.
      {200, R"([{"Message":"OK"}])", ExitCode::protocol,
       "its answer is not Postmark's: a mail without an ErrorCode", url},
      {200, R"([{"ErrorCode":0.4}])", ExitCode::protocol,
       "its answer is not Postmark's: a mail without an ErrorCode", url},
      {200, R"([{"ErrorCode":"0"}])", ExitCode::protocol,
       "its answer is not Postmark's: a mail without an ErrorCode", url},
      {200, "[0]", ExitCode::protocol, "its answer is not Postmark's: a mail without an ErrorCode",
       url},
      {200, R"([{"ErrorCode":0},{"ErrorCode":0}])", ExitCode::protocol,
       "its answer is not Postmark's: 2 results for 1 mails", url},
      {200, "[]", ExitCode::protocol, "its answer is not Postmark's: 0 results for 1 mails", url},
      {200, R"({"ErrorCode":0,"Message":"OK"})", ExitCode::protocol,
       "its answer is not Postmark's: no list of results", url},
      {200, "<html>log in to this network</html>", ExitCode::protocol,
       "its answer is not Postmark's: text is not JSON", url},
      {200, "", ExitCode::protocol, "its answer is not Postmark's: text is not JSON", url},
      {200, std::string(100, '['), ExitCode::protocol,
       "its answer is not Postmark's: JSON is nested deeper than 64", url},
      // The request as a whole.
      {401, whole(10, "No Server Token"), ExitCode::no_permission,
       "Postmark said 10: No Server Token", token},
      {401, "", ExitCode::no_permission, "it answered HTTP 401", token},
      {422, whole(300, "Invalid"), ExitCode::no_permission, "Postmark said 300: Invalid", ""},
      {422, whole(400, "no"), ExitCode::no_permission, "Postmark said 400: no", sender},
      {422, whole(406, "inactive"), ExitCode::no_permission, "Postmark said 406: inactive",
       suppressed},
      {422, whole(100, "later"), ExitCode::try_again, "Postmark said 100: later", ""},
      {422, "[]", ExitCode::no_permission, "it answered HTTP 422", ""},
      {413, "", ExitCode::no_permission, "it answered HTTP 413", ""},
      {404, "", ExitCode::no_permission, "it answered HTTP 404", url},
      {302, "", ExitCode::no_permission, "it answered HTTP 302", url},
      {408, "", ExitCode::try_again, "it answered HTTP 408", ""},
      {429, whole(429, "too fast"), ExitCode::try_again, "Postmark said 429: too fast", ""},
      {500, item(0, "OK"), ExitCode::try_again, "it answered HTTP 500", ""},
      {500, whole(0, "OK"), ExitCode::try_again, "it answered HTTP 500", ""},
      {503, whole(405, "no"), ExitCode::try_again, "Postmark said 405: no", account},
      {502, "<html>", ExitCode::try_again, "it answered HTTP 502", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status, row.body);
    const auto judged = judge_postmark(row.status, row.body, 1);
    REQUIRE(judged.size() == 1);
    CHECK(judged[0].has_value() == (row.code == ExitCode::done));
    if (!judged[0]) CHECK(shown(judged[0].error()) == shown({row.code, row.message, row.hint}));
  }
}

TEST_CASE("postmark: each mail of a batch has its own result", "[http]") {
  const std::string body =
      R"([{"ErrorCode":0},{"ErrorCode":406,"Message":"inactive"},{"ErrorCode":0},{}])";
  const auto judged = judge_postmark(200, body, 4);
  REQUIRE(judged.size() == 4);
  CHECK(judged[0]);
  CHECK(judged[1].error().code == core::ExitCode::no_permission);
  CHECK(judged[2]);
  CHECK(judged[3].error().code == core::ExitCode::protocol);
  const auto failed = judge_postmark(503, body, 3);
  REQUIRE(failed.size() == 3);
  for (const auto& one : failed) CHECK(one.error().code == core::ExitCode::try_again);
  CHECK(judge_postmark(200, "[]", 0).empty());
}

TEST_CASE("postmark: what it says is one short line", "[http]") {
  const auto reason = [](const std::string& message) {
    const core::Json item{{"ErrorCode", 300}, {"Message", message}};
    return judge_postmark(200, core::to_line(core::Json::array({item})), 1)[0].error().message;
  };
  CHECK(reason(" one.\r\ntwo\x1b[2J. ") == "Postmark said 300: one.  two [2J");
  CHECK(reason(std::string(400, 'x')) == "Postmark said 300: " + std::string(300, 'x') + "...");
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xbc";
  CHECK(reason("x" + umlauts) == "Postmark said 300: x" + umlauts.substr(0, 298) + "...");
}

}  // namespace trunkline::http
