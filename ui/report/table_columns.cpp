// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/table_columns.h"

#include "ui/report/text_builder.h"

#include <QFontMetricsF>
#include <QRegularExpression>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace ca::report {
namespace {

constexpr double kSizes[] = {8, 7.5, 7, 6.5, 6, 5.5}; // points, best first
constexpr double kMeasuredSize = 10;                  // points; widths of unhinted text grow with its size
constexpr double kLongestWord = points(90);           // longer ones, names of layers and files, may break
constexpr double kTitleShare = 0.6;                   // of its width: titles may break into two lines
constexpr double kReadable = 7, kStillReadable = 6.5; // points: smaller only where numbers would break
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
                        .word = title.word,
                        .weight = about.weight,
                        .number = about.number,
                        .gap = gap_behind(table, column)};
        for (const auto &row : table.rows) {
            if (column >= row.size())
                continue;
            const LineMeasure cell = measure(row[column], kMeasuredSize, false);
            need.natural = std::max(need.natural, cell.whole);
            need.word = std::max(need.word, about.number ? cell.whole : cell.word);
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
        need.least = room + (need.number ? need.word * scale : std::min(need.word * scale, kLongestWord));
        need.word = need.word * scale + room;
        need.natural = std::max(need.natural * scale + room, need.word);
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
        const QString text = shown_text(run);
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
    const auto base = sum(needs, &ColumnNeed::word) <= width ? &ColumnNeed::word : &ColumnNeed::least;
    const double least = sum(needs, base);
    std::vector<double> widths;
    for (const ColumnNeed &need : needs)
        widths.push_back(least > width ? need.*base * width / least : need.*base);
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
    const auto largest = [&](double ColumnNeed::*need) { // 0: none
        const auto size = std::find_if(std::begin(kSizes), std::end(kSizes),
                                       [&](double one) { return sum(needs_at(one, measured, padding), need) <= width; });
        return size == std::end(kSizes) ? 0 : *size;
    };
    ColumnPlan plan;
    plan.size = largest(&ColumnNeed::natural);
    if (plan.size < kReadable)
        plan.size = largest(&ColumnNeed::word);
    if (plan.size < kStillReadable)
        plan.size = std::max(largest(&ColumnNeed::least), *std::rbegin(kSizes));
    plan.widths = share_width(needs_at(plan.size, measured, padding), width);
    return plan;
}

Line with_breaks(const Line &line, double size, double width)
{
    constexpr qsizetype kLongestName = 300; // what is longer is no name
    static const QRegularExpression joint(QStringLiteral("[._/-]"));
    if (line.size() != 1 || measure(line, size, false).word <= width)
        return line;
    QString rest = shown_text(line.front()), broken;
    if (rest.contains(u' ') || rest.size() > kLongestName)
        return line;
    const QFontMetricsF metrics(font_of({.size = size, .strong = line.front().strong, .code = line.front().code}));
    while (rest.size() > 1 && metrics.horizontalAdvance(rest) > width) {
        qsizetype fitting = 1;
        while (metrics.horizontalAdvance(rest.left(fitting + 1)) <= width)
            ++fitting;
        const qsizetype behind_joint = rest.lastIndexOf(joint, fitting - 1) + 1;
        const qsizetype cut = behind_joint > 0 ? behind_joint : fitting;
        broken += rest.left(cut) + QChar(QChar::LineSeparator);
        rest = rest.mid(cut);
    }
    Line result = line;
    result.front().text = (broken + rest).toStdString();
    return result;
}

double gap_behind(const Table &table, std::size_t column)
{
    const bool beside_text = column + 1 < table.columns.size() && !table.columns[column + 1].number;
    return table.columns[column].number && beside_text ? kGapBehindNumber : 0;
}

} // namespace ca::report
