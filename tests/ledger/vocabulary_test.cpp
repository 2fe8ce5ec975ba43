// SPDX-License-Identifier: MIT
// The examples of schemas/journal are what the ledger takes: each becomes the row it says.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "core/json.h"
#include "ledger/batch.h"
#include "support/database.h"

namespace trunkline::ledger {
namespace {

core::Json schema_of(const std::string& name) {
  std::ifstream file(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/journal/" + name +
                     ".schema.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return core::value_or_throw(core::parse_json(text));
}

const std::map<std::string, std::string> kKinds{{"call.v1", "call.ended"},
                                                {"registration.v1", "registration.bound"},
                                                {"challenge.v1", "challenge.counted"},
                                                {"ban.v1", "ban.banned"},
                                                {"media.v1", "media.ended"},
                                                {"recording.v1", "recording.finished"},
                                                {"access.v1", "recording.accessed"}};

}  // namespace

TEST_CASE("every form of the vocabulary is known to this test", "[ledger]") {
  const std::string folder = std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/journal";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".schema.json")) continue;
    CAPTURE(name);
    CHECK(kKinds.contains(name.substr(0, name.find(".schema.json"))));
  }
}

TEST_CASE("the vocabulary's examples are taken by the ledger", "[ledger]") {
  const test::Database database;
  db::Connection shipper = database.open("trunkline_recorderd");
  db::Connection reader = database.open();
  const core::NodeId node = core::NodeId::make(core::from_microseconds(1'000'000));
  std::vector<journal::StoredEntry> entries;
  journal::ChainHash previous = journal::first_link(node);
  for (const auto& [schema, kind] : kKinds) {
    const core::Json form = schema_of(schema);
    for (const core::Json& example : form.at("examples")) {
      const auto id = [&](const char* key) {
        return core::Uuid::parse(core::text_at(example, key)).value_or(core::Uuid{});
      };
      const journal::Entry entry{.kind = kind,
                                 .tenant = core::TenantId(id("tenant")),
                                 .call = core::CallRef(id("call")),
                                 .body = core::to_line(example),
                                 .at = core::from_microseconds(1'763'712'000'000'000)};
      const journal::Sequence number(entries.size() + 1);
      previous = journal::next_link(previous, number, entry);
      entries.push_back({number, entry, previous});
    }
  }
  CHECK(ship(shipper, node, "test", entries).rejected == 0);
  static constexpr db::Statement kCounts{
      "SELECT (SELECT count(*) FROM trunkline.ledger_rejected) AS rejected,"
      "       (SELECT string_agg(error, '; ') FROM trunkline.ledger_rejected) AS errors,"
      "       (SELECT count(*) FROM trunkline.cdr) AS calls,"
      "       (SELECT count(*) FROM trunkline.registration) AS registrations,"
      "       (SELECT count(*) FROM trunkline.ban) AS bans,"
      "       (SELECT count(*) FROM trunkline.media_account) AS media,"
      "       (SELECT count(*) FROM trunkline.recording) AS recordings,"
      "       (SELECT count(*) FROM trunkline.audit_log) AS accesses"};
  const db::Rows rows = reader.query(kCounts);
  const db::Row row = rows.only();
  CHECK(row.get<std::optional<std::string>>("errors").value_or("") == "");
  CHECK(row.get<int>("rejected") == 0);
  for (const char* table : {"calls", "registrations", "bans", "media", "recordings", "accesses"}) {
    CAPTURE(table);
    CHECK(row.get<int>(table) == 1);
  }
}

}  // namespace trunkline::ledger
