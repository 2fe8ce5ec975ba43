// SPDX-License-Identifier: MIT
#include "alert/page.h"

#include <catch2/catch.hpp>

namespace trunkline::alert {
namespace {

Page page() {
  return {.title = "Half <full>",
          .level = Level::warning,
          .lead = "As of today.",
          .sections = {{.title = "Facts", .facts = {{"A", "1"}, {"L\xc3\xa4nger", "22"}}},
                       {.title = "Table",
                        .table = {.head = {"Name", "Count"}, .rows = {{"main", "7"}, {"b", "12"}}}},
                       {.title = "Empty", .text = "Nothing."},
                       {.title = "List", .list = {"first", "second"}}},
          .link = "https://pbx.example/?a=1&b=2",
          .footer = "trunkline"};
}

}  // namespace

TEST_CASE("page: as text", "[alert]") {
  CHECK(to_text(page()) ==
        "Half <full>\n"
        "\n"
        "As of today.\n"
        "\n"
        "Facts\n"
        "  A       1\n"
        "  L\xc3\xa4nger  22\n"
        "\n"
        "Table\n"
        "  Name  Count\n"
        "  main      7\n"
        "  b        12\n"
        "\n"
        "Empty\n"
        "  Nothing.\n"
        "\n"
        "List\n"
        "  1. first\n"
        "  2. second\n"
        "\n"
        "https://pbx.example/?a=1&b=2\n"
        "\n"
        "-- \n"
        "trunkline\n");
}

TEST_CASE("page: as HTML that fetches nothing and knows light and dark", "[alert]") {
  const std::string html = to_html(page());
  const auto body = html.find("<body>");
  REQUIRE(body != std::string::npos);
  CHECK(html.substr(body) ==
        "<body><main>\n"
        "<h1 class=\"warning\">Half &lt;full&gt;</h1>\n"
        "<p>As of today.</p>\n"
        "<h2>Facts</h2>\n"
        "<table>\n"
        "<tr><td>A</td><td>1</td></tr>\n"
        "<tr><td>L\xc3\xa4nger</td><td>22</td></tr>\n"
        "</table>\n"
        "<h2>Table</h2>\n"
        "<table>\n"
        "<tr><th>Name</th><th>Count</th></tr>\n"
        "<tr><td>main</td><td>7</td></tr>\n"
        "<tr><td>b</td><td>12</td></tr>\n"
        "</table>\n"
        "<h2>Empty</h2>\n"
        "<p>Nothing.</p>\n"
        "<h2>List</h2>\n"
        "<ol>\n"
        "<li>first</li>\n"
        "<li>second</li>\n"
        "</ol>\n"
        "<p><a href=\"https://pbx.example/?a=1&amp;b=2\">https://pbx.example/?a=1&amp;b=2</a></p>\n"
        "<footer>trunkline</footer>\n"
        "</main></body></html>\n");
  const std::string head = html.substr(0, body);
  CHECK(head.find("prefers-color-scheme:dark") != std::string::npos);
  CHECK(head.find("http") == std::string::npos);
  CHECK(escaped("<a href='x'>\"&") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
}

TEST_CASE("page: columns of text stay left", "[alert]") {
  const Page page{.title = "T",
                  .sections = {{.table = {.head = {"Case", "Owner", "Count"},
                                          .rows = {{"17", "ann", "7"}, {"2026-18", "b", "12"}},
                                          .text_columns = 2}}}};
  CHECK(
      to_text(page).ends_with("  Case     Owner  Count\n"
                              "  17       ann        7\n"
                              "  2026-18  b         12\n"));
  CHECK(to_html(page).find("<tr><td>17</td><td class=\"text\">ann</td><td>7</td></tr>") !=
        std::string::npos);
}

TEST_CASE("page: sizes have three figures", "[alert]") {
  struct Row {
    std::uint64_t bytes;
    std::string_view shown;
  };
  static const std::vector<Row> kRows{{0, "0 B"},
                                      {999, "999 B"},
                                      {1000, "1 kB"},
                                      {960'000, "960 kB"},
                                      {999'600, "1 MB"},
                                      {9'210'000, "9.21 MB"},
                                      {85'300'000'000, "85.3 GB"},
                                      {100'000'000'000, "100 GB"},
                                      {1'500'000'000'000, "1.5 TB"},
                                      {2'000'000'000'000'000, "2000 TB"}};
  for (const Row& row : kRows) CHECK(shown_size(row.bytes) == row.shown);
}

}  // namespace trunkline::alert
