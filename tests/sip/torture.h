// SPDX-License-Identifier: MIT
#pragma once

// The torture messages of RFC 4475 and RFC 5118 (tests/sip/torture/*.dat, as they go over the wire)
// and what is to become of each (tests/sip/torture/expected). All are sent in one datagram, so the
// first Via of a message that the RFC sends over TCP or TLS says UDP here.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace trunkline::sip_test {

struct Torture {
  std::string name;
  std::string message;
  std::string agent;  ///< what lib/sip does: a status, "owner" (handed over), "silence"
  std::string sipd;   ///< what the whole exchange answers: a status or "silence"
};

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Only the first: the others say where the message has been.
inline std::string sent_over_udp(std::string message) {
  for (const std::string_view transport : {"SIP/2.0/TCP", "SIP/2.0/TLS"}) {
    const auto found = message.find(transport);
    if (found != std::string::npos && found < message.find("SIP/2.0/UDP")) {
      message.replace(found, transport.size(), "SIP/2.0/UDP");
      return message;
    }
  }
  return message;
}

inline std::vector<Torture> torture_messages() {
  const auto folder = std::filesystem::path(TRUNKLINE_SOURCE_DIR) / "tests/sip/torture";
  std::vector<Torture> rows;
  std::istringstream table(file_text(folder / "expected"));
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line.front() == '#') continue;
    Torture row;
    std::istringstream fields(line);
    fields >> row.name >> row.agent >> row.sipd;
    row.message = sent_over_udp(file_text(folder / (row.name + ".dat")));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace trunkline::sip_test
