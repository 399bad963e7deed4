// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/ui/report/made_up_report.h"
#include "ui/report/paper.h"
#include "ui/report/report_pages.h"

#include <QPainter>

namespace {

using namespace ca::report;

constexpr int kPixelsPerPoint = 2;

QImage page_of(const ReportPages &pages, std::size_t page)
{
    QImage image(595 * kPixelsPerPoint, 842 * kPixelsPerPoint, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.scale(kPixelsPerPoint / points(1), kPixelsPerPoint / points(1));
    pages.paint(painter, page);
    return image;
}

QRect inked(const QImage &image, const QRect &where)
{
    QRect all;
    for (int y = where.top(); y <= where.bottom(); ++y)
        for (int x = where.left(); x <= where.right(); ++x)
            if (image.pixel(x, y) != 0xffffffff)
                all |= QRect(x, y, 1, 1);
    return all;
}

Document document_of(std::vector<Block> blocks)
{
    Document document;
    document.blocks = std::move(blocks);
    return document;
}

/// A paragraph of so many lines.
Paragraph lines(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "line" + std::string(i + 1 < count ? "\u2028" : "");
    return {{{.text = text}}};
}

} // namespace

class TestReportPages final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothing_is_printed_in_the_margins();
    void a_heading_does_not_stand_at_the_end_of_a_page();
    void a_page_break_begins_a_page();
    void sections_say_where_they_are();
    void links_lead_to_headings();
    void a_chart_is_on_one_page();
    void the_contents_stand_before_the_second_section();
    void a_row_with_a_very_long_text_goes_on();
    void is_painted_the_same_again();
};

void TestReportPages::nothing_is_printed_in_the_margins()
{
    Document document = made_up::report(60);
    document.blocks.push_back(Paragraph{{{.text = std::string(400, 'W')}}});
    Table wide{.caption = "Wide", .columns = {}, .rows = {{}}};
    for (int column = 0; column < 24; ++column) {
        wide.columns.push_back({"A rather long title", column % 2 == 0});
        wide.rows[0].push_back(plain("123 456.789"));
    }
    document.blocks.push_back(wide);
    const ReportPages pages(document);
    for (std::size_t page = 0; page < pages.count(); ++page) {
        const QImage image = page_of(pages, page);
        const QRect ink = inked(image, image.rect());
        QVERIFY2(ink.left() >= 44 * kPixelsPerPoint, qPrintable(QString::number(ink.left()))); // 51 less the overhang
        QVERIFY2(ink.right() <= 551 * kPixelsPerPoint, qPrintable(QString::number(ink.right())));
        QVERIFY(ink.top() >= 25 * kPixelsPerPoint && ink.bottom() <= 815 * kPixelsPerPoint);
        // Between the text and the foot there is nothing.
        QVERIFY(inked(image, QRect(0, 787 * kPixelsPerPoint, image.width(), 12 * kPixelsPerPoint)).isEmpty());
    }
}

void TestReportPages::a_heading_does_not_stand_at_the_end_of_a_page()
{
    for (int filling = 50; filling < 70; ++filling) { // somewhere there the heading comes to the end of the page
        const ReportPages pages(document_of({lines(filling), Heading{3, "Heading", "h"}, Paragraph{plain("first")},
                                             Heading{2, "Last", "l"}, Paragraph{plain("end")}}));
        const double top = pages.sections().at(0).place.top;
        QVERIFY(top < kTopMargin + kTextHeight - points(20)); // there is room for the paragraph below it
    }
}

void TestReportPages::a_page_break_begins_a_page()
{
    const ReportPages pages(
        document_of({Paragraph{plain("one")}, PageBreak{}, Heading{2, "Two", "two"}, Paragraph{plain("two")}}));
    QCOMPARE(pages.count(), std::size_t{2});
    QCOMPARE(pages.sections().at(0).place.page, std::size_t{1});
    QCOMPARE(pages.sections().at(0).place.top, kTopMargin);
}

void TestReportPages::sections_say_where_they_are()
{
    const ReportPages pages(made_up::report(70));
    const auto sections = pages.sections();
    QCOMPARE(sections.size(), std::size_t{5});
    QCOMPARE(sections[0].title, QStringLiteral("Summary"));
    QCOMPARE(sections[0].place.page, std::size_t{0});
    for (std::size_t i = 1; i < sections.size(); ++i) {
        const auto &before = sections[i - 1].place, &here = sections[i].place;
        QVERIFY(here.page > before.page || (here.page == before.page && here.top > before.top));
    }
    // The heading is dark where it is said to be.
    const QImage image = page_of(pages, sections[2].place.page);
    const int top = static_cast<int>(sections[2].place.top / points(1)) * kPixelsPerPoint;
    QVERIFY(!inked(image, QRect(51 * kPixelsPerPoint, top, 60 * kPixelsPerPoint, 14 * kPixelsPerPoint)).isEmpty());
}

void TestReportPages::links_lead_to_headings()
{
    const ReportPages pages(made_up::report(70));
    const auto links = pages.links();
    QCOMPARE(links.size(), std::size_t{6}); // one in the text and five in the contents
    QCOMPARE(links[0].target.page, pages.sections()[1].place.page);
    QCOMPARE(links[0].target.top, pages.sections()[1].place.top);
    for (const auto &link : links)
        QVERIFY(link.room.left() >= kLeftMargin && link.room.width() > points(10) && link.room.height() > points(5));
}

void TestReportPages::a_chart_is_on_one_page()
{
    Drawing tall = made_up::drawing();
    tall.height = 5000;
    const ReportPages pages(document_of({Heading{2, "Charts", "c"}, Chart{tall, plain("Tall")}, Chart{tall, plain("Taller")}}));
    QCOMPARE(pages.count(), std::size_t{2});
}

void TestReportPages::the_contents_stand_before_the_second_section()
{
    const auto place_of_second = [](int rows) {
        std::vector<Block> blocks;
        for (int i = 0; i < rows; ++i)
            blocks.push_back(Heading{2, "Section", "s" + std::to_string(i)});
        return ReportPages(document_of(blocks)).sections().at(1).place.top;
    };
    QVERIFY(place_of_second(9) - place_of_second(4) > points(5 * 10)); // five more lines before it
}

void TestReportPages::a_row_with_a_very_long_text_goes_on()
{
    std::string text;
    for (int word = 0; word < 4000; ++word)
        text += "word ";
    const ReportPages pages(document_of({Table{.caption = "",
                                               .columns = {{"Text"}, {"Number", true}},
                                               .rows = {{plain(text), plain("1")}, {plain("x"), plain("2")}}},
                                         Heading{2, "Behind", "b"}}));
    QVERIFY(pages.count() > 2);
    for (std::size_t page = 0; page + 1 < pages.count(); ++page) { // all but the last are full
        const QImage image = page_of(pages, page);
        QVERIFY(inked(image, QRect(0, 60 * kPixelsPerPoint, image.width(), 724 * kPixelsPerPoint)).height()
                > 690 * kPixelsPerPoint);
    }
}

void TestReportPages::is_painted_the_same_again()
{
    const ReportPages one(made_up::report(10)), other(made_up::report(10));
    QCOMPARE(page_of(one, 0), page_of(one, 0));
    QCOMPARE(page_of(one, 1), page_of(other, 1));
}

CA_GUI_TEST_MAIN(TestReportPages)
#include "test_report_pages.moc"
