// SPDX-License-Identifier: MIT
#include "ng/reply_cache.h"

#include <catch2/catch.hpp>

namespace trunkline::ng {
namespace {

using Known = ReplyCache::Known;
using core::Seconds;

constexpr std::string_view kPeer = "127.0.0.1:4000";
constexpr std::string_view kOther = "127.0.0.1:4001";
const core::SteadyTime kStart{};

TEST_CASE("ng: a request is unknown, then in progress, then answered", "[ng]") {
  ReplyCache cache({});
  CHECK(cache.begin(kPeer, "1", kStart).known == Known::unknown);
  CHECK(cache.begin(kPeer, "1", kStart).known == Known::in_progress);
  cache.finish(kPeer, "1", "first");
  cache.finish(kPeer, "1", "second");
  const auto lookup = cache.begin(kPeer, "1", kStart);
  CHECK(lookup.known == Known::answered);
  CHECK(lookup.reply == "first");
  CHECK(cache.begin(kOther, "1", kStart).known == Known::unknown);
  CHECK(cache.begin(kPeer, "2", kStart).known == Known::unknown);
}

TEST_CASE("ng: replies leave the cache by age", "[ng]") {
  ReplyCache cache({.life = Seconds(30)});
  (void)cache.begin(kPeer, "1", kStart);
  cache.finish(kPeer, "1", "reply");
  CHECK(cache.begin(kPeer, "1", kStart + Seconds(30)).known == Known::answered);
  CHECK(cache.begin(kPeer, "1", kStart + Seconds(31)).known == Known::unknown);
}

TEST_CASE("ng: replies leave the cache by number and by size, the oldest first", "[ng]") {
  ReplyCache few({.max_replies = 2});
  for (const auto* cookie : {"1", "2", "3"}) (void)few.begin(kPeer, cookie, kStart);
  CHECK(few.size() == 2);
  CHECK(few.begin(kPeer, "3", kStart).known == Known::in_progress);
  CHECK(few.begin(kPeer, "1", kStart).known == Known::unknown);

  ReplyCache small({.max_bytes = 1000});
  (void)small.begin(kPeer, "1", kStart);
  (void)small.begin(kPeer, "2", kStart);
  small.finish(kPeer, "1", std::string(600, 'x'));
  small.finish(kPeer, "2", std::string(600, 'x'));
  CHECK(small.size() == 1);
  CHECK(small.bytes() <= 1000);
  CHECK(small.begin(kPeer, "2", kStart).known == Known::answered);

  small.finish(kPeer, "gone", "reply");
  CHECK(small.size() == 1);
}

}  // namespace
}  // namespace trunkline::ng
