// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <map>
#include <optional>
#include <vector>

namespace ca::report {

/// A PDF as its objects (ISO 32000-1, 7.5): each from "1 0 obj" to "endobj".
struct PdfObjects {
    std::map<int, QByteArray> objects;
    int catalogue = 0, facts = 0, metadata = 0; ///< their numbers
    std::vector<int> pages;

    int add(const QByteArray &content); ///< gives its number
    void put(int number, const QByteArray &content);
};

/// The number of the object that `key` of a dictionary refers to; 0 where there is none.
[[nodiscard]] int reference(const QByteArray &dictionary, const char *key);

/// Nothing where the file is not built as QPdfWriter of Qt 6 does it: one table of offsets, one level of pages.
[[nodiscard]] std::optional<PdfObjects> read_pdf(const QByteArray &pdf);

/// The objects numbered in the order in which they are reached from the catalogue, with fonts' subsets named by their numbers: Qt
/// writes fonts in an order that is another one in each run. What is not reached is left out.
[[nodiscard]] PdfObjects in_order(const PdfObjects &file);

/// With a hash of the file as its identity.
[[nodiscard]] QByteArray write_pdf(const PdfObjects &file);

} // namespace ca::report
