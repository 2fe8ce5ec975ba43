// SPDX-License-Identifier: MIT
#pragma once

// What alerts and reports say, once, and its two forms: text for terminals and plain mails, and one
// self-contained HTML page (no script, no image, nothing fetched) that follows the reader's light
// or dark. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alert/alert.h"

namespace trunkline::alert {

struct Table {
  std::vector<std::string> head = {};
  std::vector<std::vector<std::string>> rows = {};
  std::size_t text_columns = 1;  ///< the first so many; the others are figures, set to the right
};

struct Section {
  std::string title = {};
  std::string text = {};
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< label, value
  Table table = {};
  std::vector<std::string> list = {};
};

struct Page {
  std::string title;
  Level level = Level::normal;  ///< colours the title; the words say it, too
  std::string lead = {};
  std::vector<Section> sections = {};
  std::string link = {};  ///< empty: none
  std::string footer = {};
};

std::string to_text(const Page& page);
std::string to_html(const Page& page);

/// & < > " and ' as entities.
std::string escaped(std::string_view text);

/// Decimal units with up to three figures, as disks are sold: "85.3 GB", "100 GB", "9.21 MB", "512
/// B".
std::string shown_size(std::uint64_t bytes);

}  // namespace trunkline::alert
