// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/pagination.h"

#include <QtTest>

namespace {

using ca::report::Band;
using ca::report::Page;
using ca::report::Strip;

/// Strips of 10 without room between them.
std::vector<Strip> strips(std::size_t count)
{
    std::vector<Strip> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i].band = {10.0 * static_cast<double>(i), 10.0 * static_cast<double>(i) + 10};
    return result;
}

std::vector<Band> bodies(const std::vector<Page> &pages)
{
    std::vector<Band> result;
    for (const Page &page : pages)
        result.push_back(page.body);
    return result;
}

} // namespace

class TestPagination final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fills_each_page();
    void leaves_out_the_room_above_a_page();
    void keeps_a_heading_with_what_follows();
    void parts_what_does_not_fit_together();
    void begins_a_page_where_it_is_asked_to();
    void repeats_the_head_of_a_table();
    void cuts_what_is_higher_than_a_page();
    void nothing_has_no_page();
    void every_strip_is_on_a_page_once();
};

void TestPagination::fills_each_page()
{
    const auto pages = ca::report::paginate(strips(7), 30);
    QCOMPARE(bodies(pages), (std::vector<Band>{{0, 30}, {30, 60}, {60, 70}}));
}

void TestPagination::leaves_out_the_room_above_a_page()
{
    const auto pages = ca::report::paginate({{.band = {0, 10}}, {.band = {18, 28}}, {.band = {40, 50}}}, 30);
    QCOMPARE(bodies(pages), (std::vector<Band>{{0, 28}, {40, 50}}));
}

void TestPagination::keeps_a_heading_with_what_follows()
{
    auto column = strips(5);
    column[2].keep_with_next = true;
    QCOMPARE(bodies(ca::report::paginate(column, 30)), (std::vector<Band>{{0, 20}, {20, 50}}));
}

void TestPagination::parts_what_does_not_fit_together()
{
    auto column = strips(4);
    for (auto &strip : column)
        strip.keep_with_next = true;
    QCOMPARE(bodies(ca::report::paginate(column, 30)), (std::vector<Band>{{0, 30}, {30, 40}}));
}

void TestPagination::begins_a_page_where_it_is_asked_to()
{
    auto column = strips(3);
    column[0].new_page = true; // nothing stands before it
    column[1].new_page = true;
    QCOMPARE(bodies(ca::report::paginate(column, 30)), (std::vector<Band>{{0, 10}, {10, 30}}));
}

void TestPagination::repeats_the_head_of_a_table()
{
    auto column = strips(7);
    for (std::size_t row = 1; row < 7; ++row)
        column[row].head = Band{0, 10};
    const auto pages = ca::report::paginate(column, 40);
    // Three rows below the head on the first page and again on the second.
    QCOMPARE(pages, (std::vector<Page>{{{0, 40}, {}}, {{40, 70}, Band{0, 10}}}));
}

void TestPagination::cuts_what_is_higher_than_a_page()
{
    const auto pages = ca::report::paginate({{.band = {0, 10}}, {.band = {10, 85}}, {.band = {85, 95}}}, 30);
    QCOMPARE(bodies(pages), (std::vector<Band>{{0, 10}, {10, 40}, {40, 70}, {70, 85}, {85, 95}}));
}

void TestPagination::nothing_has_no_page()
{
    QVERIFY(ca::report::paginate({}, 30).empty());
}

void TestPagination::every_strip_is_on_a_page_once()
{
    unsigned state = 12345; // a linear congruential generator: the same columns everywhere
    const auto random = [&](unsigned below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16U) % below;
    };
    for (int round = 0; round < 200; ++round) {
        std::vector<Strip> column;
        double y = 0;
        for (unsigned i = 0; i < 1 + random(60); ++i) {
            const double height = 1 + random(25);
            column.push_back({.band = {y, y + height}, .keep_with_next = random(3) == 0, .new_page = random(9) == 0});
            y += height + random(4);
        }
        const auto pages = ca::report::paginate(column, 30);
        std::size_t next = 0;
        for (const Page &page : pages) {
            QVERIFY(page.body.height() <= 30);
            QCOMPARE(page.body.top, column.at(next).band.top);
            while (next < column.size() && column[next].band.bottom <= page.body.bottom)
                ++next;
        }
        QCOMPARE(next, column.size());
    }
}

QTEST_APPLESS_MAIN(TestPagination)
#include "test_pagination.moc"
