// SPDX-License-Identifier: MIT
#include "alert/watch.h"

#include <catch2/catch.hpp>

#include "alert/store.h"
#include "support/database.h"
#include "support/ledger_rows.h"

namespace trunkline::alert {
namespace {

struct Site {
  test::Database database;
  db::Connection connection = database.open();
  test::LedgerRows rows{database};
  core::TenantId tenant = core::TenantId::make(core::from_microseconds(1));
  // Entries come in by the server's clock.
  core::Time now = core::system_clock().wall() + core::Seconds(1);

  core::CallRef recorded(const std::string& status) {
    const auto call = core::CallRef::make(now);
    rows.add(status == "failed" ? "recording.failed" : "recording.finished", tenant, call,
             {{"schema", "recording.v1"},
              {"recording", core::RecordingId::make(now).text()},
              {"status", status},
              {"reason", status == "complete" ? "" : "disk full"},
              {"started_at", core::to_rfc3339(now)}});
    return call;
  }
  const News& of(const std::vector<News>& all, const std::string& mark) const {
    for (const News& news : all)
      if (news.mark == mark) return news;
    throw std::runtime_error("no news of " + mark);
  }
};

}  // namespace

TEST_CASE("watch: a recording that is not complete is told, a complete one not", "[alert]") {
  Site site;
  (void)site.recorded("complete");
  CHECK(site.of(look_for_news(site.connection, site.now), "recordings").alerts.empty());
  const auto call = site.recorded("failed");
  const auto all = look_for_news(site.connection, site.now);
  const News& news = site.of(all, "recordings");
  REQUIRE(news.alerts.size() == 1);
  CHECK(news.alerts[0].nature == Nature::incident);
  CHECK(news.alerts[0].level == Level::critical);
  CHECK(news.alerts[0].text.find(call.text()) != std::string::npos);
  CHECK(news.alerts[0].text.find("failed, disk full") != std::string::npos);

  set_watch_mark(site.connection, "recordings", site.now + std::chrono::hours(1));
  CHECK(site.of(look_for_news(site.connection, site.now + std::chrono::hours(2)), "recordings")
            .alerts.empty());
}

TEST_CASE("watch: many at once are one alert", "[alert]") {
  Site site;
  for (int i = 0; i < 6; ++i) (void)site.recorded("truncated");
  const auto all = look_for_news(site.connection, site.now);
  const News& news = site.of(all, "recordings");
  REQUIRE(news.alerts.size() == 1);
  CHECK(news.alerts[0].key == "recordings");
  CHECK(news.alerts[0].subject == "6 recordings are not complete");
}

TEST_CASE("watch: a call that was to be recorded and has no recording", "[alert]") {
  Site site;
  const auto call = core::CallRef::make(site.now);
  const auto ended = site.now - std::chrono::minutes(1);
  const auto body = [&](const std::string& mode) {
    return core::Json{{"schema", "call.v1"},
                      {"direction", "internal"},
                      {"caller", {{"name", "alice"}}},
                      {"called", {{"dialled", "102"}}},
                      {"state", "ended"},
                      {"disposition", "answered"},
                      {"started_at", core::to_rfc3339(ended - std::chrono::minutes(2))},
                      {"answered_at", core::to_rfc3339(ended - std::chrono::minutes(1))},
                      {"ended_at", core::to_rfc3339(ended)},
                      {"talk_ms", 60'000},
                      {"recording_mode", mode}};
  };
  site.rows.add("call.ended", site.tenant, core::CallRef::make(site.now), body("off"));
  CHECK(site.of(look_for_news(site.connection, site.now), "recordings").alerts.empty());
  site.rows.add("call.ended", site.tenant, call, body("always"));
  const auto all = look_for_news(site.connection, site.now);
  const News& news = site.of(all, "recordings");
  REQUIRE(news.alerts.size() == 1);
  CHECK(news.alerts[0].key == "call " + call.text());
}

TEST_CASE("watch: entries the ledger refused", "[alert]") {
  Site site;
  CHECK(site.of(look_for_news(site.connection, site.now), "ledger_rejected").alerts.empty());
  auto owner = site.database.open_as_superuser();
  static constexpr db::Statement kRefuse{
      "INSERT INTO trunkline.ledger_rejected (node_id, seq, at, kind, tenant_id, call, body, hash,"
      "  sqlstate, error) VALUES (gen_random_uuid(), 1, now(), 'call.ended', gen_random_uuid(),"
      "  gen_random_uuid(), 'x', 'x', '22000', 'no such schema')"};
  (void)owner.query(kRefuse);
  const auto all = look_for_news(site.connection, site.now);
  const News& news = site.of(all, "ledger_rejected");
  REQUIRE(news.alerts.size() == 1);
  CHECK(news.alerts[0].subject == "the ledger refused 1 entry");
  CHECK(news.alerts[0].text.find("call.ended: no such schema") != std::string::npos);
}

}  // namespace trunkline::alert
