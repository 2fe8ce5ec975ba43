// SPDX-License-Identifier: MIT
// `trunkline import env`: every name of the systems people come from is known, what it becomes is
// in force afterwards, and no secret is printed.
#include <sys/stat.h>

#include "config/dotenv_names.h"
#include "os/atomic_file.h"
#include "scenario/tools_site.h"

namespace trunkline {
namespace {

using Steps = std::map<std::string, core::Json>;

constexpr std::string_view kKey =
    "9c1f0a7be24d5836f1e09b7ac8d2435610fe7d9b3c6a82514e7f20d1b9a8c365";

class Importing {
 public:
  explicit Importing(const std::string& settings = "") { std::ofstream(config()) << settings; }
  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }
  std::string config() const { return path("trunkline.toml").string(); }
  std::string read(const std::string& name) const {
    return core::value_or_throw(os::read_text_file(path(name), core::ByteCount{1'000'000}));
  }

  os::Output run(const std::string& content, std::vector<std::string> more = {}) const {
    const std::string file = path("env").string();
    std::ofstream(file) << content;
    ::chmod(file.c_str(), 0600);
    std::vector<std::string> command{
        std::string(TRUNKLINE_BIN_DIR) + "/trunkline", "--config", config(), "import", "env", file};
    command.insert(command.end(), more.begin(), more.end());
    return core::value_or_throw(os::run_command({.arguments = command}, core::Seconds(30)));
  }
  Steps steps(const std::string& content, std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    const os::Output output = run(content, more);
    Steps steps;
    for (const std::string_view line : core::split(output.output, '\n')) {
      if (line.empty()) continue;
      core::Json step = core::value_or_throw(core::parse_json(line));
      const std::string name = core::text_at(step, "name");
      steps.emplace(name, std::move(step));
    }
    return steps;
  }
  std::string setting(const std::string& key) const {
    const os::Output shown = core::value_or_throw(
        os::run_command({.arguments = {std::string(TRUNKLINE_BIN_DIR) + "/trunkline", "--config",
                                       config(), "config", "show", key}},
                        core::Seconds(30)));
    return shown.output;
  }

 private:
  test::TemporaryDirectory directory_;
};

std::string state(const Steps& steps, const std::string& name) {
  const auto found = steps.find(name);
  return found == steps.end() ? "absent" : core::text_at(found->second, "state");
}

}  // namespace

TEST_CASE("every name of the compatibility table is known to import env", "[scenario]") {
  const auto names = core::split(
      "DATABASE_URL PORT JWT_SECRET APP_URL REGISTRATION_ENABLED SIP_TRUNK_HOST SIP_TRUNK_PORT "
      "SIP_USERNAME SIP_PASSWORD SIP_CALLER_ID SIP_TRANSPORT SIP_CODEC TELNYX_API_KEY "
      "TELNYX_CONNECTION_ID TELNYX_CALLER_ID WEBHOOK_URL ANTHROPIC_API_KEY SMTP_HOST SMTP_PORT "
      "SMTP_USERNAME SMTP_PASSWORD SMTP_FROM_EMAIL SMTP_FROM_NAME RECORDINGS_PATH MAX_STORAGE_GB "
      "DEFAULT_RETENTION_DAYS ENCRYPTION_KEY STORAGE_ALERT_THRESHOLD BACKUP_DIR FRONTEND_URL "
      "VITE_API_URL ICE_SERVERS NODE_ENV WS_PORT AMI_HOST AMI_PORT AMI_USERNAME AMI_SECRET "
      "ELEVENLABS_WEBHOOK_SECRET SUITECRM_URL SUITECRM_CLIENT_ID SUITECRM_CLIENT_SECRET "
      "SUITECRM_USERNAME SUITECRM_PASSWORD API_KEY ALLOWED_ORIGINS LOG_LEVEL LOG_DIR "
      "GOSIP_DATA_DIR GOSIP_HTTP_PORT GOSIP_SIP_PORT external-ip",
      ' ');
  for (const std::string_view name : names) {
    INFO(name);
    const config::DotenvName* const row = config::find_dotenv_name(name);
    REQUIRE(row != nullptr);
    const bool needs_reason =
        row->fate == config::Fate::waiting || row->fate == config::Fate::needless;
    CHECK(row->why.empty() != needs_reason);
    CHECK((row->fate == config::Fate::setting) == (row->convert != nullptr));
  }
}

TEST_CASE("import env places what has a place, tells the rest, and a second time changes nothing",
          "[scenario]") {
  const Importing site;
  const std::string content =
      "# our old system\nexport LOG_LEVEL=warn\nDATABASE_URL=\"postgres://app:k2Rw9%3AmmQ7@db/voip"
      "?schema=public\"\nRECORDINGS_PATH=./recordings\nBACKUP_DIR=./backups/"
      "\nGOSIP_SIP_PORT=5070\nPORT=3000\n"
      "JWT_SECRET=abc#def-Xy9\nREGISTRATION_ENABLED=true\nexternal-ip=192.0.2.7 # public\n"
      "TRUNKLINE_SIP_MAX_CALLS=7\nSMTP_HOTS=mail\nport-min=20000\nport-max=30000\n";
  const Steps planned = site.steps(content, {"--dry-run"});
  CHECK(site.setting("log.level") == "log.level\tinfo\n");
  CHECK_FALSE(std::filesystem::exists(site.path("trunkline.d")));

  const os::Output done = site.run(content);
  CHECK(done.exit.text() == "exit code 3");
  CHECK(done.errors == "3 of 13 names were not imported: keep " + site.path("env").string() + "\n");
  for (const std::string_view secret : {"k2Rw9", "mmQ7", "abc#def"}) {
    CHECK(done.output.find(secret) == std::string::npos);
    CHECK(done.errors.find(secret) == std::string::npos);
  }
  CHECK(site.setting("log.level") == "log.level\twarning\n");
  CHECK(site.setting("sip.listen") ==
        "sip.listen\tudp:0.0.0.0:5070,tcp:0.0.0.0:5070,udp:[::]:5070,tcp:[::]:5070\n");
  CHECK(site.setting("sip.max_calls") == "sip.max_calls\t7\n");
  CHECK(site.setting("media.rtp_min") == "media.rtp_min\t20000\n");
  CHECK(site.setting("media.advertised_address") == "media.advertised_address\t192.0.2.7\n");
  CHECK(site.setting("recording.path") ==
        "recording.path\t" + site.path("recordings").string() + "\n");
  CHECK(site.setting("backup.target") == "backup.target\t" + site.path("backups").string() + "\n");
  CHECK(site.setting("db.url") == "db.url\tpostgresql://app@db/voip?passfile=" +
                                      site.path("credentials/database.pgpass").string() + "\n");
  CHECK(site.read("credentials/database.pgpass") == "db:5432:voip:app:k2Rw9\\:mmQ7\n");
  struct stat status {};
  REQUIRE(::stat(site.path("credentials/database.pgpass").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);

  const std::string written = site.read("trunkline.d/50-set.toml");
  const Steps again = site.steps(content);
  CHECK(site.read("trunkline.d/50-set.toml") == written);
  for (const auto& [name, step] : planned) {
    INFO(name);
    CHECK(state(again, name) ==
          (core::text_at(step, "state") == "set" ? "present" : core::text_at(step, "state")));
  }
  CHECK(state(planned, "LOG_LEVEL") == "set");
  CHECK(state(planned, "REGISTRATION_ENABLED") == "needless");
  CHECK(state(planned, "JWT_SECRET") == "not_placed");
  CHECK(core::text_at(planned.at("PORT"), "why") == "there is no HTTP server yet");
  CHECK(core::text_at(planned.at("SMTP_HOTS"), "why") == "did you mean SMTP_HOST?");
}

TEST_CASE("import env refuses examples, references and what does not fit, and writes nothing of it",
          "[scenario]") {
  const Importing site;
  const Steps steps = site.steps(
      "DATABASE_URL=postgres://postgres:postgres@localhost/voip\nENCRYPTION_KEY="
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nRECORDINGS_PATH=$HOME/r\n"
      "GOSIP_SIP_PORT=70000\nLOG_LEVEL=loud\nport-min=\n");
  CHECK(core::text_at(steps.at("DATABASE_URL"), "why") ==
        "its password is an example that everybody knows: choose another");
  CHECK(core::text_at(steps.at("ENCRYPTION_KEY"), "why") ==
        "it is no random key: it repeats a pattern");
  CHECK(core::text_at(steps.at("RECORDINGS_PATH"), "why") ==
        "it refers to another variable: write it out, or quote it by '...'");
  CHECK(state(steps, "GOSIP_SIP_PORT") == "refused");
  CHECK(state(steps, "LOG_LEVEL") == "refused");
  CHECK(state(steps, "port-min") == "needless");
  CHECK_FALSE(std::filesystem::exists(site.path("trunkline.d")));
  CHECK_FALSE(std::filesystem::exists(site.path("credentials")));

  const os::Output several = site.run("A=1\nKEY=\"-----BEGIN\ngeheim\"\n");
  CHECK(several.exit.text() == "exit code 65");
  CHECK(several.errors ==
        "trunkline: " + site.path("env").string() +
            ":2: the value of KEY has no closing quote\n"
            "hint: a value over several lines is not read here: put it into a file of its own\n");
  const os::Output crossed = site.run("port-min=50000\nport-max=40000\n");
  CHECK(crossed.exit.text() == "exit code 65");
  CHECK(crossed.errors.starts_with(
      "trunkline: cannot import these settings together: "
      "media.rtp_min (50000) must not be above media.rtp_max (40000)\n"));
  CHECK_FALSE(std::filesystem::exists(site.path("trunkline.d")));
}

TEST_CASE("import env keeps a database that somebody chose", "[scenario]") {
  const Importing site("[db]\nurl = \"dbname=mine\"\n");
  const Steps steps = site.steps("DATABASE_URL=postgres://app:k2Rw9mmQ7@db/voip\n");
  CHECK(core::text_at(steps.at("DATABASE_URL"), "why") ==
        "db.url is set already (" + site.config() + ":2): trunkline config set db.url");
  CHECK(site.setting("db.url") == "db.url\tdbname=mine\n");
  CHECK_FALSE(std::filesystem::exists(site.path("credentials")));
}

TEST_CASE("an imported recording key joins the ring and never becomes its current one",
          "[scenario]") {
  const test::Site site;
  const auto env = site.path("env");
  std::ofstream(env) << "ENCRYPTION_KEY=" << kKey << "\n";
  const auto early = site.json("trunkline", {"import", "env", env.string()}, 3);
  CHECK(core::text_at(early.at(0), "state") == "not_placed");
  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  const std::string ring = site.path("keys/recording.keyring").string();
  const auto content = [&] {
    return core::value_or_throw(os::read_text_file(ring, core::ByteCount{100'000}));
  };
  const std::string before = content();
  const auto steps = site.json("trunkline", {"import", "env", env.string()});
  CHECK(core::text_at(steps.at(0), "state") == "set");
  const std::string after = content();
  CHECK(after.find(kKey) != std::string::npos);
  CHECK(after.substr(after.find("current")) == before.substr(before.find("current")));
  CHECK(core::text_at(site.json("trunkline", {"import", "env", env.string()}).at(0), "state") ==
        "present");
  CHECK(content() == after);
}

}  // namespace trunkline
