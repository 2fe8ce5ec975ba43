// SPDX-License-Identifier: MIT
// What the Debian packages hold: everything a host needs of this tree, each piece once.

#include <catch2/catch.hpp>
#include <map>
#include <regex>

#include "sip/udp_buffer.h"
#include "support/temporary_directory.h"
#include "truth/tree.h"

namespace trunkline::truth {
namespace {

const std::vector<std::string> kComponents{"trunkline", "sipd", "recorderd"};

/// What each package installs: path from the root without a leading slash.
std::map<std::string, std::set<std::string>> installed_into(const std::filesystem::path& folder) {
  const std::string build = std::filesystem::path(TRUNKLINE_BIN_DIR).parent_path().string();
  std::map<std::string, std::set<std::string>> packages;
  for (const std::string& component : kComponents) {
    const auto root = folder / component;
    const os::Output done = run({"env", "DESTDIR=" + root.string(), "cmake", "--install", build,
                                 "--prefix", "/usr", "--component", component});
    INFO(done.output << done.errors);
    REQUIRE(done.exit.is_success());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_directory()) packages[component].insert(entry.path().lexically_relative(root));
    }
  }
  return packages;
}

std::string package_of(const std::string& program) {
  const bool is_daemon = std::find(kDaemons.begin(), kDaemons.end(), program) != kDaemons.end();
  return is_daemon ? program : "trunkline";
}

std::string man_section(const std::string& program) {
  return std::filesystem::exists(tree() / "man" / (program + ".1")) ? "1" : "8";
}

TEST_CASE("every program is in its package with its page and its completions", "[truth]") {
  const test::TemporaryDirectory folder;
  auto packages = installed_into(folder.path());
  for (const auto& entry : std::filesystem::directory_iterator(tree() / "cmd")) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    const std::string section = man_section(name);
    for (const std::string& path :
         {"usr/bin/" + name, "usr/share/man/man" + section + "/" + name + "." + section + ".gz",
          "usr/share/bash-completion/completions/" + name,
          "usr/share/zsh/vendor-completions/_" + name,
          "usr/share/fish/vendor_completions.d/" + name + ".fish"}) {
      INFO(package_of(name) << ": " << path);
      CHECK(packages[package_of(name)].erase(path) == 1);
    }
  }
  // What is left belongs to no program: it must be known to somebody.
  static const std::regex kKnown(
      "usr/share/(man/man[57]/.*|doc/.*|trunkline/(schemas|pipelines)/.*|lintian/overrides/.*)|"
      "etc/trunkline/trunkline.toml|usr/lib/(sysusers|tmpfiles).d/trunkline.conf|"
      "usr/lib/sysctl.d/50-trunkline-sipd.conf|"
      "(usr/)?lib/systemd/system/.*.(service|timer)");
  for (const auto& [package, paths] : packages) {
    for (const std::string& path : paths) {
      INFO(package << ": " << path);
      CHECK(std::regex_match(path, kKnown));
    }
  }
}

TEST_CASE("the schemas, pages and units of the tree are all in the packages", "[truth]") {
  const test::TemporaryDirectory folder;
  const auto packages = installed_into(folder.path());
  std::set<std::string> all;
  for (const auto& [package, paths] : packages) all.insert(paths.begin(), paths.end());
  const auto has = [&](const std::string& ending) {
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& path) { return path.ends_with(ending); });
  };
  for (const auto& file : files("schemas")) {
    INFO(in_tree(file));
    CHECK(has("share/trunkline/" + in_tree(file)));
  }
  for (const auto& file : files("man")) {
    INFO(in_tree(file));
    CHECK(has("/" + file.filename().string() + ".gz"));
  }
  for (const auto& file : files("systemd")) {
    INFO(in_tree(file));
    const std::string extension = file.extension();
    CHECK(has(extension == ".sysusers"   ? "sysusers.d/trunkline.conf"
              : extension == ".tmpfiles" ? "tmpfiles.d/trunkline.conf"
              : extension == ".sysctl"   ? "sysctl.d/50-" + file.stem().string() + ".conf"
                                         : "systemd/system/" + file.filename().string()));
  }
}

TEST_CASE("the kernel is told of the buffers that sipd asks for", "[truth]") {
  const std::string wanted = " = " + std::to_string(sip::kUdpBuffer.value());
  std::vector<std::string> settings;
  for (const std::string& line : lines(tree() / "systemd/trunkline-sipd.sysctl")) {
    if (!line.empty() && line.front() != '#') settings.push_back(line);
  }
  CHECK(settings == std::vector{"net.core.rmem_max" + wanted, "net.core.wmem_max" + wanted});
}

TEST_CASE("the configuration that is packaged is valid, and so is what it proposes", "[truth]") {
  const test::TemporaryDirectory folder;
  const auto packaged = tree() / "pipelines/debian/trunkline.toml";
  const auto proposed = folder.path() / "trunkline.toml";
  static const std::regex kProposal("^#([a-z_0-9]+ = )");
  std::size_t proposals = 0;
  {
    std::ofstream file(proposed);
    for (const std::string& line : lines(packaged)) {
      proposals += std::regex_search(line, kProposal) ? 1U : 0U;
      file << std::regex_replace(line, kProposal, "$1") << '\n';
    }
  }
  CHECK(proposals >= 5);
  for (const auto& path : {packaged, proposed}) {
    const os::Output checked = run({program("trunkline"), "config", "check", path.string()});
    INFO(path.string() << ": " << checked.output << checked.errors);
    CHECK(checked.exit.is_success());
  }
}

}  // namespace
}  // namespace trunkline::truth
