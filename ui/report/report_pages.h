// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "ui/report/document_layout.h"

#include <QRectF>
#include <QString>

#include <cstddef>
#include <vector>

class QPainter;

namespace ca::report {

/// A document on pages of A4, the same on paper and in a preview. Needs a QGuiApplication. On the interface's thread.
class ReportPages {
public:
    explicit ReportPages(const Document &document);

    [[nodiscard]] std::size_t count() const { return pages_.size(); } ///< at least 1
    /// `page` counts from 0. The painter's units are those of paper.h, from the page's upper left corner.
    void paint(QPainter &painter, std::size_t page) const;

    /// On a page, counted from 0, in the painter's units.
    struct Place {
        std::size_t page = 0;
        double top = 0;
    };
    struct Section {
        QString title;
        Place place;
    };
    /// Those that the table of contents lists.
    [[nodiscard]] std::vector<Section> sections() const;

    struct Link {
        std::size_t page = 0;
        QRectF room;
        Place target;
    };
    [[nodiscard]] std::vector<Link> links() const;

private:
    [[nodiscard]] Place place_of(double top) const; ///< in the column
    void paint_band(QPainter &painter, const Band &band, double top) const;
    void paint_margins(QPainter &painter, std::size_t page) const;

    QString title_, imprint_;
    LaidOutDocument text_;
    std::vector<Page> pages_;
};

} // namespace ca::report
