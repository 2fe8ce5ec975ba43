// SPDX-License-Identifier: MIT
#include "mediaplane/counters.h"

namespace trunkline::mediaplane {

LegCounters total(const SessionCounters& lines, Leg leg) {
  if (lines.empty()) return {};
  LegCounters sum = lines.front().legs[index_of(leg)];
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const LegCounters& more = lines[i].legs[index_of(leg)];
    sum.packets_received += more.packets_received;
    sum.bytes_received += more.bytes_received;
    sum.packets_sent += more.packets_sent;
    sum.bytes_sent += more.bytes_sent;
    sum.packets_expected += more.packets_expected;
    sum.packets_lost += more.packets_lost;
    sum.packets_late += more.packets_late;
    sum.packets_refused += more.packets_refused;
    sum.packets_malformed += more.packets_malformed;
    sum.packets_withheld += more.packets_withheld;
    sum.send_errors += more.send_errors;
    sum.rtcp_received += more.rtcp_received;
    sum.rtcp_sent += more.rtcp_sent;
  }
  return sum;
}

}  // namespace trunkline::mediaplane
