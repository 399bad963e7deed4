// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/chat_suggestions.h"

#include <QCoreApplication>

namespace ca {
namespace {

constexpr std::size_t kMore = 8; // trials: two rounds

QString text(const char *words)
{
    return QCoreApplication::translate("ChatSuggestions", words);
}

QString named(const std::optional<std::string> &trial)
{
    return trial ? QString::fromStdString(*trial) : QString();
}

} // namespace

ChatSuggestions chat_suggestions(const Study *study, bool can_run)
{
    ChatSuggestions next;
    if (!study || !has_results(*study)) {
        if (can_run)
            next.questions << text("Go ahead") << text("Lose at most half a point") << text("Keep the first layer");
        next.questions << text("What can you do?");
        return next;
    }
    const QString balanced = named(study->answer ? study->answer : study->balanced), smallest = named(study->smallest);
    if (!balanced.isEmpty())
        next.questions << text("Why %1?").arg(balanced);
    if (!balanced.isEmpty() && !smallest.isEmpty() && smallest != balanced)
        next.questions << text("Compare %1 and %2").arg(balanced, smallest);
    next.questions << text("Explain L001");
    if (!study->constraints.max_drop)
        next.questions << text("Lose at most half a point");
    if (can_run) {
        next.offer = text("Run %1 more trials").arg(kMore);
        next.trials = kMore;
        next.questions << next.offer;
    }
    return next;
}

} // namespace ca
