// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/report/table_columns.h"

#include <numeric>

namespace {

using ca::report::ColumnNeed;
using ca::report::plain;
using ca::report::Table;

double sum(const std::vector<double> &values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

class TestTableColumns final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void room_that_is_over_goes_to_texts_and_a_little_to_numbers();
    void room_that_is_over_is_shared_where_all_are_numbers();
    void a_text_breaks_before_a_number_does();
    void short_texts_do_not_pay_for_long_ones();
    void long_words_break_last();
    void too_many_columns_get_less_in_proportion();
    void a_table_is_as_wide_as_the_page();
    void a_wide_table_is_set_smaller();
    void words_go_on_from_run_to_run();
    void a_number_is_one_word_with_its_unit();
    void a_name_breaks_behind_its_dots();
};

void TestTableColumns::room_that_is_over_goes_to_texts_and_a_little_to_numbers()
{
    const auto widths = ca::report::share_width({{100, 50, 50, 3, false}, {40, 40, 40, 1, true}, {60, 30, 30, 1, false}}, 300);
    // 100 are over: half to the number, of the rest three parts to the first text and one to the other.
    QCOMPARE(widths, (std::vector<double>{137.5, 90, 72.5}));
    const auto far = ca::report::share_width({{100, 50, 50, 1, false}, {40, 40, 40, 1, true}}, 2140);
    QCOMPARE(far, (std::vector<double>{1940, 200})); // no more than 16 points
}

void TestTableColumns::room_that_is_over_is_shared_where_all_are_numbers()
{
    QCOMPARE(ca::report::share_width({{40, 40, 40, 1, true}, {60, 60, 60, 1, true}}, 200), (std::vector<double>{90, 110}));
}

void TestTableColumns::a_text_breaks_before_a_number_does()
{
    const auto widths = ca::report::share_width({{500, 50, 50, 1, false}, {80, 80, 80, 1, true}}, 200);
    QCOMPARE(widths, (std::vector<double>{120, 80}));
}

void TestTableColumns::short_texts_do_not_pay_for_long_ones()
{
    const auto widths = ca::report::share_width({{500, 50, 50, 1, false}, {60, 40, 40, 1, false}}, 200);
    QCOMPARE(widths[1], 60.0);
    QCOMPARE(widths[0], 140.0);
}

void TestTableColumns::long_words_break_last()
{
    // Both texts are broken between words, so that the long word of the first is whole; 20 are over, shared by the weights.
    QCOMPARE(ca::report::share_width({{500, 150, 90, 1, false}, {400, 30, 30, 1, false}}, 200), (std::vector<double>{160, 40}));
    // There is no room for it: 90 and 30 at least, and 60 are over.
    QCOMPARE(ca::report::share_width({{900, 800, 90, 1, false}, {400, 30, 30, 1, false}}, 180), (std::vector<double>{120, 60}));
}

void TestTableColumns::too_many_columns_get_less_in_proportion()
{
    const auto widths = ca::report::share_width({{300, 300, 300, 1, true}, {100, 100, 100, 1, true}}, 200);
    QCOMPARE(widths, (std::vector<double>{150, 50}));
}

void TestTableColumns::a_table_is_as_wide_as_the_page()
{
    const Table table{.caption = "", .columns = {{"Name"}, {"Size, MB", true}}, .rows = {{plain("T1"), plain("11.4")}}};
    const auto plan = ca::report::plan_columns(table, 4933, 30);
    QCOMPARE(plan.size, 8.0);
    QVERIFY(std::abs(sum(plan.widths) - 4933) < 0.01);
}

void TestTableColumns::a_wide_table_is_set_smaller()
{
    Table table{.caption = "", .columns = {}, .rows = {{}}};
    for (int column = 0; column < 12; ++column) {
        table.columns.push_back({"Size", true});
        table.rows[0].push_back(plain("123 456.78"));
    }
    const auto plan = ca::report::plan_columns(table, 4933, 30);
    QVERIFY(plan.size < 8);
    QVERIFY(sum(plan.widths) < 4933.01);
    for (const double width : plan.widths) // no number breaks
        QVERIFY(width - 60 > ca::report::measure(table.rows[0][0], plan.size, false).whole);
}

void TestTableColumns::words_go_on_from_run_to_run()
{
    const auto apart = ca::report::measure({{.text = "ab cd"}}, 10, false);
    const auto joined = ca::report::measure({{.text = "ab"}, {.text = "cd", .strong = true}, {.text = " e"}}, 10, false);
    QVERIFY(joined.word > apart.word);
    QVERIFY(joined.word < joined.whole);
}

void TestTableColumns::a_number_is_one_word_with_its_unit()
{
    const auto number = ca::report::measure({{.text = "91.3 %", .figure = "study/trials/T7/selection/top1"}}, 10, false);
    QCOMPARE(number.word, number.whole);
    const auto text = ca::report::measure({{.text = "91.3 %"}}, 10, false);
    QVERIFY(text.word < text.whole);
}

void TestTableColumns::a_name_breaks_behind_its_dots()
{
    const auto broken = [](const std::string &name, const std::string &room) {
        const double width = ca::report::measure(plain(room), 10, false).whole;
        return QString::fromStdString(ca::report::with_breaks(plain(name), 10, width).front().text)
            .replace(QChar::LineSeparator, u'|');
    };
    QCOMPARE(broken("encoder.layers.0.fc1", "encoder.layers.0"), QStringLiteral("encoder.layers.|0.fc1"));
    QCOMPARE(broken("encoder.layers.0.fc1", "encoder.layers.0.fc1"), QStringLiteral("encoder.layers.0.fc1"));
    QCOMPARE(broken("nnnnnnnn", "nnn"), QStringLiteral("nnn|nnn|nn")); // it has none
    QCOMPARE(broken("two words", "two"), QStringLiteral("two words"));
    QCOMPARE(broken("nn", ""), QStringLiteral("n|n"));
}

CA_GUI_TEST_MAIN(TestTableColumns)
#include "test_table_columns.moc"
