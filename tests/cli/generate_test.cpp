// SPDX-License-Identifier: MIT
#include "cli/generate.h"

#include <catch2/catch.hpp>

#include "cli/sample.h"

namespace trunkline::cli {
namespace {

TEST_CASE("an unknown part is answered with all parts", "[cli]") {
  const auto part = generate(test::sample(), "poem");
  REQUIRE_FALSE(part);
  CHECK(part.error().code == core::ExitCode::usage);
  CHECK(part.error().message == "cannot generate 'poem': no such part");
  CHECK(part.error().hint.find("completion-fish") != std::string::npos);
}

TEST_CASE("the verbs are listed one a line", "[cli]") {
  CHECK(*generate(test::sample(), "verbs") == "thing show\nthing remove\nbreak\n");
}

TEST_CASE("the manual's parts are mdoc", "[cli]") {
  const std::string verbs = *generate(test::sample(), "man-verbs");
  CHECK(verbs.find(".It Xo\n.Cm thing show\n.Ar NAME\n.Op Ar MORE ...\n.Xc\nShow a thing.\n"
                   "Shows one thing.\nIt says more.\n.Pp\nA second paragraph.\n") !=
        std::string::npos);
  CHECK(verbs.find(".It Fl s , Fl Fl since Ar TIME\nOnly since then.\nDefault: today.\n") !=
        std::string::npos);
  CHECK(generate(test::sample(), "man-exits")->find(".It 66\nThere is no such thing.\n") !=
        std::string::npos);
  CHECK(generate(test::sample(), "man-synopsis")->find(".Op Fl Fl kind Ar KIND\n") !=
        std::string::npos);
}

TEST_CASE("a daemon's manual has its own flags among the common ones", "[cli]") {
  const Program daemon{.name = "sampled",
                       .section = 8,
                       .summary = "wait",
                       .commands = {{.path = "",
                                     .summary = "wait",
                                     .options = {{.name = "--check", .help = "only look"}},
                                     .run = test::show}},
                       .is_daemon = true};
  const std::string options = *generate(daemon, "man-options");
  CHECK(options.find(".It Fl Fl check\nOnly look.\n") != std::string::npos);
  CHECK(options.find("no-pager") == std::string::npos);
}

/// Runs the bash completion as bash does and returns what it offers.
std::string offered_by_bash(const std::string& words, int current) {
  const std::string script = completion_for_bash(test::sample()) + "\nCOMP_WORDS=(" + words +
                             ")\nCOMP_CWORD=" + std::to_string(current) +
                             "\n_sample\nprintf '%s ' \"${COMPREPLY[@]}\"\n";
  return test::run_in_child([&] {
           ::execlp("bash", "bash", "--norc", "-c", script.c_str(), nullptr);
           return 127;
         })
      .output;
}

TEST_CASE("bash completes verbs, flags and the values a flag can have", "[cli]") {
  CHECK(offered_by_bash("sample t", 1) == "thing ");
  CHECK(offered_by_bash("sample thing ''", 2).starts_with("show remove "));
  CHECK(offered_by_bash("sample thing show --ki", 3) == "--kind ");
  CHECK(offered_by_bash("sample thing show --kind ''", 4) == "round square ");
  CHECK(offered_by_bash("sample --config x thing sh", 4) == "show ");
  CHECK(offered_by_bash("sample --color = al", 3) == "always ");
  CHECK(offered_by_bash("sample break --ki", 2) == " ");
}

TEST_CASE("zsh and fish name every verb and flag", "[cli]") {
  const std::string zsh = completion_for_zsh(test::sample());
  CHECK(zsh.starts_with("#compdef sample\n"));
  CHECK(zsh.find("'show:show a thing'") != std::string::npos);
  CHECK(zsh.find("'thing show':--kind|") == std::string::npos);
  CHECK(zsh.find("'thing show':--kind) compadd -- 'round' 'square'; return ;;") !=
        std::string::npos);
  const std::string fish = completion_for_fish(test::sample());
  CHECK(fish.find("-a 'show' -d 'show a thing'") != std::string::npos);
  CHECK(fish.find("-s s -l since -d 'only since then' -x") != std::string::npos);
}

}  // namespace
}  // namespace trunkline::cli
