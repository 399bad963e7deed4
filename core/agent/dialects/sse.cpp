// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/sse.h"

#include "core/agent/dialects/failure.h"

#include <utility>

namespace ca {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

} // namespace

ChatResult<void> SseDecoder::feed(std::string_view bytes, const OnEvent &on_event)
{
    while (!bytes.empty()) {
        if (std::exchange(after_return_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const auto end = bytes.find_first_of("\r\n");
        const auto piece = bytes.substr(0, end);
        bytes_ += piece.size() + (end == std::string_view::npos ? 0 : 1);
        if (line_.size() + piece.size() > kMostLineBytes || bytes_ > kMostTurnBytes)
            return bad_answer("The provider's answer is longer than this program reads.");
        line_ += piece;
        if (end == std::string_view::npos)
            break;
        after_return_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (auto taken = end_line(on_event); !taken)
            return taken;
    }
    return {};
}

std::optional<SseEvent> SseDecoder::rest()
{
    take_field();
    if (!std::exchange(has_data_, false))
        return std::nullopt;
    return std::exchange(event_, {});
}

ChatResult<void> SseDecoder::end_line(const OnEvent &on_event)
{
    if (std::exchange(first_line_, false) && line_.starts_with(kByteOrderMark))
        line_.erase(0, kByteOrderMark.size());
    if (!line_.empty()) {
        take_field();
        return {};
    }
    const SseEvent event = std::exchange(event_, {});
    if (!std::exchange(has_data_, false))
        return {};
    return on_event(event);
}

void SseDecoder::take_field()
{
    const std::string line = std::exchange(line_, {});
    const auto colon = line.find(':');
    const std::string_view name = std::string_view(line).substr(0, colon);
    std::string_view value = colon == std::string::npos ? std::string_view() : std::string_view(line).substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "event") {
        event_.name = value;
    } else if (name == "data") {
        if (std::exchange(has_data_, true))
            event_.data += '\n';
        event_.data += value;
    }
}

} // namespace ca
