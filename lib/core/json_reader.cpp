// SPDX-License-Identifier: MIT
#include "core/json_reader.h"

#include <simdjson.h>

#include <new>
#include <optional>

namespace trunkline::core {
namespace {

constexpr std::size_t kLongest = std::size_t{64} << 20U;

}  // namespace

struct JsonReader::State {
  simdjson::dom::parser parser{kLongest};
  simdjson::dom::element object;
  bool has_object = false;

  /// Nothing where it is absent or of another type.
  template <class Value>
  std::optional<Value> at(std::string_view key) const {
    Value value{};
    if (!has_object || object.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }
};

JsonReader::JsonReader() : state_(std::make_unique<State>()) {
  // Room for a line of ours; a longer one makes more, in as deep a parser.
  constexpr std::size_t kUsual = 4096;
  if (state_->parser.allocate(kUsual, static_cast<std::size_t>(kDeepestJson)) != simdjson::SUCCESS)
    throw std::bad_alloc();
}

JsonReader::~JsonReader() = default;

Result<void> JsonReader::read(std::string_view text) {
  State& state = *state_;
  state.has_object = false;
  const auto failure = state.parser.parse(text.data(), text.size()).get(state.object);
  if (failure != simdjson::SUCCESS || !state.object.is_object())
    return fault(ExitCode::data, failure == simdjson::DEPTH_ERROR ? "JSON is nested deeper than 64"
                                                                  : "text is not a JSON object");
  state.has_object = true;
  return {};
}

std::string_view JsonReader::text_at(std::string_view key, std::string_view otherwise) const {
  return state_->at<std::string_view>(key).value_or(otherwise);
}

std::int64_t JsonReader::number_at(std::string_view key, std::int64_t otherwise) const {
  return state_->at<std::int64_t>(key).value_or(otherwise);
}

bool JsonReader::bool_at(std::string_view key, bool otherwise) const {
  return state_->at<bool>(key).value_or(otherwise);
}

void JsonReader::for_each_text(std::string_view key,
                               const std::function<void(std::string_view)>& use) const {
  const auto list = state_->at<simdjson::dom::array>(key);
  if (!list) return;
  for (const simdjson::dom::element member : *list) {
    std::string_view text;
    if (member.get(text) == simdjson::SUCCESS) use(text);
  }
}

}  // namespace trunkline::core
