// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/conversation_tree.h"

#include <algorithm>

namespace ca {
namespace {

const ChatSaid *as_said(const ChatEntry &entry)
{
    return std::get_if<ChatSaid>(&entry);
}

} // namespace

const ChatSaid &ConversationTree::say(const QString &text, const QString &id)
{
    const auto shown = path();
    return add(shown.empty() ? std::nullopt : std::optional(shown.back()), text, id);
}

const ChatSaid &ConversationTree::say_after(const QString &parent, const QString &text, const QString &id)
{
    return add(index_of(parent), text, id);
}

const ChatSaid &ConversationTree::add(std::optional<std::size_t> parent, const QString &text, const QString &id)
{
    Node node;
    last_number_ = std::max(last_number_ + (id.isEmpty() ? 1 : 0), id.mid(1).toInt());
    node.said.id = id.isEmpty() ? QStringLiteral("m%1").arg(last_number_) : id;
    node.said.text = plain_text(text.toStdString());
    node.parent = parent;
    if (parent) {
        node.history = nodes_[*parent].history;
        node.length = nodes_[*parent].length;
    }
    nodes_.push_back(std::move(node));
    for (std::optional<std::size_t> shown = nodes_.size() - 1; shown; shown = nodes_[*shown].parent)
        chosen_[nodes_[*shown].parent] = *shown;
    number(nodes_.size() - 1);
    return nodes_.back().said;
}

std::optional<std::size_t> ConversationTree::index_of(const QString &message) const
{
    const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node &node) { return node.said.id == message; });
    return found == nodes_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - nodes_.begin()));
}

std::vector<std::size_t> ConversationTree::path() const
{
    std::vector<std::size_t> path;
    std::optional<std::size_t> at;
    for (auto next = chosen_.find(at); next != chosen_.end(); next = chosen_.find(at)) {
        path.push_back(next->second);
        at = next->second;
    }
    return path;
}

std::vector<std::size_t> ConversationTree::siblings(std::size_t node) const
{
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].parent == nodes_[node].parent)
            all.push_back(i);
    return all;
}

void ConversationTree::number(std::size_t node)
{
    const auto all = siblings(node);
    for (std::size_t i = 0; i < all.size(); ++i) {
        nodes_[all[i]].said.branch = static_cast<int>(i) + 1;
        nodes_[all[i]].said.branches = static_cast<int>(all.size());
    }
}

void ConversationTree::forget_last()
{
    const auto shown = path();
    if (shown.empty() || shown.back() + 1 != nodes_.size()) // others count from their places
        return;
    const auto parent = nodes_.back().parent;
    nodes_.pop_back();
    chosen_.erase(parent);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].parent == parent) {
            chosen_[parent] = i; // the last of those in whose place it was
            number(i);
        }
}

void ConversationTree::keep(const std::vector<ChatEntry> &shown)
{
    std::optional<std::size_t> node;
    for (const ChatEntry &entry : shown) {
        const auto *said = as_said(entry);
        if (const auto next = said && said->role == ChatRole::user ? index_of(said->id) : std::nullopt) {
            node = next;
            nodes_[*node].after.clear();
        } else if (node) {
            nodes_[*node].after.push_back(entry);
        }
    }
}

/// Where each message of the path begins in it is found by its text, in order.
void ConversationTree::keep_history(const std::vector<ChatMessage> &history)
{
    const auto kept = std::make_shared<const std::vector<ChatMessage>>(history);
    const auto shown = path();
    std::size_t at = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const std::string text = nodes_[shown[i]].said.text.front().text;
        const auto found = std::find_if(history.begin() + static_cast<std::ptrdiff_t>(at), history.end(),
                                        [&](const ChatMessage &one) { return one.role == ChatRole::user && one.text == text; });
        const auto begin = found == history.end() ? at : static_cast<std::size_t>(found - history.begin());
        if (i > 0)
            nodes_[shown[i - 1]].length = begin;
        at = found == history.end() ? at : begin + 1;
        nodes_[shown[i]].history = kept;
        nodes_[shown[i]].length = history.size();
    }
}

void ConversationTree::choose(const QString &message, int branch)
{
    const auto node = index_of(message);
    const auto all = node ? siblings(*node) : std::vector<std::size_t>();
    if (branch >= 1 && static_cast<std::size_t>(branch) <= all.size())
        chosen_[nodes_[*node].parent] = all[static_cast<std::size_t>(branch) - 1];
}

std::vector<ChatEntry> ConversationTree::shown() const
{
    std::vector<ChatEntry> entries;
    for (const std::size_t node : path()) {
        entries.emplace_back(nodes_[node].said);
        entries.insert(entries.end(), nodes_[node].after.begin(), nodes_[node].after.end());
    }
    return entries;
}

QString ConversationTree::last() const
{
    const auto shown = path();
    return shown.empty() ? QString() : nodes_[shown.back()].said.id;
}

QString ConversationTree::message_of(const QString &entry) const
{
    for (const std::size_t node : path()) {
        const auto &after = nodes_[node].after;
        const bool is_answer = std::any_of(after.begin(), after.end(), [&](const ChatEntry &one) {
            const auto *said = as_said(one);
            return said && said->id == entry;
        });
        if (is_answer || nodes_[node].said.id == entry)
            return nodes_[node].said.id;
    }
    return {};
}

QString ConversationTree::parent_of(const QString &message) const
{
    const auto node = index_of(message);
    return node && nodes_[*node].parent ? nodes_[*nodes_[*node].parent].said.id : QString();
}

QString ConversationTree::text_of(const QString &message) const
{
    const auto node = index_of(message);
    return node ? ca::text_of(nodes_[*node].said.text) : QString();
}

std::vector<ChatMessage> ConversationTree::history_after(const QString &message) const
{
    const auto node = index_of(message);
    if (!node || !nodes_[*node].history)
        return {};
    const auto &history = *nodes_[*node].history;
    return {history.begin(), history.begin() + static_cast<std::ptrdiff_t>(std::min(nodes_[*node].length, history.size()))};
}

} // namespace ca
