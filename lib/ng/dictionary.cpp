// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/text.h"
#include "ng/bencode.h"

namespace trunkline::ng {

namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const auto digits = core::parse_unsigned(is_negative ? text.substr(1) : text);
  if (!digits || *digits > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto number = static_cast<std::int64_t>(*digits);
  return is_negative ? -number : number;
}

template <class Entries>
auto place_of(Entries& entries, std::string_view key) {
  return std::lower_bound(
      entries.begin(), entries.end(), key,
      [](const Entry& entry, std::string_view wanted) { return entry.key.compare(wanted) < 0; });
}

}  // namespace

Dictionary::Dictionary() = default;
Dictionary::Dictionary(const Dictionary&) = default;
Dictionary::Dictionary(Dictionary&&) noexcept = default;
Dictionary& Dictionary::operator=(const Dictionary&) = default;
Dictionary& Dictionary::operator=(Dictionary&&) noexcept = default;
Dictionary::~Dictionary() = default;

Dictionary::Dictionary(std::initializer_list<Given> entries) {
  entries_.reserve(entries.size() + 1);  // most get one more: a result, an endpoint
  for (const auto& entry : entries) set(entry.key(), entry.take());
}

Dictionary::Dictionary(std::span<Value> keys_and_values) {
  entries_.reserve(keys_and_values.size() / 2);
  for (std::size_t i = 0; i + 1 < keys_and_values.size(); i += 2) {
    auto key = std::move(keys_and_values[i]).take_text();
    if (key) entries_.push_back(Entry{std::move(*key), std::move(keys_and_values[i + 1])});
  }
  const auto is_before = [](const Entry& left, const Entry& right) { return left.key < right.key; };
  // What a recorderd writes is sorted already.
  if (!std::is_sorted(entries_.begin(), entries_.end(), is_before)) {
    std::stable_sort(entries_.begin(), entries_.end(), is_before);
  }
  entries_.erase(
      std::unique(entries_.begin(), entries_.end(),
                  [](const Entry& left, const Entry& right) { return left.key == right.key; }),
      entries_.end());
}

const Value* Dictionary::find(std::string_view key) const {
  const auto place = place_of(entries_, key);
  return place != entries_.end() && place->key == key ? &place->value : nullptr;
}

Dictionary& Dictionary::set(std::string_view key, Value value) {
  const auto place = place_of(entries_, key);
  if (place != entries_.end() && place->key == key) {
    place->value = std::move(value);
  } else {
    entries_.insert(place, Entry{std::string(key), std::move(value)});
  }
  return *this;
}

void Dictionary::remove(std::string_view key) {
  const auto place = place_of(entries_, key);
  if (place != entries_.end() && place->key == key) entries_.erase(place);
}

std::string_view Dictionary::text(std::string_view key, std::string_view otherwise) const {
  const auto* value = find(key);
  const auto* text = value ? value->text() : nullptr;
  return text ? std::string_view(*text) : otherwise;
}

std::int64_t Dictionary::integer(std::string_view key, std::int64_t otherwise) const {
  const auto* value = find(key);
  if (!value) return otherwise;
  if (const auto* integer = value->integer()) return *integer;
  if (const auto* text = value->text()) return parse_integer(*text).value_or(otherwise);
  return otherwise;
}

std::vector<std::string_view> Dictionary::texts(std::string_view key) const {
  std::vector<std::string_view> texts;
  const auto* value = find(key);
  if (!value) return texts;
  if (const auto* text = value->text()) texts.emplace_back(*text);
  if (const auto* list = value->list()) {
    for (const auto& one : *list) {
      if (const auto* text = one.text()) texts.emplace_back(*text);
    }
  }
  return texts;
}

bool Dictionary::has_text(std::string_view key, std::string_view text) const {
  const auto all = texts(key);
  return std::find(all.begin(), all.end(), text) != all.end();
}

const Dictionary* Dictionary::dictionary(std::string_view key) const {
  const auto* value = find(key);
  return value ? value->dictionary() : nullptr;
}

const List* Dictionary::list(std::string_view key) const {
  const auto* value = find(key);
  return value ? value->list() : nullptr;
}

std::size_t Dictionary::size() const noexcept {
  return entries_.size();
}
bool Dictionary::empty() const noexcept {
  return entries_.empty();
}
std::vector<Entry>::const_iterator Dictionary::begin() const {
  return entries_.begin();
}
std::vector<Entry>::const_iterator Dictionary::end() const {
  return entries_.end();
}

std::optional<Dictionary> Value::take_dictionary() && {
  auto* dictionary = std::get_if<Dictionary>(&value_);
  if (dictionary == nullptr) return std::nullopt;
  return std::move(*dictionary);
}
std::optional<std::string> Value::take_text() && {
  auto* text = std::get_if<std::string>(&value_);
  if (text == nullptr) return std::nullopt;
  return std::move(*text);
}

bool Dictionary::operator==(const Dictionary& other) const {
  return entries_ == other.entries_;
}
bool Value::operator==(const Value& other) const {
  return value_ == other.value_;
}

}  // namespace trunkline::ng
