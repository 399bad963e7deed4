// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/chat_words.h"

#include "ui/common/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ca {

std::vector<TextSpan> plain_text(std::string_view text)
{
    return {{TextSpan::Kind::plain, std::string(text), {}}};
}

QString text_of(const std::vector<TextSpan> &spans)
{
    std::string text;
    for (const TextSpan &span : spans)
        text += span.text;
    return words::from(text);
}

namespace words {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ChatWords", text);
}

/// Zero width (non-)joiners stay: scripts and emoji need them.
bool disturbs(char32_t character)
{
    constexpr char32_t kNonJoiner = 0x200C, kJoiner = 0x200D;
    constexpr char32_t kFirstOfFrame = 0xFDD0, kLastOfFrame = 0xFDEF; // no characters: text documents use them for frames
    switch (QChar::category(character)) {
    case QChar::Other_Control:
        return character != U'\n' && character != U'\t';
    case QChar::Other_Format:
        return character != kNonJoiner && character != kJoiner;
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return character == QChar::ObjectReplacementCharacter || (character >= kFirstOfFrame && character <= kLastOfFrame);
    }
}

QString price(std::optional<double> dollars)
{
    if (!dollars)
        return tr("price unknown");
    if (*dollars > 0 && *dollars < 0.005)
        return tr("under $0.01");
    return u"$"_s + QString::number(*dollars, 'f', 2);
}

QString cut(const QString &text)
{
    constexpr qsizetype kMost = 1000; // letters of one argument
    return text.size() <= kMost ? text : text.left(kMost - 1) + u'…';
}

QString state_word(CallState state)
{
    switch (state) {
    case CallState::queued:
        return tr("○ queued");
    case CallState::waiting:
        return tr("◇ waits for you");
    case CallState::running:
        return tr("● running");
    case CallState::done:
        return tr("✓ done");
    case CallState::failed:
        return tr("✗ failed");
    case CallState::refused:
        return tr("⊘ refused");
    case CallState::cancelled:
        break;
    }
    return tr("■ cancelled");
}

} // namespace

QString tame(const QString &text)
{
    QString tamed;
    tamed.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool pair = text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate();
        if (!disturbs(pair ? QChar::surrogateToUcs4(text[i], text[i + 1]) : char32_t(text[i].unicode())))
            tamed += QStringView(text).mid(i, pair ? 2 : 1);
        i += pair ? 1 : 0;
    }
    return tamed;
}

QString tokens(std::int64_t count)
{
    const auto scaled = [](double value) { return QString::number(value, 'f', value < 99.95 ? 1 : 0); };
    const auto value = static_cast<double>(count);
    if (count < 1000)
        return QString::number(count);
    // 999,500 would be "1000k"
    return count < 999'500 ? tr("%1k").arg(scaled(value / 1e3)) : tr("%1M").arg(scaled(value / 1e6));
}

QString meter(const Usage &usage, std::optional<double> dollars)
{
    const QString text = tr("%1 in, %2 out · %3").arg(tokens(usage.input), tokens(usage.output), price(dollars));
    return usage.estimated ? text + tr(" · estimate") : text;
}

QString meter_details(const Usage &usage, std::optional<double> dollars)
{
    const auto number = [](std::int64_t count) { return grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(0, count))); };
    QString text = tr("%1 tokens were read, %2 of them from the provider's cache; %3 were written.")
                       .arg(number(usage.input), number(usage.cached), number(usage.output));
    if (!dollars)
        text += tr(" The price of this model is not known; enter it in the provider's settings.");
    if (usage.estimated)
        text += tr(" The server did not count some of them, so they were estimated by length.");
    return text;
}

QString elapsed(double seconds)
{
    if (seconds < 9.95)
        return tr("%1 s").arg(QString::number(std::max(0.0, seconds), 'f', 1));
    return whole_seconds(std::llround(std::min(seconds, 1e8)));
}

QString whole_seconds(std::int64_t seconds)
{
    return seconds < 60 ? tr("%1 s").arg(seconds) : tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
}

QString call_state(CallState state, double seconds)
{
    const bool has_time = state != CallState::queued && state != CallState::waiting && seconds > 0;
    return has_time ? state_word(state) + u" · "_s + elapsed(seconds) : state_word(state);
}

QColor call_color(CallState state, const Theme &theme)
{
    switch (state) {
    case CallState::running:
        return theme.accent;
    case CallState::done:
        return theme.good;
    case CallState::failed:
        return theme.bad;
    case CallState::waiting:
    case CallState::refused:
        return theme.warning;
    case CallState::queued:
    case CallState::cancelled:
        break;
    }
    return theme.dim;
}

QString end_mark(TurnEnd end)
{
    switch (end) {
    case TurnEnd::complete:
    case TurnEnd::tool_calls:
        return {};
    case TurnEnd::length:
        return tr("■ Cut off at the longest answer that was asked for.");
    case TurnEnd::refused:
        return tr("⊘ The model, or a filter of its provider, refused to go on.");
    case TurnEnd::paused:
        return tr("■ The provider paused. Continue takes it up again.");
    case TurnEnd::context_full:
        return tr("■ The conversation is longer than this model reads. Start another, or choose a model that reads more.");
    case TurnEnd::truncated:
        return tr("■ The answer broke off. Nothing that it asked for was carried out.");
    case TurnEnd::stopped:
        break;
    }
    return tr("■ You stopped it here.");
}

QString decision(const Decision &decision)
{
    const QString word = decision.granted ? tr("✓ Approved") : tr("⊘ Refused");
    return decision.reason.empty() ? word : word + u": "_s + clean(decision.reason);
}

QString consent_mode(ConsentMode mode)
{
    switch (mode) {
    case ConsentMode::ask:
        return tr("Ask each time");
    case ConsentMode::within_budget:
        return tr("Within budget");
    case ConsentMode::chat_only:
        break;
    }
    return tr("Chat only");
}

QString argument_name(const std::string &key)
{
    return clean(key).replace(u'_', u' ');
}

QString argument_value(const Json &value)
{
    if (value.is_null())
        return u"–"_s;
    if (value.is_string())
        return cut(clean(value.get<std::string>()));
    const bool flat =
        value.is_array() && std::none_of(value.begin(), value.end(), [](const Json &item) { return item.is_structured(); });
    if (!flat)
        return cut(clean(canonical(value)));
    QStringList items;
    for (const Json &item : value)
        items << argument_value(item);
    return items.isEmpty() ? tr("none") : cut(items.join(u", "_s));
}

QString indented(const Json &value)
{
    // A string is what the model wrote where that was no JSON.
    return tame(from(value.is_string() ? value.get<std::string>() : pretty(OrderedJson(value))));
}

} // namespace words
} // namespace ca
