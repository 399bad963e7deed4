// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/think_tags.h"

#include "core/agent/dialects/json_fields.h"

#include <algorithm>
#include <utility>

namespace ca {
namespace {

constexpr std::string_view kBegin = "<think>", kEnd = "</think>";
constexpr std::size_t kMostSpaces = 1024; ///< that are kept back

/// Without the spaces that it begins with.
std::string_view from_first_letter(std::string_view text)
{
    const std::string_view rest = trimmed(text);
    return rest.empty() ? rest : text.substr(static_cast<std::size_t>(rest.data() - text.data()));
}

/// How much of the end of `text` may be the beginning of `tag`.
std::size_t begun(std::string_view text, std::string_view tag)
{
    for (std::size_t length = std::min(text.size(), tag.size() - 1); length > 0; --length)
        if (text.ends_with(tag.substr(0, length)))
            return length;
    return 0;
}

void tell(ChatDelta::Kind kind, std::string_view text, std::vector<ChatDelta> &deltas)
{
    if (!text.empty())
        deltas.push_back({kind, std::string(text)});
}

} // namespace

std::vector<ChatDelta> ThinkTags::add(std::string_view text)
{
    std::vector<ChatDelta> deltas;
    const std::string all = std::exchange(held_, {}) + std::string(text);
    std::string_view left = all;
    if (place_ == Place::start) {
        const std::string_view letters = from_first_letter(left);
        if (kBegin.starts_with(letters) && letters != kBegin && left.size() < kMostSpaces) { // spaces alone, or a part of the tag
            held_ = left;
            return deltas;
        }
        place_ = letters.starts_with(kBegin) ? Place::thinking : Place::text;
        if (place_ == Place::thinking)
            left = letters.substr(kBegin.size());
    }
    if (place_ == Place::thinking) {
        const auto end = left.find(kEnd);
        const std::string_view thoughts = left.substr(0, end == std::string_view::npos ? left.size() - begun(left, kEnd) : end);
        tell(ChatDelta::Kind::thinking, thoughts, deltas);
        left.remove_prefix(thoughts.size());
        if (end == std::string_view::npos) {
            held_ = left;
            return deltas;
        }
        left.remove_prefix(kEnd.size());
        place_ = Place::after;
    }
    if (place_ == Place::after) {
        left = from_first_letter(left);
        if (!left.empty())
            place_ = Place::text;
    }
    tell(ChatDelta::Kind::text, left, deltas);
    return deltas;
}

std::vector<ChatDelta> ThinkTags::rest()
{
    std::vector<ChatDelta> deltas;
    tell(place_ == Place::thinking ? ChatDelta::Kind::thinking : ChatDelta::Kind::text, std::exchange(held_, {}), deltas);
    return deltas;
}

} // namespace ca
