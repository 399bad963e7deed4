// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report_pages.h"

#include "ui/common/words.h"
#include "ui/report/paper.h"

#include <QAbstractTextDocumentLayout>
#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace ca::report {

using namespace Qt::StringLiterals;

namespace {

constexpr double kRunningSize = 7.5;                                   // points
constexpr double kRunningTop = points(38), kFoot = points(841.9 - 33); // base lines
constexpr double kBleed = points(6); // for what overhangs at the sides: bullets, slanted letters

} // namespace

ReportPages::ReportPages(const Document &document)
    : title_(words::from(document.title)),
      imprint_(words::from(document.creator + (document.date.empty() ? "" : " · " + document.date))),
      text_(lay_out(document)),
      pages_(paginate(text_.strips, kTextHeight))
{
    if (pages_.empty())
        pages_.push_back({});
    std::vector<std::size_t> numbers;
    for (const Section &section : sections())
        numbers.push_back(section.place.page + 1);
    write_page_numbers(text_, numbers);
}

ReportPages::Place ReportPages::place_of(double top) const
{
    const auto behind =
        std::upper_bound(pages_.begin(), pages_.end(), top, [](double y, const Page &page) { return y < page.body.top; });
    const std::size_t page = behind == pages_.begin() ? 0 : static_cast<std::size_t>(behind - pages_.begin()) - 1;
    const double head = pages_[page].head ? pages_[page].head->height() : 0;
    return {page, kTopMargin + head + top - pages_[page].body.top};
}

std::vector<ReportPages::Section> ReportPages::sections() const
{
    std::vector<Section> sections;
    for (const PlacedHeading &heading : text_.headings)
        if (heading.level == 2)
            sections.push_back({heading.text, place_of(heading.top)});
    return sections;
}

std::vector<ReportPages::Link> ReportPages::links() const
{
    std::vector<Link> links;
    for (const PlacedLink &link : text_.links) {
        const auto target = std::find_if(text_.headings.begin(), text_.headings.end(),
                                         [&](const PlacedHeading &heading) { return heading.anchor == link.anchor; });
        if (target == text_.headings.end())
            continue;
        const Place place = place_of(link.place.top());
        const QRectF room(QPointF(kLeftMargin + link.place.left(), place.top), link.place.size());
        links.push_back({place.page, room, place_of(target->top)});
    }
    return links;
}

void ReportPages::paint(QPainter &painter, std::size_t page) const
{
    const Page &cut = pages_.at(page);
    double top = 0;
    if (cut.head) {
        paint_band(painter, *cut.head, top);
        top += cut.head->height();
    }
    paint_band(painter, cut.body, top);
    paint_margins(painter, page);
}

void ReportPages::paint_band(QPainter &painter, const Band &band, double top) const
{
    if (band.height() <= 0)
        return;
    const QRectF room(-kBleed, band.top, kTextWidth + 2 * kBleed, band.height());
    painter.save();
    painter.translate(kLeftMargin, kTopMargin + top - band.top);
    painter.setClipRect(room, Qt::IntersectClip);
    QAbstractTextDocumentLayout::PaintContext context;
    context.clip = room.adjusted(0, 1, 0, -1); // lines that only touch the band are left to the neighbour
    context.palette.setColor(QPalette::Text, paper_theme().ink);
    text_.text->documentLayout()->draw(&painter, context);
    for (const Rule &rule : text_.rules)
        if (rule.place.bottom() > band.top && rule.place.top() < band.bottom)
            painter.fillRect(rule.place, rule.colour);
    painter.restore();
}

void ReportPages::paint_margins(QPainter &painter, std::size_t page) const
{
    const QFont font = font_of({.size = kRunningSize});
    const QFontMetricsF metrics(font);
    painter.save();
    painter.setFont(font);
    painter.setPen(paper_theme().dim);
    if (page > 0)
        painter.drawText(QPointF(kLeftMargin, kRunningTop), metrics.elidedText(title_, Qt::ElideMiddle, kTextWidth));
    const QString number = u"%1 / %2"_s.arg(page + 1).arg(count());
    const double width = metrics.horizontalAdvance(number);
    painter.drawText(QPointF(kLeftMargin + kTextWidth - width, kFoot), number);
    painter.drawText(QPointF(kLeftMargin, kFoot), metrics.elidedText(imprint_, Qt::ElideMiddle, kTextWidth - width - points(12)));
    if (page > 0)
        painter.fillRect(QRectF(kLeftMargin, kRunningTop + points(5), kTextWidth, points(0.4)), paper_theme().line);
    painter.restore();
}

} // namespace ca::report
