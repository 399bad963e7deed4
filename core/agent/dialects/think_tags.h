// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// Takes `<think>…</think>` off the start of a text that comes in pieces: so do models think whose server does not know of it.
class ThinkTags {
public:
    /// What of the text so far can be told apart, in order.
    [[nodiscard]] std::vector<ChatDelta> add(std::string_view text);
    /// What was held back because it could have been a part of a tag.
    [[nodiscard]] std::vector<ChatDelta> rest();

private:
    enum class Place { start, thinking, after, text };
    std::string held_;
    Place place_ = Place::start; ///< `after`: spaces between the thoughts and the text
};

} // namespace ca
