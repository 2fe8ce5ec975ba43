// SPDX-License-Identifier: MIT
#include "cdr/figures.h"

#include <catch2/catch.hpp>

namespace trunkline::cdr {
namespace {

TEST_CASE("money is read and written exactly", "[cdr]") {
  const std::vector<std::pair<std::string, std::string>> table{{"0", "0.00"},
                                                               {"12", "12.00"},
                                                               {"0.0123", "0.0123"},
                                                               {"0.10", "0.10"},
                                                               {"1.5", "1.50"},
                                                               {"0.000001", "0.000001"},
                                                               {"007.25", "7.25"},
                                                               {"3.", ""},
                                                               {".5", ""},
                                                               {"0.0000001", ""},
                                                               {"-1", ""},
                                                               {"+1", ""},
                                                               {"1,5", ""},
                                                               {"1e3", ""},
                                                               {"", ""},
                                                               {"999999999999", "999999999999.00"},
                                                               {"1000000000000", ""},
                                                               {"0x10", ""},
                                                               {" 1", ""},
                                                               {"1.2.3", ""}};
  for (const auto& [text, wanted] : table) {
    CAPTURE(text);
    const auto amount = Amount::parse(text);
    CHECK(amount.has_value() == !wanted.empty());
    if (amount) CHECK(amount->text() == wanted);
  }
  CHECK(Amount::parse("1,5").error() ==
        core::Fault{core::ExitCode::data, "'1,5' is no amount of money",
                    "write digits and up to six decimals behind a point: 0.0123"});
}

TEST_CASE("a sum of money is exact where floating point is not", "[cdr]") {
  Amount sum;
  for (int i = 0; i < 1'000'000; ++i) sum += Amount::parse("0.1").value();
  CHECK(sum.text() == "100000.00");
}

TEST_CASE("ASR and NER are shares of seizures: calls that ended and were not refused by us",
          "[cdr]") {
  struct Case {
    Figures figures;
    std::optional<double> asr;
    std::optional<double> ner;
  };
  const std::vector<Case> cases{
      {{}, {}, {}},
      {{.calls = 4, .answered = 2, .delivered = 3}, 50.0, 75.0},
      {{.calls = 4, .live = 2, .answered = 1, .delivered = 2}, 50.0, 100.0},
      {{.calls = 4, .refused = 3, .answered = 1, .delivered = 1}, 100.0, 100.0},
      {{.calls = 3, .live = 1, .refused = 2}, {}, {}},
      {{.calls = 1}, 0.0, 0.0},
  };
  for (const Case& one : cases) {
    CHECK(one.figures.asr_percent() == one.asr);
    CHECK(one.figures.ner_percent() == one.ner);
  }
}

TEST_CASE("averages are of the calls that have the value, to the nearest millisecond", "[cdr]") {
  CHECK_FALSE(Figures{.calls = 3}.acd_ms());
  CHECK(Figures{.talked = 2, .talk_ms = 5}.acd_ms() == 3);
  CHECK(Figures{.talked = 3, .talk_ms = 10}.acd_ms() == 3);
  CHECK(Figures{.alerted = 4, .pdd_ms = 402}.average_pdd_ms() == 101);
  CHECK_FALSE(Figures{}.average_mos());
  CHECK(Figures{.heard = 2, .mos = 8.5}.average_mos() == 4.25);
}

TEST_CASE("figures add up, money by its currency", "[cdr]") {
  Figures sum{.calls = 1, .answered = 1, .talked = 1, .talk_ms = 10, .cost = {{"EUR", Amount(5)}}};
  sum += {.calls = 2,
          .live = 1,
          .refused = 1,
          .heard = 1,
          .mos = 4.0,
          .cost = {{"EUR", Amount(7)}, {"USD", Amount(1'500'000)}}};
  CHECK(sum.calls == 3);
  CHECK(sum.seizures() == 1);
  CHECK(sum.cost_text() == "0.000012 EUR + 1.50 USD");
  core::Json object;
  put_figures(object, sum);
  CHECK(core::to_line(object) ==
        R"({"calls":3,"live":1,"refused":1,"seizures":1,"answered":1,"asr_percent":100.0,)"
        R"("ner_percent":0.0,"acd_ms":10,"talk_ms":10,"mos":4.0,)"
        R"("cost":{"EUR":"0.000012","USD":"1.50"}})");
}

}  // namespace
}  // namespace trunkline::cdr
