// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/paper.h"

#include <QFontDatabase>

#include <cmath>

namespace ca::report {

using namespace Qt::StringLiterals;

namespace {

/// Those of a list that this machine has, so that Qt does not look for each of them again and again.
QStringList present(QStringList families)
{
    families.removeIf([](const QString &family) { return !QFontDatabase::hasFamily(family); });
    return families;
}

QStringList families(bool code)
{
    static const QStringList sans = present({u"Noto Sans"_s, u"DejaVu Sans"_s, u"Liberation Sans"_s, u"Arial"_s})
        << u"Sans Serif"_s;
    static const QStringList mono = present({u"Noto Sans Mono"_s, u"DejaVu Sans Mono"_s, u"Liberation Mono"_s}) << u"Monospace"_s;
    return code ? mono : sans;
}

} // namespace

const Theme &paper_theme()
{
    return light_theme();
}

QFont font_of(const Face &face)
{
    QFont font(families(face.code));
    font.setPixelSize(static_cast<int>(std::lround(points(face.size))));
    font.setWeight(face.strong ? QFont::Bold : QFont::Normal);
    font.setHintingPreference(QFont::PreferNoHinting);
    // The least spacing that Qt knows: with it letters are not joined, and "float" is found in a PDF as five letters.
    font.setLetterSpacing(QFont::AbsoluteSpacing, 1.0 / 64);
    return font;
}

QTextCharFormat format_of(const Face &face)
{
    QTextCharFormat format;
    format.setFont(font_of(face));
    format.setForeground(face.colour);
    return format;
}

} // namespace ca::report
