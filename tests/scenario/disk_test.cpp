// SPDX-License-Identifier: MIT

// Full disks and bad key rings: calls go on, and what could not be kept says why.

#include "os/atomic_file.h"
#include "os/socket.h"
#include "scenario/two_phones.h"
#include "support/tmpfs.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("disk: a call outlives its recording when the disk fills", "[scenario]") {
  const Tmpfs disk(core::ByteCount{8UL << 20U});
  Exchange exchange({.recordings = disk.path() / "recordings"});
  TwoPhones phones(exchange);
  phones.call();
  const auto id = core::text_at(wait_for_recording(exchange, "recording"), "recording");
  disk.fill();
  const auto failed = wait_for_recording(exchange, "failed");
  CHECK(core::text_at(failed, "recording") == id);
  CHECK(has(core::text_at(failed, "reason"), "no space left on device"));
  CHECK(has(core::text_at(failed, "reason"), "hint: make room on that disk"));
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  phones.hang_up();
  // A whole call on the full disk, and one when there is room again.
  phones.whole_call();
  CHECK(has(core::text_at(wait_for_recording(exchange, "failed"), "reason"), "no space left"));
  disk.make_room();
  phones.whole_call(Seconds(1));
  const auto whole = wait_for_recording(exchange, "complete");
  CHECK(read_channel(played(exchange, core::text_at(whole, "recording"))).heard_for(kCallerTone) >=
        Milliseconds(500));

  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 3);
  for (const auto& call : calls) CHECK(core::text_at(call, "disposition") == "answered");
  CHECK(exchange.tool_json("cdrctl", {"recording", "show", id}).at(0).at("status") == "failed");
  check_ledger_is_complete(exchange);
}

/// Puts the text where the ring is, or nothing, and lets recorderd read it.
void replace_ring(Exchange& exchange, const std::optional<std::string>& text) {
  const auto ring = exchange.directory() / "keys/recording.keyring";
  if (text) {
    core::value_or_throw(os::write_atomically(ring, core::as_bytes(*text), 0600));
  } else {
    std::filesystem::remove(ring);
  }
  REQUIRE(exchange.recorderd().stop().is_success());
  exchange.start_recorderd();
}

TEST_CASE("disk: without a random key nothing is recorded, and the way to one is told",
          "[scenario]") {
  struct Row {
    const char* what;
    std::optional<std::string> ring;
    const char* reason;
  };
  const std::vector<Row> rows = {
      {"no key ring", std::nullopt, "recording.keyring"},
      {"a published key",
       "trunkline-keyring 1\nkey k1 2026-11-21T08:00:00Z "
       "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4\ncurrent k1\n",
       "an example, not a random key"},
      {"zeros",
       "trunkline-keyring 1\nkey k1 2026-11-21T08:00:00Z " + std::string(64, '0') +
           "\ncurrent k1\n",
       "an example, not a random key"},
  };
  Exchange exchange;
  TwoPhones phones(exchange);
  const auto good = text_of(exchange.directory() / "keys/recording.keyring");
  for (const auto& row : rows) {
    replace_ring(exchange, row.ring);
    phones.whole_call();
    const auto failed = wait_for_recording(exchange, "failed");
    INFO(row.what << ": " << core::to_line(failed));
    CHECK_FALSE(failed.contains("path"));
    CHECK(has(core::text_at(failed, "reason"), "trunkline init"));
    const auto keys = exchange.ask_recorderd("status").at(0).at("keys");
    CHECK_FALSE(keys.at("has_ring").get<bool>());
    CHECK(has(core::text_at(keys, "error"), row.reason));
    CHECK(has(exchange.recorderd().log(), "nothing can be recorded without a key ring"));
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(exchange.recordings())) {
    CHECK(file.path().extension() != ".enc");
  }
  replace_ring(exchange, good);
  phones.whole_call();
  wait_for_recording(exchange, "complete");
  CHECK(ledger_calls(exchange).size() == rows.size() + 1);
}

/// The status of what sipd says first to an INVITE without credentials.
std::string first_status(const Exchange& exchange) {
  const auto server = os::Address::parse(exchange.sip_address()).value();
  const auto socket = core::value_or_throw(os::bind_udp(os::Address::parse("127.0.0.1:0").value()));
  const auto own = os::local_address(socket.get()).text();
  static int number = 0;
  const auto id = std::to_string(++number);
  const std::string invite = "INVITE sip:102@exchange.test SIP/2.0\r\nVia: SIP/2.0/UDP " + own +
                             ";branch=z9hG4bKdisk" + id +
                             "\r\nFrom: <sip:alice@exchange.test>;tag=d" + id +
                             "\r\nTo: <sip:102@exchange.test>\r\nCall-ID: disk" + id +
                             "\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@" + own +
                             ">\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
  if (!os::send_to(socket.get(), core::as_bytes(invite), server)) return "not sent";
  std::array<std::byte, 4096> buffer{};
  std::string status;
  const bool is_answered = wait_until([&] {
    const auto answer = os::receive_from(socket.get(), buffer);
    if (!answer) return false;
    const std::string_view line = core::as_text(core::ByteView(buffer).first(12));
    if (line.starts_with("SIP/2.0 1")) return false;
    status = line.substr(8, 3);
    return true;
  });
  return is_answered ? status : "no answer";
}

TEST_CASE("disk: with the journal's disk full new calls get 503, and the live one goes on",
          "[scenario]") {
  const Tmpfs disk(core::ByteCount{16UL << 20U});
  Exchange exchange({.settings = {{"sip.state_dir", "\"" + disk.path().string() + "/sipd\""}}});
  TwoPhones phones(exchange);
  phones.call();
  CHECK(first_status(exchange) == "401");
  disk.fill();
  // What the journal's file still has room for is used up by attempts: each is an entry.
  const auto is_shed = [&] {
    if (first_status(exchange) == "503") return true;
    (void)phones.called().command("uareg");
    return false;
  };
  REQUIRE(wait_until(is_shed, Seconds(60)));
  CHECK_FALSE(exchange.ask_sipd("status").at(0).at("journal").at("is_healthy").get<bool>());
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  phones.talk(Milliseconds(500));
  // Its end is kept until there is room.
  phones.hang_up();
  disk.make_room();
  REQUIRE(wait_until([&] { return first_status(exchange) == "401"; }, kWait));
  phones.whole_call();

  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() >= 2);
  std::size_t answered = 0;
  for (const auto& call : calls) answered += core::text_at(call, "disposition") == "answered";
  CHECK(answered == 2);
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
