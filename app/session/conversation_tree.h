// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"
#include "ui/chat/chat_facts.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace ca {

/// A conversation with its branches. Each message of the person, with all that followed it until the next, is a node; those that
/// were said in one another's place are siblings. One path from the first message to a last one is shown.
class ConversationTree {
public:
    using History = std::shared_ptr<const std::vector<ChatMessage>>;

    [[nodiscard]] bool is_empty() const { return nodes_.empty(); }

    /// After the last that is shown. Returns its message. `id`: that it has already; empty: a new one.
    const ChatSaid &say(const QString &text, const QString &id = {});
    /// After `parent` (an id; empty: as the first), in the place of what was shown there.
    const ChatSaid &say_after(const QString &parent, const QString &text, const QString &id = {});
    /// The last that is shown: nobody but the program has answered it.
    void forget_last();
    /// What is shown, as it stands now: entries are kept with the message that they follow.
    void keep(const std::vector<ChatEntry> &shown);
    /// What the advisor remembers at the end of the path that is shown.
    void keep_history(const std::vector<ChatMessage> &history);
    /// Shows the `branch`-th, from 1, of the messages in the place of this one.
    void choose(const QString &message, int branch);

    [[nodiscard]] std::vector<ChatEntry> shown() const;
    [[nodiscard]] QString last() const; ///< message that is shown; empty: none
    /// The message that an entry belongs to: itself, or the one that it answers; empty: none that is shown.
    [[nodiscard]] QString message_of(const QString &entry) const;
    [[nodiscard]] QString parent_of(const QString &message) const; ///< empty: it is the first
    [[nodiscard]] QString text_of(const QString &message) const;
    /// Up to the end of what followed this message; empty id: nothing.
    [[nodiscard]] std::vector<ChatMessage> history_after(const QString &message) const;
    [[nodiscard]] bool has(const QString &message) const { return index_of(message).has_value(); }

private:
    struct Node {
        ChatSaid said;
        std::optional<std::size_t> parent;
        std::vector<ChatEntry> after{}; ///< entries
        History history{};
        std::size_t length = 0; ///< of `history`, up to the end of this node
    };
    [[nodiscard]] std::optional<std::size_t> index_of(const QString &message) const;
    [[nodiscard]] std::vector<std::size_t> path() const;
    [[nodiscard]] std::vector<std::size_t> siblings(std::size_t node) const;
    void number(std::size_t node); ///< branches of its siblings
    const ChatSaid &add(std::optional<std::size_t> parent, const QString &text, const QString &id);

    std::vector<Node> nodes_;
    int last_number_ = 0;                                      ///< of ids: `m7`
    std::map<std::optional<std::size_t>, std::size_t> chosen_; ///< child of each node that is shown; of nothing: the first
};

} // namespace ca
