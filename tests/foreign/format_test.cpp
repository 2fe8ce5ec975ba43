// SPDX-License-Identifier: MIT
// Every format reads its samples as they are meant, tells what it cannot take with its line, and
// never stops before the end: the contract of the table.
#include "foreign/format.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "cdr/zone.h"
#include "core/text.h"
#include "support/moment.h"

namespace trunkline::foreign {
namespace {

/// Gives a text in pieces, so that records are cut at every place once in a while.
Source source_of(std::string text, std::size_t piece) {
  return [text = std::move(text), piece, at = std::size_t{0}](std::span<char> space) mutable {
    const std::size_t size = std::min({piece, space.size(), text.size() - at});
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, space.begin());
    at += size;
    return size;
  };
}

struct Read {
  std::vector<Call> calls;
  std::vector<std::string> faults;  ///< "LINE: message"
};

Read read(std::string_view format, const std::string& text, Columns columns = {},
          const std::string& time_form = {}, std::size_t piece = 4096) {
  const auto reader = find_format(format).value()->open({.source = source_of(text, piece),
                                                         .name = "sample",
                                                         .columns = std::move(columns),
                                                         .time_form = time_form});
  Read all;
  while (auto call = reader->next()) {
    if (*call) {
      CHECK(check(**call));
      all.calls.push_back(std::move(**call));
    } else {
      all.faults.push_back(std::to_string(reader->line()) + ": " + call->error().message);
    }
  }
  CHECK_FALSE(reader->next());
  return all;
}

constexpr core::Milliseconds seconds(std::int64_t count) {
  return core::Seconds(count);
}

/// A format's sample, and what its first call is.
struct Sample {
  std::string format;
  std::string text;
  Columns columns = {};
  Call first;
  std::size_t calls = 1;
};

const std::string kMaster =
    R"("","101","+4930123456","internal","""Alice"" <101>","PJSIP/101-00000001","PJSIP/trunk-00000002","Dial","PJSIP/+4930123456@trunk,30","2026-11-21 08:00:00","2026-11-21 08:00:05","2026-11-21 08:01:05",65,60,"ANSWERED","DOCUMENTATION","1795248000.1","")"
    "\n"
    R"("","101","102","internal","""Alice"" <101>","PJSIP/101-00000003","PJSIP/102-00000004","Dial","PJSIP/102,30","2026-11-21 08:02:00",,"2026-11-21 08:02:30",30,0,"NO ANSWER","DOCUMENTATION","1795248120.3","")"
    "\n";

const std::string kCel =
    R"("CHAN_START","1795248000.100000","Alice","101","","","","102","internal","PJSIP/101-00000001","","","3","","1795248000.1","1795248000.1","","","","")"
    "\n"
    R"("CHAN_START","1795248000.200000","","102","","","","s","internal","PJSIP/102-00000002","","","3","","1795248000.2","1795248000.1","","","","")"
    "\n"
    R"x("ANSWER","1795248004.000000","","102","","","","102","internal","PJSIP/102-00000002","AppDial","(Outgoing Line)","3","","1795248000.2","1795248000.1","","","","")x"
    "\n"
    R"("ANSWER","1795248004.100000","Alice","101","101","","102","102","internal","PJSIP/101-00000001","Dial","PJSIP/102","3","","1795248000.1","1795248000.1","","","","")"
    "\n"
    R"("HANGUP","1795248016.000000","Alice","101","101","","102","102","internal","PJSIP/101-00000001","Dial","","3","","1795248000.1","1795248000.1","","","","{""hangupcause"":16,""hangupsource"":""PJSIP/101-00000001"",""dialstatus"":""ANSWER""}")"
    "\n"
    R"("CHAN_END","1795248016.100000","Alice","101","101","","102","102","internal","PJSIP/101-00000001","","","3","","1795248000.1","1795248000.1","","","","")"
    "\n"
    R"("LINKEDID_END","1795248016.100000","Alice","101","101","","102","102","internal","PJSIP/101-00000001","","","3","","1795248000.1","1795248000.1","","","","")"
    "\n";

const std::string kVariables =
    R"("uuid":"2bbe83f7-5111-4b5b-9626-c5154608d4ee","start_epoch":"1795248000","start_uepoch":"1795248000100000","answer_epoch":"1795248004","answer_uepoch":"1795248004100000","end_epoch":"1795248016","end_uepoch":"1795248016100000","duration":"16","billsec":"12","hangup_cause":"NORMAL_CLEARING","hangup_cause_q850":"16","caller_id_name":"Alice%20B.","call_direction":"outbound")";

const std::string kJson =
    R"({"core-uuid":"x","channel_data":{"state":"CS_REPORTING"},"variables":{)" + kVariables +
    R"(},"callflow":[{"caller_profile":{"caller_id_number":"101","destination_number":"004930123456"}}]})";

const std::string kXml =
    "<?xml version=\"1.0\"?>\n<cdr core-uuid=\"x\"><channel_data/><variables>"
    "<uuid>2bbe83f7-5111-4b5b-9626-c5154608d4ee</uuid><start_epoch>1795248000</start_epoch>"
    "<start_uepoch>1795248000100000</start_uepoch><answer_epoch>1795248004</answer_epoch>"
    "<answer_uepoch>1795248004100000</answer_uepoch><end_epoch>1795248016</end_epoch>"
    "<end_uepoch>1795248016100000</end_uepoch><hangup_cause>NORMAL_CLEARING</hangup_cause>"
    "<hangup_cause_q850>16</hangup_cause_q850><caller_id_name>Alice%20B.</caller_id_name>"
    "<call_direction>outbound</call_direction></variables><callflow><caller_profile>"
    "<caller_id_number>101</caller_id_number><destination_number>004930123456</destination_number>"
    "</caller_profile></callflow></cdr>\n";

Call freeswitch_first() {
  return {.key = "2bbe83f7-5111-4b5b-9626-c5154608d4ee",
          .caller_name = "Alice B.",
          .caller = "101",
          .dialled = "004930123456",
          .direction = "outbound",
          .disposition = "answered",
          .q850_cause = 16,
          .started_at = test::moment_of("2026-11-21T08:00:00.1Z"),
          .answered_at = test::moment_of("2026-11-21T08:00:04.1Z"),
          .ended_at = test::moment_of("2026-11-21T08:00:16.1Z"),
          .talk = seconds(12)};
}

Call twilio_first() {
  return {.key = "CA0000000000000000000000000000000a",
          .caller = "+15005550006",
          .dialled = "+4930123456",
          .direction = "outbound",
          .disposition = "answered",
          .started_at = test::moment_of("2026-11-21T08:00:00Z"),
          .answered_at = test::moment_of("2026-11-21T08:00:04Z"),
          .ended_at = test::moment_of("2026-11-21T08:00:16Z"),
          .talk = seconds(12)};
}

std::vector<Sample> samples() {
  return {
      {"asterisk-csv",
       kMaster,
       {},
       {.key = "1795248000.1",
        .caller_name = "Alice",
        .caller = "101",
        .dialled = "+4930123456",
        .direction = "outbound",
        .trunk = "trunk",
        .disposition = "answered",
        .started_at = test::moment_of("2026-11-21T08:00:00Z"),
        .answered_at = test::moment_of("2026-11-21T08:00:05Z"),
        .ended_at = test::moment_of("2026-11-21T08:01:05Z"),
        .talk = seconds(60)},
       2},
      {"asterisk-cel",
       kCel,
       {},
       {.key = "1795248000.1",
        .caller_name = "Alice",
        .caller = "101",
        .dialled = "102",
        .direction = "internal",
        .disposition = "answered",
        .q850_cause = 16,
        .started_at = test::moment_of("2026-11-21T08:00:00.1Z"),
        .answered_at = test::moment_of("2026-11-21T08:00:04.1Z"),
        .ended_at = test::moment_of("2026-11-21T08:00:16.1Z")}},
      {"freeswitch-csv",
       R"("Alice B.","101","004930123456","default","2026-11-21 08:00:00","2026-11-21 08:00:04","2026-11-21 08:00:16","16","12","NORMAL_CLEARING","2bbe83f7-5111-4b5b-9626-c5154608d4ee","","","PCMU","PCMU")"
       "\n",
       {},
       {.key = "2bbe83f7-5111-4b5b-9626-c5154608d4ee",
        .caller_name = "Alice B.",
        .caller = "101",
        .dialled = "004930123456",
        .disposition = "answered",
        .q850_cause = 16,
        .started_at = test::moment_of("2026-11-21T08:00:00Z"),
        .answered_at = test::moment_of("2026-11-21T08:00:04Z"),
        .ended_at = test::moment_of("2026-11-21T08:00:16Z"),
        .talk = seconds(12)}},
      {"freeswitch-json", kJson + "\n" + kJson, {}, freeswitch_first(), 2},
      {"freeswitch-xml", kXml + kXml, {}, freeswitch_first(), 2},
      {"twilio",
       R"({"page":0,"calls":[{"sid":"CA0000000000000000000000000000000a","from":"+15005550006","to":"+4930123456","status":"completed","start_time":"Sat, 21 Nov 2026 08:00:00 +0000","end_time":"Sat, 21 Nov 2026 08:00:16 +0000","duration":"12","direction":"outbound-api","price":"-0.0200","caller_name":null}]})",
       {},
       twilio_first()},
      {"twilio",
       R"([{"sid":"CA0000000000000000000000000000000a","from":"+15005550006","to":"+4930123456","status":"completed","startTime":"2026-11-21T08:00:00.000Z","endTime":"2026-11-21T08:00:16.000Z","duration":"12","direction":"outbound-dial"}])",
       {},
       twilio_first()},
      {"twilio",
       "Sid,From,To,Status,Start Time,End Time,Duration,Direction\n"
       "CA0000000000000000000000000000000a,+15005550006,+4930123456,completed,"
       "2026-11-21T08:00:00Z,2026-11-21T08:00:16Z,12,outbound-api\n",
       {},
       twilio_first()},
      {"csv",
       "calldate;src;dst;billsec\n2026-11-21 08:00:00;101;+4930123456;12\n",
       {{"started", "CallDate"}, {"caller", "src"}, {"called", "dst"}, {"talk", "billsec"}},
       {.caller = "101",
        .dialled = "+4930123456",
        .disposition = "answered",
        .started_at = test::moment_of("2026-11-21T08:00:00Z"),
        .answered_at = test::moment_of("2026-11-21T08:00:00Z"),
        .ended_at = test::moment_of("2026-11-21T08:00:12Z"),
        .talk = seconds(12)}},
      {"csv",
       "when,src,dst,line,ours,drive,way\n"
       "2026-11-21 08:00:00,030123,102,carrier, 030 999 ,spring,IN\n",
       {{"started", "when"},
        {"caller", "src"},
        {"called", "dst"},
        {"direction", "way"},
        {"trunk", "line"},
        {"did", "ours"},
        {"campaign", "drive"}},
       {.caller = "030123",
        .dialled = "102",
        .direction = "in",
        .trunk = "carrier",
        .did = "030 999",
        .campaign = "spring",
        .disposition = "missed",
        .started_at = test::moment_of("2026-11-21T08:00:00Z"),
        .ended_at = test::moment_of("2026-11-21T08:00:00Z")}},
      {"csv",
       "2026-11-21 08:00:00,101,102,17\n",
       {{"started", "#1"}, {"caller", "#2"}, {"called", "#3"}, {"cause", "#4"}},
       {.caller = "101",
        .dialled = "102",
        .disposition = "busy",
        .q850_cause = 17,
        .started_at = test::moment_of("2026-11-21T08:00:00Z"),
        .ended_at = test::moment_of("2026-11-21T08:00:00Z")}}};
}

void compare(const Call& found, const Call& wanted) {
  CHECK(found.key == wanted.key);
  CHECK(found.caller_name == wanted.caller_name);
  CHECK(found.caller == wanted.caller);
  CHECK(found.dialled == wanted.dialled);
  CHECK(found.direction == wanted.direction);
  CHECK(found.trunk == wanted.trunk);
  CHECK(found.did == wanted.did);
  CHECK(found.campaign == wanted.campaign);
  CHECK(found.disposition == wanted.disposition);
  CHECK(found.q850_cause == wanted.q850_cause);
  CHECK((found.started_at == wanted.started_at));
  CHECK((found.answered_at == wanted.answered_at));
  CHECK((found.ended_at == wanted.ended_at));
  if (wanted.talk) CHECK((found.talk == wanted.talk));
  CHECK_FALSE(found.identity.empty());
}

/// "inbound carrier +4930123456": direction, trunk and DID, "-" for what is not known.
std::string way_of(const Call& call) {
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
  return shown(call.direction) + " " + shown(call.trunk) + " " + shown(call.did);
}

}  // namespace

TEST_CASE("import: every format reads its sample, however the file comes in pieces", "[foreign]") {
  REQUIRE(cdr::use_zone("UTC"));
  std::vector<std::string> seen;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.format, sample.text);
    for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}, std::size_t{7}}) {
      const Read all = read(sample.format, sample.text, sample.columns, {}, piece);
      CHECK(all.faults.empty());
      REQUIRE(all.calls.size() == sample.calls);
      compare(all.calls[0], sample.first);
    }
    seen.push_back(sample.format);
  }
  for (const std::string& name : format_names()) {
    CAPTURE(name);
    CHECK(std::find(seen.begin(), seen.end(), name) != seen.end());
  }
}

TEST_CASE("import: an Asterisk's channels tell trunk and DID, of calls with the world only",
          "[foreign]") {
  REQUIRE(cdr::use_zone("UTC"));
  struct Case {
    std::string caller;
    std::string dialled;
    std::string channel;
    std::string to_channel;
    std::string way;
  };
  const std::vector<Case> cases{
      // In, to a number of ours or to an extension.
      {"+4915112345678", "+4930123456", "SIP/carrier-0000a1", "SIP/102-0000a2",
       "inbound carrier +4930123456"},
      {"015112345678", "102", "PJSIP/my-carrier-0000a1", "PJSIP/102-0000a2",
       "inbound my-carrier -"},
      {"015112345678", "030 123456", "DAHDI/i1/015112345678-a1", "SIP/102-0000a2",
       "inbound i1 030 123456"},
      // Out, whatever number the phone shows.
      {"101", "+4915112345678", "IAX2/101-1", "IAX2/carrier-2", "outbound carrier -"},
      {"+4930123456", "+4915112345678", "SIP/101-1", "DAHDI/g2/+4915112345678-2", "outbound g2 -"},
      {"101", "+4915112345678", "SIP/101-1", "DAHDI/3-1", "outbound - -"},
      {"101", "+4915112345678", "SIP/101-1", "", "outbound - -"},
      {"101", "+4915112345678", "SIP/101-1", "Local/015@out-0001;1", "outbound - -"},
      // Within the house, and who knows where.
      {"101", "102", "SIP/101-1", "SIP/102-2", "internal - -"},
      {"+4930123456", "102", "SIP/101-1", "SIP/102-2", "internal - -"},
      {"+4930123456", "+4930123457", "SIP/alice-1", "SIP/bob-2", "- - -"},
      {"anonymous", "s", "SIP/carrier-1", "SIP/102-2", "- - -"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.caller, one.dialled, one.channel, one.to_channel);
    const Read records = read(
        "asterisk-csv",
        "," + one.caller + "," + one.dialled + ",internal,," + one.channel + "," + one.to_channel +
            ",Dial,x,2026-11-21 08:00:00,,2026-11-21 08:00:09,9,0,NO ANSWER,3,1.1\n");
    REQUIRE(records.calls.size() == 1);
    CHECK(way_of(records.calls[0]) == one.way);

    const auto event = [&](const char* kind, const std::string& number, const std::string& exten,
                           const std::string& channel, const char* id) {
      return std::string(kind) + ",1795248000.1,," + number + ",,,," + exten + ",internal," +
             channel + ",,,3,," + id + ",1.1\n";
    };
    const Read events =
        read("asterisk-cel",
             event("CHAN_START", one.caller, one.dialled, one.channel, "1.1") +
                 (one.to_channel.empty() ? std::string()
                                         : event("CHAN_START", "", "s", one.to_channel, "1.2")) +
                 event("HANGUP", one.caller, one.dialled, one.channel, "1.1") +
                 event("LINKEDID_END", one.caller, one.dialled, one.channel, "1.1"));
    REQUIRE(events.calls.size() == 1);
    CHECK(way_of(events.calls[0]) == one.way);
  }
}

TEST_CASE("import: of several channels that an Asterisk tried the one that answered is the trunk",
          "[foreign]") {
  const auto event = [](const std::string& kind, const std::string& channel, const char* id) {
    const std::string number = channel.starts_with("SIP/101-") ? "101" : "+4915112345678";
    return kind + ",1795248000.1,," + number + ",,,,+4915112345678,internal," + channel + ",,,3,," +
           id + ",1.1\n";
  };
  const std::string begin = event("CHAN_START", "SIP/101-1", "1.1") +
                            event("CHAN_START", "SIP/first-2", "1.2") +
                            event("CHAN_START", "SIP/second-3", "1.3");
  const std::string end =
      event("HANGUP", "SIP/101-1", "1.1") + event("LINKEDID_END", "SIP/101-1", "1.1");
  CHECK(way_of(read("asterisk-cel", begin + end).calls.at(0)) == "outbound - -");
  const std::string answer = event("ANSWER", "SIP/second-3", "1.3");
  CHECK(way_of(read("asterisk-cel", begin + answer + end).calls.at(0)) == "outbound second -");
}

TEST_CASE("import: a FreeSWITCH's gateway is the trunk, and what the call came with the DID",
          "[foreign]") {
  struct Case {
    std::string variables;
    std::string caller;
    std::string first;   ///< what was called when the call came
    std::string newest;  ///< and after the dialplan
    std::string way;
  };
  const std::string inbound = "call_direction=inbound ";
  const std::vector<Case> cases{
      {inbound + "sip_gateway=carrier", "015112345678", "030123456", "102",
       "inbound carrier 030123456"},
      {inbound, "015112345678", "102", "102", "inbound - -"},
      {"sip_gateway=carrier", "015112345678", "030123456", "030123456",
       "inbound carrier 030123456"},
      // It came from somewhere, and went on by a gateway.
      {inbound + "last_app=bridge last_arg=sofia/gateway/carrier/0151", "0151123456", "030123456",
       "102", "inbound - 030123456"},
      {"last_app=bridge last_arg=[a=b]sofia/gateway/carrier/0151", "101", "015112345678",
       "015112345678", "- carrier -"},
      {"last_app=bridge last_arg=sofia/gateway/a/0151|sofia/gateway/b/0151", "101", "015112345678",
       "015112345678", "- - -"},
      {"last_app=playback last_arg=sofia/gateway/carrier/0151", "101", "015112345678",
       "015112345678", "- - -"},
      {"sip_gateway_name=carrier", "101", "015112345678", "015112345678", "outbound carrier -"},
      {"call_direction=local last_app=bridge last_arg=sofia/gateway/a/0151", "101", "102", "102",
       "internal - -"},
      {"last_app=bridge last_arg=user/102", "101", "102", "102", "- - -"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.variables, one.caller, one.first, one.newest);
    std::string json;
    std::string xml;
    for (const std::string_view piece : core::split(one.variables, ' ')) {
      if (piece.empty()) continue;
      const std::string name(piece.substr(0, piece.find('=')));
      const std::string value(piece.substr(name.size() + 1));
      json += ",\"" + name + "\":\"" + value + "\"";
      xml += "<" + name + ">" + value + "</" + name + ">";
    }
    const auto in_json = [&](const std::string& number) {
      return R"({"caller_profile":{"caller_id_number":")" + one.caller +
             R"(","destination_number":")" + number + "\"}}";
    };
    const auto in_xml = [&](const std::string& number) {
      return "<callflow><caller_profile><caller_id_number>" + one.caller +
             "</caller_id_number><destination_number>" + number +
             "</destination_number></caller_profile></callflow>";
    };
    const Read first =
        read("freeswitch-json", R"({"variables":{"uuid":"x","start_epoch":"1795248000",)"
                                R"("end_epoch":"1795248016")" +
                                    json + R"(},"callflow":[)" + in_json(one.newest) + "," +
                                    in_json(one.first) + "]}");
    REQUIRE(first.calls.size() == 1);
    CHECK(way_of(first.calls[0]) == one.way);
    const Read second =
        read("freeswitch-xml",
             "<cdr><variables><uuid>x</uuid><start_epoch>1795248000</start_epoch>"
             "<end_epoch>1795248016</end_epoch>" +
                 xml + "</variables>" + in_xml(one.newest) + in_xml(one.first) + "</cdr>");
    REQUIRE(second.calls.size() == 1);
    CHECK(way_of(second.calls[0]) == one.way);
  }
}

TEST_CASE("import: Twilio says the trunk by its SID, and which number is the account's",
          "[foreign]") {
  const auto way = [](const std::string& more) {
    return way_of(read("twilio", R"([{"sid":"CA1","from":"+15005550006","to":"+4930123456",)"
                                 R"("status":"no-answer","startTime":"2026-11-21T08:00:00Z",)" +
                                     more + "}]")
                      .calls.at(0));
  };
  CHECK(way(R"("direction":"inbound","trunkSid":"TK1")") == "inbound TK1 +4930123456");
  CHECK(way(R"("direction":"outbound-api","phoneNumberSid":"PN1")") == "outbound - +15005550006");
  CHECK(way(R"("direction":"outbound-dial","phoneNumberSid":"")") == "outbound - -");
  CHECK(way(R"("direction":"inbound","to":"client:alice123456789")") == "inbound - -");
}

TEST_CASE("import: what is cut or broken is told with its line, and the rest is read",
          "[foreign]") {
  REQUIRE(cdr::use_zone("UTC"));
  const auto faults = [](std::string_view format, const std::string& text, Columns columns = {}) {
    return read(format, text, std::move(columns)).faults;
  };
  using Faults = std::vector<std::string>;
  CHECK(faults("asterisk-csv", "a,b\n" + kMaster) ==
        Faults{"1: a record of Master.csv has 16 fields or more"});
  CHECK(faults("asterisk-cel", kCel.substr(0, kCel.find("\"HANGUP"))) ==
        Faults{"1: it has not ended in this file"});
  CHECK(faults("asterisk-cel", kCel.substr(kCel.find("\"ANSWER"))) ==
        Faults{"1: its beginning is in another file"});
  CHECK(faults("freeswitch-json", kJson + "\n" + kJson.substr(0, 40) + "\n") ==
        Faults{"2: it is no whole record, or none at all"});
  CHECK(faults("freeswitch-json", "{}" + kJson) == Faults{"1: it has no variables"});
  CHECK(faults("freeswitch-json", "nothing").size() == 1);
  CHECK(faults("freeswitch-xml", kXml.substr(0, 60) + "\n" + kXml) ==
        Faults{"1: it is no whole record, or none at all"});
  CHECK(faults("freeswitch-xml", "<cdr></cdr>" + kXml) == Faults{"1: it has no variables"});
  CHECK(faults("twilio", R"({"calls":[{"sid":"CA1","status":"in-progress"}, 7]})") ==
        Faults{"1: the call has not ended: 'in-progress'", "1: it is no object"});
  const Columns columns{{"started", "when"}, {"called", "dst"}};
  CHECK(faults("csv", "when,dst\nyesterday,102\n2026-11-21 08:00,102\n", columns) ==
        Faults{"2: cannot read time 'yesterday'"});
}

TEST_CASE("import: a map's column that is not there is no matter of a record", "[foreign]") {
  const auto reader = find_format("csv").value()->open(
      {.source = source_of("when,dst\n1,2\n", 99), .name = "x", .columns = {{"started", "wehn"}}});
  const auto answer = reader->next();
  REQUIRE(answer);
  CHECK(answer->error().code == core::ExitCode::usage);
  CHECK(answer->error().message == "cannot find the column 'wehn' for started");
  CHECK(answer->error().hint == "did you mean 'when'?");
}

TEST_CASE("import: an unknown format is answered with the nearest", "[foreign]") {
  CHECK(find_format("asterisk-csw").error().hint == "did you mean asterisk-csv?");
  CHECK(find_format("excel").error().code == core::ExitCode::usage);
}

}  // namespace trunkline::foreign
