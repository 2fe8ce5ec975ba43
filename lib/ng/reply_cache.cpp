// SPDX-License-Identifier: MIT
#include "ng/reply_cache.h"

namespace trunkline::ng {

namespace {

std::string key_of(std::string_view source, std::string_view cookie) {
  std::string key(source);
  key += ' ';
  key += cookie;
  return key;
}

}  // namespace

ReplyCache::Lookup ReplyCache::begin(std::string_view source, std::string_view cookie,
                                     core::SteadyTime now) {
  drop_old(now);
  auto key = key_of(source, cookie);
  const auto [place, is_new] = replies_.try_emplace(key);
  if (!is_new) {
    if (!place->second) return {.known = Known::in_progress};
    return {.known = Known::answered, .reply = *place->second};
  }
  bytes_ += key.size();
  ages_.push_back(Age{.key = std::move(key), .begun = now});
  if (replies_.size() > limits_.max_replies) drop_oldest();
  return {};
}

void ReplyCache::finish(std::string_view source, std::string_view cookie, std::string reply) {
  const auto place = replies_.find(key_of(source, cookie));
  if (place == replies_.end() || place->second) return;
  bytes_ += reply.size();
  place->second = std::move(reply);
  while (bytes_ > limits_.max_bytes && !ages_.empty()) drop_oldest();
}

void ReplyCache::drop_old(core::SteadyTime now) {
  while (!ages_.empty() && now - ages_.front().begun > limits_.life) drop_oldest();
}

void ReplyCache::drop_oldest() {
  const auto place = replies_.find(ages_.front().key);
  bytes_ -= ages_.front().key.size() + (place->second ? place->second->size() : 0);
  replies_.erase(place);
  ages_.pop_front();
}

}  // namespace trunkline::ng
