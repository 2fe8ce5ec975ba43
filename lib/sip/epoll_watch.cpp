// SPDX-License-Identifier: MIT
#include "sip/epoll_watch.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/text.h"

namespace trunkline::sip {

namespace {

/// "tfd: 8 events: 19 data: 5 ...", the numbers of events and data in hexadecimal.
bool read_line(const std::string& line, const std::string& descriptor, std::uint64_t& data) {
  std::vector<std::string_view> words;
  for (const std::string_view word : core::split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (words.size() < 6 || words[0] != "tfd:" || words[1] != descriptor) return false;
  if (words[4] != "data:") return false;
  const char* const end = words[5].data() + words[5].size();
  return std::from_chars(words[5].data(), end, data, 16).ptr == end;
}

}  // namespace

EpollWatch find_epoll_watch(int descriptor) {
  const std::string wanted = fmt::format("{}", descriptor);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo", error)) {
    std::ifstream info(entry.path());
    for (std::string line; std::getline(info, line);) {
      std::uint64_t data = 0;
      if (!read_line(line, wanted, data)) continue;
      const auto number = core::parse_unsigned(entry.path().filename().native());
      if (number) return {.epoll = static_cast<int>(*number), .data = data};
    }
  }
  return {};
}

bool watch_errors_only(const EpollWatch& watch, int descriptor) noexcept {
  epoll_event event{};
  event.events = EPOLLERR;
  event.data.u64 = watch.data;
  return ::epoll_ctl(watch.epoll, EPOLL_CTL_MOD, descriptor, &event) == 0;
}

}  // namespace trunkline::sip
