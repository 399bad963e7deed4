// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/pdf_file.h"
#include "ui/report/pdf_objects.h"

#include <QtTest>

namespace {

using namespace ca::report;

/// A file as QPdfWriter builds it, with two pages; objects stand in the order of `order`.
QByteArray made_up_pdf(const QList<int> &order)
{
    const QMap<int, QByteArray> contents{
        {1, "<<\n/Title (old)\n>>"},
        {2, "<<\n/Type /Metadata /Subtype /XML\n/Length 3\n>>\nstream\nold\nendstream"},
        {3, "<<\n/Type /Catalog\n/Pages 4 0 R\n/Metadata 2 0 R\n>>"},
        {4, "<<\n/Type /Pages\n/Kids \n[\n5 0 R\n6 0 R\n]\n/Count 2\n>>"},
        {5, "<<\n/Type /Page\n/Parent 4 0 R\n/Annots 8 0 R\n/Font 9 0 R\n>>"},
        {6, "<<\n/Type /Page\n/Parent 4 0 R\n>>"},
        {7, "<<\n/Nobody refers (to me)\n>>"},
        {8, "[\n]"},
        {9, "<<\n/FontName /QOCAAA+DejaVuSans\n/Length 10 0 R\n>>\nstream\n7 0 R and /FontName /ABCDEF+x are bytes\nendstream"},
        {10, "40"},
    };
    QByteArray pdf = "%PDF-1.4\n";
    QMap<int, qsizetype> places;
    for (const int number : order) {
        places[number] = pdf.size();
        pdf += QByteArray::number(number) + " 0 obj\n" + contents[number] + "\nendobj\n";
    }
    const QByteArray start = QByteArray::number(pdf.size());
    pdf += "xref\n0 11\n0000000000 65535 f \n";
    for (int number = 1; number <= 10; ++number)
        pdf += QByteArray::number(places[number]).rightJustified(10, '0') + " 00000 n \n";
    return pdf + "trailer\n<<\n/Size 11\n/Info 1 0 R\n/Root 3 0 R\n>>\nstartxref\n" + start + "\n%%EOF\n";
}

const QList<int> kOneOrder{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, kOtherOrder{3, 9, 1, 10, 2, 8, 7, 6, 5, 4};

PdfFacts facts()
{
    PdfFacts facts{.title = QStringLiteral("модель <1> 🙂"), .subject = {}, .creator = QStringLiteral("A & B")};
    facts.language = QStringLiteral("en");
    facts.date = QDateTime(QDate(2026, 11, 26), QTime(7, 8, 9), Qt::UTC);
    return facts;
}

} // namespace

class TestPdfObjects final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_every_object();
    void numbers_objects_as_they_are_reached();
    void leaves_streams_alone();
    void the_table_says_where_objects_begin();
    void the_order_of_the_file_does_not_matter();
    void says_the_same_facts_in_both_ways();
    void bookmarks_are_a_chain();
    void links_lie_on_their_page();
    void what_is_no_such_file_comes_back();
    void a_place_that_is_not_there_changes_nothing();
};

void TestPdfObjects::reads_every_object()
{
    const auto file = read_pdf(made_up_pdf(kOtherOrder));
    QVERIFY(file);
    QCOMPARE(file->objects.size(), std::size_t{10});
    QCOMPARE(file->objects.at(10), QByteArray("10 0 obj\n40\nendobj\n"));
    QCOMPARE(file->catalogue, 3);
    QCOMPARE(file->facts, 1);
    QCOMPARE(file->metadata, 2);
    QCOMPARE(file->pages, (std::vector<int>{5, 6}));
}

void TestPdfObjects::numbers_objects_as_they_are_reached()
{
    // 1 facts, 2 catalogue; it names 3 pages, 4 metadata; those name 5, 6; the first page 7 annotations, 8 font, which names 9.
    const PdfObjects file = in_order(*read_pdf(made_up_pdf(kOneOrder)));
    QCOMPARE(file.objects.size(), std::size_t{9});
    QCOMPARE(file.objects.at(2), QByteArray("2 0 obj\n<<\n/Type /Catalog\n/Pages 3 0 R\n/Metadata 4 0 R\n>>\nendobj\n"));
    QCOMPARE(file.objects.at(5), QByteArray("5 0 obj\n<<\n/Type /Page\n/Parent 3 0 R\n/Annots 7 0 R\n/Font 8 0 R\n>>\nendobj\n"));
    QCOMPARE(file.pages, (std::vector<int>{5, 6}));
    QCOMPARE(file.metadata, 4);
}

void TestPdfObjects::leaves_streams_alone()
{
    const PdfObjects file = in_order(*read_pdf(made_up_pdf(kOneOrder)));
    QVERIFY(file.objects.at(8).contains("stream\n7 0 R and /FontName /ABCDEF+x are bytes\nendstream"));
    QVERIFY(file.objects.at(8).contains("/FontName /AAAAAI+DejaVuSans")); // I is the eighth behind A
    QVERIFY(file.objects.at(8).contains("/Length 9 0 R"));
}

void TestPdfObjects::the_table_says_where_objects_begin()
{
    const QByteArray pdf = write_pdf(*read_pdf(made_up_pdf(kOtherOrder)));
    const qsizetype table = pdf.indexOf("xref\n");
    QVERIFY(pdf.endsWith("startxref\n" + QByteArray::number(table) + "\n%%EOF\n"));
    const QList<QByteArray> lines = pdf.mid(table).split('\n');
    QCOMPARE(lines[1], QByteArray("0 11"));
    for (int number = 1; number <= 10; ++number) {
        QCOMPARE(lines[2 + number].size(), 19); // and the end of the line: 20 bytes
        QVERIFY(pdf.mid(lines[2 + number].left(10).toLongLong()).startsWith(QByteArray::number(number) + " 0 obj\n"));
    }
}

void TestPdfObjects::the_order_of_the_file_does_not_matter()
{
    QVERIFY(made_up_pdf(kOneOrder) != made_up_pdf(kOtherOrder));
    QCOMPARE(complete_pdf(made_up_pdf(kOneOrder), facts()), complete_pdf(made_up_pdf(kOtherOrder), facts()));
    PdfFacts later = facts();
    later.date = later.date.addSecs(1);
    QVERIFY(complete_pdf(made_up_pdf(kOneOrder), facts()) != complete_pdf(made_up_pdf(kOneOrder), later));
}

void TestPdfObjects::says_the_same_facts_in_both_ways()
{
    const QByteArray pdf = complete_pdf(made_up_pdf(kOneOrder), facts());
    // UTF-16 by hand: м U+043C ... 🙂 U+1F642 is D83D DE42.
    QVERIFY(pdf.contains("/Title <FEFF043C043E04340435043B044C0020003C0031003E0020D83DDE42>"));
    QVERIFY(pdf.contains("/Creator <FEFF00410020002600200042>"));
    QVERIFY(pdf.contains("/CreationDate (D:20261126070809Z)"));
    QVERIFY(pdf.contains("<xmp:CreateDate>2026-11-26T07:08:09Z</xmp:CreateDate>"));
    QVERIFY(pdf.contains("<xmp:CreatorTool>A &amp; B</xmp:CreatorTool>"));
    QVERIFY(pdf.contains(QStringLiteral(">модель &lt;1&gt; 🙂</rdf:li>").toUtf8()));
    QVERIFY(pdf.contains("<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"));
    QVERIFY(!pdf.contains("/Subject") && !pdf.contains("dc:description")); // absent in both
    QVERIFY(pdf.contains("/Lang (en)"));
    QVERIFY(!pdf.contains("old"));
}

void TestPdfObjects::bookmarks_are_a_chain()
{
    PdfFacts with = facts();
    with.bookmarks = {{QStringLiteral("A"), {0, 700}}, {QStringLiteral("B"), {1, 350.5}}};
    const QByteArray pdf = complete_pdf(made_up_pdf(kOneOrder), with);
    const auto file = read_pdf(pdf);
    QVERIFY(file);
    const QByteArray root = file->objects.at(reference(file->objects.at(file->catalogue), "Outlines"));
    QVERIFY(root.contains("/Count 2"));
    const QByteArray first = file->objects.at(reference(root, "First")), last = file->objects.at(reference(root, "Last"));
    QVERIFY(first.contains("/Title <FEFF0041>") && last.contains("/Title <FEFF0042>"));
    QCOMPARE(reference(first, "Next"), reference(root, "Last"));
    QCOMPARE(reference(last, "Prev"), reference(root, "First"));
    QVERIFY(first.contains("/Dest [" + QByteArray::number(file->pages[0]) + " 0 R /XYZ null 700.0 null]"));
    QVERIFY(last.contains("/Dest [" + QByteArray::number(file->pages[1]) + " 0 R /XYZ null 350.5 null]"));
}

void TestPdfObjects::links_lie_on_their_page()
{
    PdfFacts with = facts();
    with.links = {{0, 51, 600, 90, 612.5, {1, 700}}};
    const auto file = read_pdf(complete_pdf(made_up_pdf(kOneOrder), with));
    QVERIFY(file);
    const QByteArray list = file->objects.at(reference(file->objects.at(file->pages[0]), "Annots"));
    QVERIFY(list.contains("/Rect [51.0 600.0 90.0 612.5 ] /Dest [" + QByteArray::number(file->pages[1])
                          + " 0 R /XYZ null 700.0 null]"));
    QVERIFY(list.contains("/F 4")); // printed, as PDF/A wants of every annotation
}

void TestPdfObjects::what_is_no_such_file_comes_back()
{
    const QByteArray pdf = made_up_pdf(kOneOrder);
    for (const QByteArray &other : {QByteArray(), QByteArray("%PDF-1.4\n"), pdf.left(pdf.size() / 2),
                                    QByteArray(pdf).replace("/Root 3", "/Root 12"), QByteArray(pdf).replace("endobj", "endobi")})
        QCOMPARE(complete_pdf(other, facts()), other);
}

void TestPdfObjects::a_place_that_is_not_there_changes_nothing()
{
    PdfFacts with = facts();
    with.bookmarks = {{QStringLiteral("A"), {2, 700}}};
    QCOMPARE(complete_pdf(made_up_pdf(kOneOrder), with), made_up_pdf(kOneOrder));
}

QTEST_APPLESS_MAIN(TestPdfObjects)
#include "test_pdf_objects.moc"
