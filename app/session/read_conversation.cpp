// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/read_conversation.h"

#include "core/agent/tools/tools.h"
#include "core/base/json_member.h"
#include "ui/common/words.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

std::string word(const Json &entry, const char *name)
{
    const Json &value = member(entry, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

TurnEnd end_from(const std::string &text)
{
    using Named = std::pair<const char *, TurnEnd>;
    static constexpr std::array kEnds{Named{"complete", TurnEnd::complete},   Named{"tool_calls", TurnEnd::tool_calls},
                                      Named{"length", TurnEnd::length},       Named{"refused", TurnEnd::refused},
                                      Named{"paused", TurnEnd::paused},       Named{"context_full", TurnEnd::context_full},
                                      Named{"truncated", TurnEnd::truncated}, Named{"stopped", TurnEnd::stopped}};
    const auto *found = std::find_if(kEnds.begin(), kEnds.end(), [&](const Named &one) { return text == one.first; });
    return found == kEnds.end() ? TurnEnd::truncated : found->second;
}

CallState state_from(const std::string &text)
{
    for (const CallState state : {CallState::done, CallState::failed, CallState::refused, CallState::cancelled})
        if (to_text(state) == text)
            return state;
    return CallState::cancelled;
}

/// `text` cut at the figures that were found in it, in their order.
std::vector<TextSpan> spans_of(const std::string &text, const Json &figures)
{
    std::vector<TextSpan> spans;
    std::size_t at = 0;
    for (const Json &figure : figures.is_array() ? figures : Json::array()) {
        const std::string shown = word(figure, "text");
        const auto found = shown.empty() ? std::string::npos : text.find(shown, at);
        if (found == std::string::npos)
            continue;
        if (found > at)
            spans.push_back({TextSpan::Kind::plain, text.substr(at, found - at)});
        const std::string reference = word(figure, "reference");
        spans.push_back({reference.empty() ? TextSpan::Kind::unproved : TextSpan::Kind::figure, shown, reference});
        at = found + shown.size();
    }
    if (at < text.size())
        spans.push_back({TextSpan::Kind::plain, text.substr(at)});
    return spans;
}

class Reader {
public:
    explicit Reader(const Study &study) : study_(study) { }

    void read(const Json &entry)
    {
        const std::string kind = word(entry, "kind");
        if (kind == "message") {
            id_ = words::from(word(entry, "id"));
            after_ = member(entry, "after").is_string() ? std::optional(words::from(word(entry, "after"))) : std::nullopt;
        } else if (kind == "person") {
            read_person(entry);
        } else if (kind == "reminder") {
            history_.push_back({ChatRole::user, word(entry, "text")});
        } else if (kind == "turn") {
            read_turn(entry);
        } else if (kind == "result") {
            read_result(entry);
        } else if (kind == "consent") {
            read_consent(entry);
        } else if (kind == "notice") {
            entries_.emplace_back(ChatNotice{words::from(word(entry, "text"))});
        }
    }

    ConversationTree finished()
    {
        end_node();
        return std::move(tree_);
    }

private:
    void read_person(const Json &entry)
    {
        end_node();
        const QString text = words::from(word(entry, "text"));
        if (after_) {
            tree_.say_after(*after_, text, id_);
            history_ = tree_.history_after(*after_);
        } else {
            tree_.say(text, id_);
        }
        id_.clear();
        after_.reset();
        entries_ = tree_.shown();
        history_.push_back({ChatRole::user, word(entry, "text")});
    }

    void read_turn(const Json &entry)
    {
        ChatMessage message{ChatRole::assistant, word(entry, "text")};
        ChatSaid said{words::from("a" + std::to_string(++answers_)), ChatRole::assistant};
        said.text = spans_of(message.text, member(entry, "figures"));
        said.thinking = words::from(word(entry, "thinking"));
        said.end = end_from(word(entry, "end"));
        if (!said.text.empty() || !said.thinking.isEmpty())
            entries_.emplace_back(said);
        const Json &calls = member(entry, "calls");
        for (const Json &call : said.end == TurnEnd::tool_calls && calls.is_array() ? calls : Json::array())
            message.calls.push_back({word(call, "id"), word(call, "tool"), word(call, "arguments")});
        for (const ToolCall &call : message.calls) {
            CallCard card{call.id, call.name, call_title(call), Json::parse(call.arguments, nullptr, false),
                          CallState::cancelled};
            if (card.arguments.is_discarded())
                card.arguments = call.arguments;
            entries_.emplace_back(card);
        }
        open_ = message.calls;
        if (!message.text.empty() || !message.calls.empty())
            history_.push_back(std::move(message));
    }

    void read_result(const Json &entry)
    {
        const std::string id = word(entry, "call");
        const auto call = std::find_if(open_.begin(), open_.end(), [&](const ToolCall &one) { return one.id == id; });
        if (call == open_.end())
            return;
        const Json &content = member(entry, "content");
        ChatMessage message{ChatRole::tool, canonical(content)};
        message.call_id = id;
        message.failed = !member(content, "errors").is_null();
        history_.push_back(std::move(message));
        show_result(entry, id);
        if (call->name == "finish" && !history_.back().failed)
            show_summary(call->arguments);
        open_.erase(call);
    }

    void show_result(const Json &entry, const std::string &id)
    {
        for (auto one = entries_.rbegin(); one != entries_.rend(); ++one) {
            auto *card = std::get_if<CallCard>(&*one);
            if (!card || card->id != id)
                continue;
            card->state = state_from(word(entry, "state"));
            card->summary = word(entry, "summary");
            const Json &trials = member(entry, "trials"), &seconds = member(entry, "seconds");
            for (const Json &trial : trials.is_array() ? trials : Json::array())
                if (trial.is_string())
                    card->trials.push_back(trial.get<std::string>());
            card->seconds = seconds.is_number() ? seconds.get<double>() : 0;
            return;
        }
    }

    void show_summary(const std::string &arguments)
    {
        const Json parsed = Json::parse(arguments, nullptr, false);
        ChatSaid said{words::from("a" + std::to_string(++answers_)), ChatRole::assistant};
        said.text = look_up_figures(word(parsed, "summary"), figures_of(study_, nullptr));
        if (!said.text.empty())
            entries_.emplace_back(said);
    }

    void read_consent(const Json &entry)
    {
        ChatConsent consent{words::from("k" + std::to_string(++consents_)), {}, Decision()};
        if (!open_.empty() && open_.front().name == "set_constraint")
            consent.request.kind = ConsentRequest::Kind::constraint;
        consent.request.sentence = word(entry, "asked");
        const Json &granted = member(entry, "granted");
        consent.decision->granted = granted.is_boolean() && granted.get<bool>();
        consent.decision->reason = word(entry, "reason");
        entries_.emplace_back(consent);
    }

    /// Each call has its answer, also where the program ended before it was carried out.
    void end_node()
    {
        for (const ToolCall &call : open_) {
            ChatMessage message{ChatRole::tool, R"({"errors":[{"path":"","problem":"The program ended before it was done."}]})"};
            message.call_id = call.id;
            message.failed = true;
            history_.push_back(std::move(message));
        }
        open_.clear();
        if (tree_.is_empty())
            return;
        tree_.keep(entries_);
        tree_.keep_history(history_);
    }

    const Study &study_;
    ConversationTree tree_;
    std::vector<ChatEntry> entries_;   ///< that are shown
    std::vector<ChatMessage> history_; ///< of the path that is shown
    std::vector<ToolCall> open_;       ///< without a result so far
    QString id_;                       ///< of the next message
    std::optional<QString> after_;     ///< with which it begins a branch
    std::size_t answers_ = 0, consents_ = 0;
};

} // namespace

ConversationTree read_conversation(const std::vector<Json> &transcript, const Study &study)
{
    Reader reader(study);
    for (const Json &entry : transcript)
        reader.read(entry);
    return reader.finished();
}

} // namespace ca
