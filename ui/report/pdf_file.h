// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>

#include <cstddef>
#include <vector>

namespace ca::report {

/// Lengths are points, and as in PDF heights are above the page's lower edge.
struct PdfPlace {
    std::size_t page = 0; ///< from 0
    double height = 0;
};
struct PdfBookmark {
    QString title;
    PdfPlace place;
};
/// A rectangle that leads to another place of the file.
struct PdfLink {
    std::size_t page = 0;
    double left = 0, lower = 0, right = 0, upper = 0;
    PdfPlace target;
};

/// What a PDF says of itself.
struct PdfFacts {
    QString title, subject, creator, keywords{};
    QString language{}; ///< BCP 47
    QDateTime date{};   ///< of the creation; invalid: none
    std::vector<PdfBookmark> bookmarks{};
    std::vector<PdfLink> links{};
};

/// Completes a file of QPdfWriter by what Qt 6.4 does not write: bookmarks, language, subject and keywords. The date is that of
/// the facts and the file's identity a hash of it, so that the same pages give the same bytes. Conforms to PDF/A-1b (ISO 19005-1)
/// as the given file does. A file that is not built as expected comes back as it is.
[[nodiscard]] QByteArray complete_pdf(const QByteArray &pdf, const PdfFacts &facts);

} // namespace ca::report
