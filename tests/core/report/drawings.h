// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <QList>
#include <QRectF>
#include <QString>

#include <vector>

/// Looks into drawings, for tests.
namespace drawings {

template <typename Kind>
std::vector<Kind> all(const ca::report::Drawing &drawing)
{
    std::vector<Kind> found;
    for (const ca::report::Shape &shape : drawing.shapes)
        if (const auto *kind = std::get_if<Kind>(&shape.what))
            found.push_back(*kind);
    return found;
}

inline std::vector<std::string> texts(const ca::report::Drawing &drawing)
{
    std::vector<std::string> found;
    for (const auto &text : all<ca::report::TextShape>(drawing))
        found.push_back(text.text);
    return found;
}

inline bool has_text(const ca::report::Drawing &drawing, const std::string &wanted)
{
    for (const std::string &text : texts(drawing))
        if (text == wanted)
            return true;
    return false;
}

inline bool has_part(const ca::report::Drawing &drawing, const std::string &wanted)
{
    for (const std::string &text : texts(drawing))
        if (text.find(wanted) != std::string::npos)
            return true;
    return false;
}

/// What a text covers where a letter is 0.6 of the font's size, or all of it from U+1100 on, as Drawing assumes.
inline QRectF box(const ca::report::TextShape &text)
{
    double width = 0;
    for (const uint letter : QString::fromStdString(text.text).toUcs4())
        width += (letter >= 0x1100 && (letter < 0x2000 || letter > 0x22ff) ? 1.0 : 0.6) * text.size;
    const double before = text.anchor == ca::report::TextShape::Anchor::start ? 0
        : text.anchor == ca::report::TextShape::Anchor::middle                ? width / 2
                                                                              : width;
    const double above = text.size * 0.75, height = text.size * 0.9;
    if (text.upwards)
        return {text.baseline.x - above, text.baseline.y + before - width, height, width};
    return {text.baseline.x - before, text.baseline.y - above, width, height};
}

/// Empty where no text leaves the drawing or covers another; else what does.
inline QString collisions(const ca::report::Drawing &drawing)
{
    const QRectF sheet(0, 0, drawing.width, drawing.height);
    const auto texts = all<ca::report::TextShape>(drawing);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].text.empty())
            continue;
        if (!sheet.contains(box(texts[i])))
            return QString::fromStdString("outside: " + texts[i].text);
        for (std::size_t j = 0; j < i; ++j)
            if (!texts[j].text.empty() && box(texts[i]).intersects(box(texts[j])))
                return QString::fromStdString(texts[i].text + " covers " + texts[j].text);
    }
    return {};
}

} // namespace drawings
