// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/chat_export.h"

#include "ui/chat/chat_words.h"
#include "ui/common/words.h"

#include <QCoreApplication>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ChatExport", text);
}

/// More ticks than stand together anywhere in `text`.
QString fence_for(const QString &text)
{
    int longest = 2, run = 0;
    for (const QChar character : text) {
        run = character == u'`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return QString(longest + 1, u'`');
}

/// Each line as a quote.
QString quoted(const QString &text)
{
    return u"> "_s + QString(text).replace(u'\n', u"\n> "_s);
}

struct AsMarkdown {
    QString operator()(const ChatSaid &said) const
    {
        QString text = u"### "_s + (said.role == ChatRole::user ? tr("You") : tr("Advisor"));
        text += u"\n\n"_s + words::tame(text_of(said.text)).trimmed();
        const QString mark = said.role == ChatRole::user ? QString() : words::end_mark(said.end);
        return mark.isEmpty() ? text : text + u"\n\n"_s + quoted(mark);
    }
    QString operator()(const CallCard &card) const
    {
        const QString arguments = words::indented(card.arguments);
        const QString fence = fence_for(arguments);
        QString text = u"**%1** · %2\n\n"_s.arg(words::clean(card.title), words::call_state(card.state, card.seconds));
        text += fence + u"json "_s + words::clean(card.tool) + u'\n' + arguments + u'\n' + fence;
        const QString summary = words::tame(words::from(card.summary)).trimmed();
        return summary.isEmpty() ? text : text + u"\n\n"_s + quoted(summary);
    }
    QString operator()(const ChatConsent &consent) const
    {
        const QString answer = consent.decision ? words::decision(*consent.decision) : tr("◇ waits");
        return quoted(words::clean(consent.request.sentence) + u"\n"_s + answer);
    }
    QString operator()(const ChatNotice &notice) const { return quoted(words::tame(notice.sentence)); }
};

} // namespace

QString chat_as_markdown(const std::vector<ChatEntry> &entries)
{
    QStringList parts;
    for (const ChatEntry &entry : entries)
        parts << std::visit(AsMarkdown{}, entry);
    return parts.isEmpty() ? QString() : parts.join(u"\n\n"_s) + u'\n';
}

} // namespace ca
