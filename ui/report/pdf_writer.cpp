// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/pdf_writer.h"

#include "ui/common/words.h"
#include "ui/report/paper.h"
#include "ui/report/pdf_file.h"
#include "ui/report/report_pages.h"

#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>

namespace ca::report {
namespace {

/// In points above the lower edge.
double height_of(double y)
{
    return (kPageHeight - y) / points(1);
}

/// With a little room above it.
PdfPlace to_pdf(const ReportPages::Place &place)
{
    return {place.page, height_of(place.top) + 8};
}

PdfFacts facts_of(const Document &document, const ReportPages &pages)
{
    PdfFacts facts{.title = words::from(document.title),
                   .subject = words::from(document.subject),
                   .creator = words::from(document.creator),
                   .language = QStringLiteral("en"), // of what core says
                   .date = QDateTime::fromString(words::from(document.date), Qt::ISODate)};
    if (facts.date.timeSpec() == Qt::LocalTime) // a date says no zone, and a report does not depend on where it is written
        facts.date.setTimeSpec(Qt::UTC);
    QStringList keywords;
    for (const std::string &keyword : document.keywords)
        keywords << words::from(keyword);
    facts.keywords = keywords.join(QStringLiteral(", "));
    for (const ReportPages::Section &section : pages.sections())
        facts.bookmarks.push_back({section.title, to_pdf(section.place)});
    for (const ReportPages::Link &link : pages.links())
        facts.links.push_back({link.page, link.room.left() / points(1), height_of(link.room.bottom()),
                               link.room.right() / points(1), height_of(link.room.top()), to_pdf(link.target)});
    return facts;
}

} // namespace

std::string to_pdf(const Document &document)
{
    const ReportPages pages(document);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setPdfVersion(QPagedPaintDevice::PdfVersion_A1b);
    writer.setResolution(kUnitsPerInch);
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait, QMarginsF(), QPageLayout::Point));
    QPainter painter(&writer);
    for (std::size_t page = 0; page < pages.count(); ++page) {
        if (page > 0)
            writer.newPage();
        pages.paint(painter, page);
    }
    painter.end();
    return complete_pdf(bytes, facts_of(document, pages)).toStdString();
}

} // namespace ca::report
