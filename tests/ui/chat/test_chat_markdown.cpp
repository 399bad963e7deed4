// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/markdown.h"

#include "tests/ui/chat/made_up_chat.h"

#include <QtTest>

#include <algorithm>

using Kind = ca::MarkdownBlock::Kind;

class TestChatMarkdown final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_emphasis_and_code_data();
    void reads_emphasis_and_code();
    void numbers_of_a_list_stay_as_they_were_written();
    void lines_of_a_paragraph_follow_each_other();
    void code_stays_as_it_is();
    void a_table_stands_in_columns();
    void a_link_says_its_host_data();
    void a_link_says_its_host();
    void an_image_becomes_its_alternative_text();
    void markup_of_html_is_text();
    void each_letter_knows_its_figure();
    void a_paragraph_ends_at_a_blank_line_data();
    void a_paragraph_ends_at_a_blank_line();
    void a_paragraph_ends_in_the_same_place_wherever_the_text_is_cut();
    void text_made_to_be_slow_is_read();
};

namespace {

std::vector<ca::MarkdownBlock> parsed(const QString &text)
{
    return ca::parse_markdown({text, {}});
}

QString line_text(const std::vector<ca::MarkdownRun> &line)
{
    QString text;
    for (const ca::MarkdownRun &run : line)
        text += run.text;
    return text;
}

/// "<b>bold</b>, plain": runs of the first block as they would be tagged.
QString tagged(const QString &text)
{
    QString tagged;
    const auto blocks = parsed(text);
    for (const ca::MarkdownRun &run : blocks.front().lines.front()) {
        QString part = run.text;
        if (run.code)
            part = QStringLiteral("<c>%1</c>").arg(part);
        if (run.italic)
            part = QStringLiteral("<i>%1</i>").arg(part);
        tagged += run.bold ? QStringLiteral("<b>%1</b>").arg(part) : part;
    }
    return tagged;
}

} // namespace

void TestChatMarkdown::reads_emphasis_and_code_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *text, const char *expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(expected);
    };
    row("bold", "a **bold** word", "a <b>bold</b> word");
    row("both", "***both***", "<b><i>both</i></b>");
    row("underscores", "__bold__ and _italic_", "<b>bold</b> and <i>italic</i>");
    row("a name with underscores", "max_drop and conv_proj_1", "max_drop and conv_proj_1");
    row("a product", "3 * 4 * 5", "3 * 4 * 5");
    row("never closed", "a **b", "a **b");
    row("code", "a `**x**` b", "a <c>**x**</c> b");
    row("code with a tick", "``a`b``", "<c>a`b</c>");
    row("a lone tick", "it's ` here", "it's ` here");
    row("escaped", "\\*no\\*", "*no*");
}

void TestChatMarkdown::reads_emphasis_and_code()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    QCOMPARE(tagged(text), expected);
}

void TestChatMarkdown::numbers_of_a_list_stay_as_they_were_written()
{
    const auto blocks = parsed(QStringLiteral("3. three\n   goes on\n4) four\n  - deeper\n\n7. seven"));
    QCOMPARE(blocks.size(), std::size_t(4));
    const QStringList markers{blocks[0].marker, blocks[1].marker, blocks[2].marker, blocks[3].marker};
    QCOMPARE(markers, (QStringList{QStringLiteral("3."), QStringLiteral("4)"), QStringLiteral("•"), QStringLiteral("7.")}));
    QCOMPARE(line_text(blocks[0].lines.front()), QStringLiteral("three goes on"));
    QCOMPARE(blocks[2].level, 1);
}

void TestChatMarkdown::lines_of_a_paragraph_follow_each_other()
{
    const auto blocks = parsed(QStringLiteral("# Head\none\ntwo  \nthree\n\n> said\n---"));
    QCOMPARE(blocks.size(), std::size_t(4));
    QVERIFY(blocks[0].kind == Kind::heading);
    QCOMPARE(line_text(blocks[1].lines.front()), QStringLiteral("one two") + QChar(0x2028) + QStringLiteral("three"));
    QVERIFY(blocks[2].kind == Kind::quote);
    QVERIFY(blocks[3].kind == Kind::rule);
}

void TestChatMarkdown::code_stays_as_it_is()
{
    const auto blocks = parsed(QStringLiteral("```json\n{ \"a\":  **1** }\n\n# no head\n```\nafter"));
    QCOMPARE(blocks.size(), std::size_t(2));
    QVERIFY(blocks[0].kind == Kind::code);
    QCOMPARE(blocks[0].lines.size(), std::size_t(3));
    QCOMPARE(line_text(blocks[0].lines[0]), QStringLiteral("{ \"a\":  **1** }"));
    QCOMPARE(line_text(blocks[0].lines[2]), QStringLiteral("# no head"));
}

void TestChatMarkdown::a_table_stands_in_columns()
{
    const auto blocks = parsed(QStringLiteral("| Trial | MB |\n|---|---:|\n| T14 | 2.11 |\n| T6 | **2.42** |"));
    QCOMPARE(blocks.size(), std::size_t(1));
    QVERIFY(blocks[0].kind == Kind::table);
    QStringList lines;
    for (const auto &line : blocks[0].lines)
        lines << line_text(line);
    QCOMPARE(lines, (QStringList{QStringLiteral("Trial  MB"), QStringLiteral("T14    2.11"), QStringLiteral("T6     2.42")}));
    QVERIFY(blocks[0].lines[0].front().bold);
}

void TestChatMarkdown::a_link_says_its_host_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("target");
    const auto row = [](const char *name, const char *text, const char *shown, const char *target) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(shown) << QString::fromUtf8(target);
    };
    row("a page", "see [the paper](https://arxiv.org/abs/1) now", "see the paper (arxiv.org) now", "https://arxiv.org/abs/1");
    row("with a title", "[a](http://b.org/c \"t\")", "a (b.org)", "http://b.org/c");
    row("another's name before the host", "[bank.com](https://bank.com@evil.org/)", "bank.com (evil.org)",
        "https://bank.com@evil.org/");
    row("letters that look alike", "[p](https://\xD1\x80\xD0\xB0ypal.com/)", "p (xn--ypal-43d9g.com)",
        "https://xn--ypal-43d9g.com/");
    row("a file", "[a](file:///etc/passwd)", "a", "");
    row("a script", "[a](javascript:alert)", "a", "");
    row("one that says it is a figure", "[2.1 MB](figure:T1/bytes)", "2.1 MB", "");
    row("no link", "[a] (https://b.org)", "[a] (https://b.org)", "");
}

void TestChatMarkdown::a_link_says_its_host()
{
    QFETCH(QString, text);
    QFETCH(QString, shown);
    QFETCH(QString, target);
    const auto line = parsed(text).front().lines.front();
    QCOMPARE(line_text(line), shown);
    const auto link = std::find_if(line.begin(), line.end(), [](const auto &run) { return !run.link.isEmpty(); });
    QCOMPARE(link == line.end() ? QString() : link->link.toString(QUrl::FullyEncoded), target);
}

void TestChatMarkdown::an_image_becomes_its_alternative_text()
{
    const auto line = parsed(QStringLiteral("see ![the chart](https://evil.org/?q=secret) here")).front().lines.front();
    QCOMPARE(line_text(line), QStringLiteral("see the chart here"));
    for (const auto &run : line)
        QVERIFY(run.link.isEmpty());
}

void TestChatMarkdown::markup_of_html_is_text()
{
    const QString html = QStringLiteral("<img src=\"https://evil.org/a.png\"><b>x</b> &amp;");
    QCOMPARE(line_text(parsed(html).front().lines.front()), html);
}

void TestChatMarkdown::each_letter_knows_its_figure()
{
    const auto source = ca::spanned({plain_span("**T14** is "), figure_span("2.11 MB", "T14/bytes"), plain_span(", **not "),
                                     unproved_span("9 MB"), plain_span("**")});
    const auto line = ca::parse_markdown(source).front().lines.front();
    QStringList figures;
    for (const auto &run : line)
        if (run.span == 1 || run.span == 3)
            figures << run.text + (run.bold ? QStringLiteral(" in bold") : QString());
    QCOMPARE(figures, (QStringList{QStringLiteral("2.11 MB"), QStringLiteral("9 MB in bold")}));
    QCOMPARE(line_text(line), QStringLiteral("T14 is 2.11 MB, not 9 MB"));
}

void TestChatMarkdown::a_paragraph_ends_at_a_blank_line_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qsizetype>("end");
    QTest::newRow("not yet") << QStringLiteral("one\ntwo") << qsizetype(-1);
    QTest::newRow("one line end") << QStringLiteral("one\n") << qsizetype(-1);
    QTest::newRow("a blank line") << QStringLiteral("one\n \ntwo") << qsizetype(6);
    QTest::newRow("blank lines before it") << QStringLiteral("\n\none\n\n") << qsizetype(7);
    QTest::newRow("an open fence") << QStringLiteral("```\na\n\nb\n") << qsizetype(-1);
    QTest::newRow("a closed fence") << QStringLiteral("```\na\n\n```\nb") << qsizetype(11);
    QTest::newRow("a fence behind a paragraph") << QStringLiteral("one\n```\n") << qsizetype(4);
    QTest::newRow("a very long line") << QString(2990, u'a') + u' ' + QString(100, u'b') << qsizetype(2991);
}

void TestChatMarkdown::a_paragraph_ends_at_a_blank_line()
{
    QFETCH(QString, text);
    QFETCH(qsizetype, end);
    QCOMPARE(ca::end_of_paragraph(text), end);
}

/// Whether it has ended may be known later, where it ends may not change.
void TestChatMarkdown::a_paragraph_ends_in_the_same_place_wherever_the_text_is_cut()
{
    const QString text = QStringLiteral("one\ntwo\n\n").repeated(2) + QStringLiteral("~~~\na\n\nb\n~~~\nend\n")
        + QString(3100, u'x') + QStringLiteral(" y\n\nz");
    for (qsizetype begin = 0; begin < text.size();) {
        const QString rest = text.mid(begin);
        const qsizetype whole = ca::end_of_paragraph(rest);
        for (qsizetype cut = 1; cut < rest.size(); ++cut) {
            const qsizetype end = ca::end_of_paragraph(rest.left(cut));
            QVERIFY2(end < 0 || end == whole, qPrintable(QStringLiteral("%1 cut at %2").arg(begin).arg(cut)));
        }
        if (whole < 0)
            break;
        begin += whole;
    }
}

void TestChatMarkdown::text_made_to_be_slow_is_read()
{
    for (const char *part : {"[", "![", "[a](", "**a ", "*a _b ", "`a", "> ", "- ", "| a |\n|-|\n", "\\", "``` "}) {
        const QString text = QString::fromLatin1(part).repeated(20'000);
        qsizetype letters = 0;
        for (const auto &block : parsed(text))
            for (const auto &line : block.lines)
                letters += line_text(line).size();
        QVERIFY(letters <= 2 * text.size());
    }
}

QTEST_APPLESS_MAIN(TestChatMarkdown)
#include "test_chat_markdown.moc"
