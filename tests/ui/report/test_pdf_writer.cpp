// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/ui/report/made_up_report.h"
#include "ui/report/pdf_objects.h"
#include "ui/report/pdf_writer.h"
#include "ui/report/report_pages.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

namespace {

using namespace ca::report;

QByteArray pdf_of(const Document &document)
{
    return QByteArray::fromStdString(to_pdf(document));
}

Document document_of(std::vector<Block> blocks)
{
    Document document;
    document.title = "A title";
    document.creator = "A program";
    document.date = "2026-11-26";
    document.blocks = std::move(blocks);
    return document;
}

/// What a tool of poppler or qpdf prints about the file; nothing where it fails.
QString said_by(const QString &tool, const QStringList &before, const QByteArray &pdf, const QStringList &behind = {})
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("report.pdf")));
    if (!file.open(QIODevice::WriteOnly) || file.write(pdf) != pdf.size())
        return {};
    file.close();
    QProcess process;
    process.start(tool, QStringList(before) << file.fileName() << behind);
    if (!process.waitForFinished() || process.exitCode() != 0)
        return {};
    return QString::fromUtf8(process.readAllStandardOutput());
}

bool has(const QString &tool)
{
    return !QStandardPaths::findExecutable(tool).isEmpty();
}

} // namespace

class TestPdfWriter final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void embeds_every_font();
    void has_no_picture_but_those_of_examples();
    void has_no_transparency();
    void gives_the_same_bytes_again();
    void has_a_page_for_each_of_its_pages();
    void a_document_without_blocks_is_a_page();
    void names_of_all_kinds_are_set();
    void its_text_can_be_found();
    void a_row_is_printed_once();
    void is_clean();
};

void TestPdfWriter::embeds_every_font()
{
    const QByteArray pdf = pdf_of(made_up::report());
    QVERIFY(pdf.startsWith("%PDF-1.4"));
    QVERIFY(pdf.count("/Type /FontDescriptor") >= 3); // plain, bold, monospaced
    QCOMPARE(pdf.count("/FontFile2"), pdf.count("/Type /FontDescriptor"));
    QCOMPARE(pdf.count("/ToUnicode"), pdf.count("/Type /FontDescriptor"));
}

void TestPdfWriter::has_no_picture_but_those_of_examples()
{
    QCOMPARE(pdf_of(document_of({Chart{made_up::drawing(), plain("A chart")}})).count("/Subtype /Image"), 0);
    PictureRow row;
    row.pictures = {{made_up::png(8), 8, 8, "a cat", {plain("cat")}}, {"no PNG", 8, 8, "a dog", {plain("dog")}}};
    const QByteArray pdf = pdf_of(document_of({row}));
    QCOMPARE(pdf.count("/Subtype /Image"), 1);
    QCOMPARE(pdf.count("/DCTDecode"), 0); // nothing is lost
}

void TestPdfWriter::has_no_transparency()
{
    QImage image(8, 8, QImage::Format_ARGB32);
    image.fill(QColor(255, 0, 0, 100));
    PictureRow row;
    row.pictures = {{made_up::png(image), 8, 8, "a cat", {}}};
    const QByteArray pdf = pdf_of(document_of({row, Warning{plain("Mind this.")}, Chart{made_up::drawing(), {}}}));
    QCOMPARE(pdf.count("/SMask"), pdf.count("/SMask /None"));
    QCOMPARE(pdf.count("/ca 0"), 0);
}

void TestPdfWriter::gives_the_same_bytes_again()
{
    const Document document = made_up::report(5);
    QCOMPARE(pdf_of(document), pdf_of(document));
    Document other = document;
    other.date = "2026-11-27";
    QVERIFY(pdf_of(other) != pdf_of(document));
}

void TestPdfWriter::has_a_page_for_each_of_its_pages()
{
    const Document document = made_up::report(200);
    const auto file = read_pdf(pdf_of(document));
    QVERIFY(file);
    QCOMPARE(file->pages.size(), ReportPages(document).count());
    QVERIFY(file->pages.size() >= 6); // 200 rows of at least 13 points on pages of at most 842
}

void TestPdfWriter::a_document_without_blocks_is_a_page()
{
    const auto file = read_pdf(pdf_of(document_of({})));
    QVERIFY(file);
    QCOMPARE(file->pages.size(), std::size_t{1});
}

void TestPdfWriter::names_of_all_kinds_are_set()
{
    const std::string names[] = {"модель",
                                 "模型",
                                 "🙂🙂",
                                 "<script>alert(1)</script>",
                                 "שלום עולם",
                                 "مرحبا",
                                 "a\u0301\u0301\u0301",
                                 "\xff\xfe",
                                 std::string(5000, 'w'),
                                 ") Tj ET endobj",
                                 ""};
    std::vector<Block> blocks;
    Table table{.caption = "Names", .columns = {{"Name"}, {"Number", true}}, .rows = {}};
    for (const std::string &name : names) {
        blocks.push_back(Heading{2, name, "a" + std::to_string(blocks.size())});
        blocks.push_back(Paragraph{{{.text = name, .code = true}}});
        table.rows.push_back({plain(name), plain(name.substr(0, 40))});
    }
    blocks.push_back(table);
    Document document = document_of(blocks);
    document.title = names[3] + names[2] + names[0];
    const auto file = read_pdf(pdf_of(document));
    QVERIFY(file);
    QVERIFY(file->pages.size() > 1);
}

void TestPdfWriter::its_text_can_be_found()
{
    if (!has(QStringLiteral("pdftotext")))
        QSKIP("This machine has no pdftotext.");
    const QString text = said_by(QStringLiteral("pdftotext"), {}, pdf_of(made_up::report()), {QStringLiteral("-")}).simplified();
    for (const char *said : {"91.34 % of the holdout images", "against 91.52 % by the float model",
                             "The official file of the first fit is", "T7_balanced.json", "модель 模型",
                             "<b>not bold</b> & “quoted”", "12.8 ms", "Contents", "--threads 1", "Top-1 accuracy, %"})
        QVERIFY2(text.contains(QString::fromUtf8(said)), said);
}

void TestPdfWriter::a_row_is_printed_once()
{
    if (!has(QStringLiteral("pdftotext")))
        QSKIP("This machine has no pdftotext.");
    const QString text =
        said_by(QStringLiteral("pdftotext"), {QStringLiteral("-layout")}, pdf_of(made_up::report(150)), {QStringLiteral("-")});
    for (int row = 1; row <= 150; ++row) {
        static const QString pattern = QStringLiteral("(?m)^ *T%1 +(static|int4)");
        QCOMPARE(text.count(QRegularExpression(pattern.arg(row))), 1);
    }
    // The head on each page with rows of the table, and 150 rows need at least three.
    QVERIFY(text.count(QStringLiteral("What it does")) >= 3);
    const QStringList pages = text.split(u'\f');
    for (const QString &page : pages)
        if (page.contains(QStringLiteral("static int8, minmax")))
            QCOMPARE(page.count(QStringLiteral("What it does")), 1);
}

void TestPdfWriter::is_clean()
{
    if (!has(QStringLiteral("qpdf")))
        QSKIP("This machine has no qpdf.");
    const QString said = said_by(QStringLiteral("qpdf"), {QStringLiteral("--check")}, pdf_of(made_up::report()));
    QVERIFY2(said.contains(QStringLiteral("No syntax or stream encoding errors found")), qPrintable(said));
}

CA_GUI_TEST_MAIN(TestPdfWriter)
#include "test_pdf_writer.moc"
