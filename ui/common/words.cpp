// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/words.h"

#include "core/base/json.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTextDocument>

#include <algorithm>
#include <cmath>

namespace ca::words {
namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Words", text);
}

QString fixed(double value, int digits)
{
    return QString::number(value, 'f', digits);
}

} // namespace

QString from(const std::string &utf8)
{
    return QString::fromStdString(utf8);
}

QString clean(const std::string &utf8)
{
    return from(clean_text(utf8));
}

QString escaped(const QString &text)
{
    QString shown;
    for (const QChar character : text) {
        const auto category = character.category();
        const bool hidden = category == QChar::Other_Control || category == QChar::Other_Format
            || category == QChar::Separator_Line || category == QChar::Separator_Paragraph;
        if (hidden)
            shown += QStringLiteral("\\u{%1}").arg(QString::number(character.unicode(), 16).toUpper());
        else
            shown += character;
    }
    return shown;
}

QString tip(const QString &text)
{
    return Qt::mightBeRichText(text) ? QStringLiteral("<span>%1</span>").arg(text.toHtmlEscaped()) : text;
}

double megabytes(Bytes size)
{
    return static_cast<double>(size.value) / 1e6;
}

QString three_digits(double value)
{
    const double size = std::abs(value);
    if (!std::isfinite(value) || size < 5e-7)
        return std::isfinite(value) ? QStringLiteral("0") : QStringLiteral("∞");
    // 9.995 is 10.0 with three digits, so the choice is made on the rounded number.
    const int before = static_cast<int>(std::floor(std::log10(size * 1.0005))) + 1;
    return fixed(value, std::clamp(3 - before, 0, 6));
}

QString size(Bytes size)
{
    return from(to_text(size));
}

QString percent(double fraction)
{
    return fixed(fraction * 100, 1);
}

QString points(double difference)
{
    const QString digits = fixed(std::abs(difference), 2);
    if (digits == QStringLiteral("0.00"))
        return digits;
    return (difference < 0 ? QStringLiteral("−") : QStringLiteral("+")) + digits;
}

QString count(std::int64_t value)
{
    const auto number = static_cast<double>(value);
    if (value >= 1'000'000'000)
        return tr("%1 G").arg(three_digits(number / 1e9));
    if (value >= 1'000'000)
        return tr("%1 M").arg(three_digits(number / 1e6));
    if (value >= 10'000)
        return tr("%1 k").arg(fixed(number / 1e3, 0));
    if (value >= 1'000)
        return tr("%1 k").arg(fixed(number / 1e3, 1));
    return QString::number(value);
}

QString grouped(std::uint64_t value)
{
    return QLocale(QLocale::English).toString(static_cast<qulonglong>(value));
}

QString noise(double value)
{
    if (!std::isfinite(value))
        return QStringLiteral("∞");
    if (value < 0.00095)
        return value <= 0 ? QStringLiteral("0")
                          : QString::number(value, 'e', 0).replace(QStringLiteral("e-0"), QStringLiteral("e-"));
    if (value < 0.0995)
        return fixed(value, 3);
    return value < 9.995 ? fixed(value, 2) : fixed(value, 0);
}

QString p_value(double value)
{
    if (value < 0.001)
        return QStringLiteral("< 0.001");
    return fixed(value, value < 0.1 ? 3 : 2);
}

QString time_left(double seconds)
{
    const auto rounded = static_cast<int>(std::ceil(std::max(0.0, seconds)));
    if (rounded < 90)
        return tr("about %1 s left").arg(rounded);
    if (rounded < 90 * 60)
        return tr("about %1 min left").arg((rounded + 30) / 60);
    return tr("about %1 h left").arg((rounded + 1800) / 3600);
}

QString far(const ProgressReport &how)
{
    QString text;
    if (how.total > 0)
        text = tr("%1 of %2").arg(grouped(how.done), grouped(how.total));
    else if (how.done > 0)
        text = grouped(how.done);
    const QString left = how.remaining ? time_left(*how.remaining) : (how.total > 0 ? tr("estimating the time") : QString());
    if (text.isEmpty() || left.isEmpty())
        return text + left;
    return text + QStringLiteral(" · ") + left;
}

} // namespace ca::words
