// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/chat_facts.h"

// A made-up conversation: the one of the drawn target, not measurements.

inline ca::TextSpan plain_span(const char *text)
{
    return {ca::TextSpan::Kind::plain, text, {}};
}

inline ca::TextSpan figure_span(const char *text, const char *reference)
{
    return {ca::TextSpan::Kind::figure, text, reference};
}

inline ca::TextSpan unproved_span(const char *text)
{
    return {ca::TextSpan::Kind::unproved, text, {}};
}

inline ca::ChatSaid persons(const char *id, const char *text)
{
    return {QString::fromLatin1(id), ca::ChatRole::user, ca::plain_text(text)};
}

inline ca::ChatSaid answered(const char *id, std::vector<ca::TextSpan> text)
{
    return {QString::fromLatin1(id), ca::ChatRole::assistant, std::move(text)};
}

inline ca::CallCard made_up_call(const char *id, ca::CallState state)
{
    ca::CallCard card;
    card.id = id;
    card.tool = "run_trials";
    card.title = "Run 2 trials: mixed 3.6 bits, and mixed 3.4 bits with GPTQ";
    card.arguments = ca::Json{{"proposals", {"P3", "P4"}}, {"max_drop", nullptr}};
    card.state = state;
    card.seconds = 72;
    if (state == ca::CallState::done) {
        card.summary = "T16: 2.11 MB, drop 0.37 points. T17: 1.99 MB, drop 0.71 points.";
        card.trials = {"T16", "T17"};
    }
    return card;
}

inline ca::ChatConsent made_up_consent(const char *id)
{
    ca::ConsentRequest request;
    request.sentence = "Run 3 trials: about 2 minutes, 310 MB of memory. 5 of 24 trials are left.";
    request.trials = 3;
    request.minutes = 2;
    return {QString::fromLatin1(id), request};
}

inline std::vector<ca::ChatEntry> made_up_chat()
{
    ca::ChatSaid last =
        answered("a2",
                 {plain_span("**T14** meets both: "), figure_span("2.11 MB", "T14/bytes"), plain_span(" and "),
                  figure_span("−0.37 points", "T14/holdout/drop"), plain_span(" on the holdout. Going to 3.4 bits should save "),
                  figure_span("0.12 MB", "T17/bytes"), plain_span(" and make it "), unproved_span("3.1 times"),
                  plain_span(" faster; T17 will tell.")});
    last.branch = 2;
    last.branches = 3;
    ca::ChatSaid first =
        answered("a1",
                 {plain_span("I pinned `conv_proj` at 8 bits. Three blocks carry 71 % of the int4 divergence, so I "
                             "propose 4 bits there and 3 elsewhere:\n\n1. heads and block 0 keep 6 bits\n"
                             "2. the rest gets 3, see [the paper](https://arxiv.org/abs/2306.00978)\n")});
    first.thinking = QStringLiteral("The person wants at most half a point. Block 0 is sensitive.");
    return {persons("u1", "Under 2.2 MB, and lose at most half a point. Keep the first layer."), first,
            made_up_call("c1", ca::CallState::done), last};
}
