// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/table_columns.h"

#include "ui/common/words.h"
#include "ui/report/paper.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace ca::report {
namespace {

constexpr double kSizes[] = {8, 7.5, 7, 6.5, 6, 5.5}; // points, best first
constexpr double kMeasuredSize = 10;                  // points; widths of unhinted text grow with its size
constexpr double kLongestWord = points(90);           // longer ones, names of layers and files, may break
constexpr double kTitleShare = 0.6;                   // of its width: titles may break into two lines
constexpr double kReadable = 7;                       // points: smaller only where numbers would break
constexpr double kMostRoom = points(16);              // that a number gets where there is much of it
constexpr double kGapBehindNumber = points(5);
constexpr double kSlack = 1.02;    // so that a width that is rounded does not break a cell
constexpr double kGap = points(3); // between columns, beside the room in the cells

double sum(const std::vector<double> &values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<ColumnNeed> needs_at_measured_size(const Table &table)
{
    std::vector<ColumnNeed> needs;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const Table::Column &about = table.columns[column];
        const LineMeasure title = measure(plain(about.title), kMeasuredSize, true);
        ColumnNeed need{.natural = std::max(title.word, title.whole * kTitleShare),
                        .least = title.word,
                        .weight = about.weight,
                        .number = about.number,
                        .gap = gap_behind(table, column)};
        for (const auto &row : table.rows) {
            if (column >= row.size())
                continue;
            const LineMeasure cell = measure(row[column], kMeasuredSize, false);
            need.natural = std::max(need.natural, cell.whole);
            need.least = std::max(need.least, about.number ? cell.whole : cell.word);
        }
        needs.push_back(need);
    }
    return needs;
}

std::vector<ColumnNeed> needs_at(double size, const std::vector<ColumnNeed> &measured, double padding)
{
    std::vector<ColumnNeed> needs = measured;
    for (ColumnNeed &need : needs) {
        const double room = 2 * padding + kGap + need.gap, scale = size / kMeasuredSize * kSlack;
        need.natural = need.natural * scale + room;
        need.least = room + (need.number ? need.least * scale : std::min(need.least * scale, kLongestWord));
        need.natural = std::max(need.natural, need.least);
    }
    return needs;
}

double sum(const std::vector<ColumnNeed> &needs, double ColumnNeed::*of)
{
    double all = 0;
    for (const ColumnNeed &need : needs)
        all += need.*of;
    return all;
}

/// Half of what is over goes to numbers, a little each, for they are read more easily near each other, and the rest to texts.
void give_rest(const std::vector<ColumnNeed> &needs, double rest, std::vector<double> &widths)
{
    const auto numbers = std::count_if(needs.begin(), needs.end(), [](const ColumnNeed &need) { return need.number; });
    const bool texts = numbers < static_cast<std::ptrdiff_t>(needs.size());
    double weights = 0;
    for (const ColumnNeed &need : needs)
        weights += !texts || !need.number ? need.weight : 0;
    const double each = texts && numbers > 0 ? std::min(kMostRoom, rest / 2 / static_cast<double>(numbers)) : 0;
    rest -= each * static_cast<double>(numbers);
    for (std::size_t i = 0; i < needs.size(); ++i) {
        if (texts && needs[i].number)
            widths[i] += each;
        else if (weights > 0)
            widths[i] += rest * needs[i].weight / weights;
    }
}

} // namespace

LineMeasure measure(const Line &line, double size, bool strong)
{
    LineMeasure result;
    double word = 0; // words go on from run to run
    for (const Run &run : line) {
        const QFontMetricsF metrics(font_of({.size = size, .strong = strong || run.strong, .code = run.code}));
        const QString text = words::from(run.text);
        result.whole += metrics.horizontalAdvance(text);
        const QStringList parts = text.split(u' ');
        for (qsizetype i = 0; i < parts.size(); ++i) {
            word = (i == 0 ? word : 0) + metrics.horizontalAdvance(parts[i]);
            result.word = std::max(result.word, word);
        }
    }
    return result;
}

std::vector<double> share_width(const std::vector<ColumnNeed> &needs, double width)
{
    std::vector<double> widths;
    const double least = sum(needs, &ColumnNeed::least);
    for (const ColumnNeed &need : needs)
        widths.push_back(least > width ? need.least * width / least : need.least);
    if (least >= width)
        return widths;
    // Each column that still wants more gets its share of what is left, until nothing is left or nobody wants more.
    for (std::size_t round = 0; round < needs.size(); ++round) {
        const double rest = width - sum(widths);
        double weights = 0;
        for (std::size_t i = 0; i < needs.size(); ++i)
            weights += widths[i] < needs[i].natural ? needs[i].weight : 0;
        if (weights <= 0)
            break;
        for (std::size_t i = 0; i < needs.size(); ++i)
            if (widths[i] < needs[i].natural)
                widths[i] = std::min(needs[i].natural, widths[i] + rest * needs[i].weight / weights);
    }
    give_rest(needs, std::max(0.0, width - sum(widths)), widths);
    return widths;
}

ColumnPlan plan_columns(const Table &table, double width, double padding)
{
    const std::vector<ColumnNeed> measured = needs_at_measured_size(table);
    const auto fits = [&](double size, double ColumnNeed::*need) {
        return sum(needs_at(size, measured, padding), need) <= width;
    };
    const auto whole =
        std::find_if(std::begin(kSizes), std::end(kSizes), [&](double size) { return fits(size, &ColumnNeed::natural); });
    ColumnPlan plan;
    plan.size = *std::rbegin(kSizes);
    if (whole != std::end(kSizes) && *whole >= kReadable)
        plan.size = *whole;
    else if (const auto least =
                 std::find_if(std::begin(kSizes), std::end(kSizes), [&](double size) { return fits(size, &ColumnNeed::least); });
             least != std::end(kSizes))
        plan.size = *least;
    plan.widths = share_width(needs_at(plan.size, measured, padding), width);
    return plan;
}

double gap_behind(const Table &table, std::size_t column)
{
    const bool beside_text = column + 1 < table.columns.size() && !table.columns[column + 1].number;
    return table.columns[column].number && beside_text ? kGapBehindNumber : 0;
}

} // namespace ca::report
