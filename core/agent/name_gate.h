// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <set>
#include <string>
#include <vector>

namespace ca {

/// Keeps what others were told from a model that is told no names of layers, files and classes. Messages that such a model was
/// given before pass, and so does what the person wrote.
class NameGate {
public:
    /// All of this was given to a model that is told no names, or said by one.
    void learn(const std::vector<ChatMessage> &history);
    /// With one sentence in the place of each answer and result that is not known to be without names.
    [[nodiscard]] std::vector<ChatMessage> without_names(std::vector<ChatMessage> history) const;

private:
    std::set<std::string> known_;
};

} // namespace ca
