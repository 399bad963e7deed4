// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/advice.h"

#include "core/agent/provider/leaving.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ca {
namespace {

/// Struck through as Markdown has it; chips are plain figures here.
std::string text_with_marks(const std::vector<TextSpan> &spans)
{
    std::string text;
    for (const TextSpan &span : spans)
        text += span.kind == TextSpan::Kind::unproved ? "~~" + span.text + "~~" : span.text;
    return clean_text(text);
}

Result<double> number_of(std::string_view word, std::string_view text)
{
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool counts = word == "trials" || word == "tokens";
    if (problem != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1e12)
        || (counts && value != std::floor(value)))
        return fail(ErrorCode::usage,
                    "--yes-budget has " + clean_text(word) + "=" + clean_text(text) + ", which is no " + (counts ? "whole " : "")
                        + "number from 0 on.");
    return value;
}

Status set(Budget &budget, std::string_view word, double value)
{
    if (word == "trials")
        budget.trials = static_cast<std::size_t>(value);
    else if (word == "minutes")
        budget.minutes = value;
    else if (word == "tokens")
        budget.tokens = static_cast<std::int64_t>(value);
    else if (word == "dollars")
        budget.money = value;
    else
        return fail(ErrorCode::usage,
                    "--yes-budget has no " + clean_text(word)
                        + "; give trials, minutes, tokens or dollars: trials=24,minutes=15.");
    return {};
}

} // namespace

Result<Budget> parse_budget(const std::string &text, Budget budget)
{
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        const auto equals = part.find('=');
        const std::string_view word = part.substr(0, equals);
        const auto value = number_of(word, equals == std::string_view::npos ? "" : part.substr(equals + 1));
        if (!value)
            return forward(value);
        if (const auto done = set(budget, word, *value); !done)
            return forward(done);
    }
    return budget;
}

Result<AgentOptions> agent_options(const Arguments &arguments, const Console &console)
{
    AgentOptions options;
    const auto budget = parse_budget(arguments.yes_budget, {arguments.trials, arguments.minutes, {}, {}});
    if (!budget)
        return forward(budget);
    options.budget = *budget;
    if (arguments.provider == "offline")
        return options;
    if (!console.open_chat())
        return fail(ErrorCode::unsupported,
                    "This build of the program has no network, so it cannot ask " + clean_text(arguments.provider)
                        + ". Leave --provider out: the offline advisor does the whole job.");
    auto model = console.open_chat()({arguments.provider, arguments.api_key, arguments.llm});
    if (!model)
        return forward(model);
    options.model = std::move(*model);
    const auto provider = find_provider(arguments.provider);
    if (provider && provider->is_local)
        options.price = Price{options.model->name(), 0, 0};
    else if (const Price *price = PriceTable().find(options.model->name()))
        options.price = *price;
    if (provider)
        for (const std::string &line : what_leaves(*provider, options.names))
            console.note(line);
    return options;
}

void ConsoleTranscript::turn_begun(std::size_t) { }
void ConsoleTranscript::delta(const ChatDelta &) { }

void ConsoleTranscript::turn_ended(const ChatTurn &, const std::vector<TextSpan> &text)
{
    if (const std::string said = text_with_marks(text); !said.empty())
        console_.note("Advisor: " + said);
}

void ConsoleTranscript::call_changed(const CallCard &card)
{
    if (card.state == CallState::running)
        console_.note(card.title);
    else if (card.state != CallState::queued && !card.summary.empty())
        console_.note(card.title + ", " + to_text(card.state) + ": " + clean_text(card.summary));
}

void ConsoleTranscript::finished(const std::vector<TextSpan> &summary, const std::optional<std::string> &)
{
    console_.note("Advisor: " + text_with_marks(summary));
}

void ConsoleTranscript::notice(const std::string &sentence)
{
    console_.note(clean_text(sentence));
}

void ConsoleTranscript::usage_changed(const Usage &, std::optional<double>) { }

} // namespace ca
