// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/ui/chat/made_up_chat.h"
#include "ui/chat/prose_view.h"
#include "ui/common/theme.h"

#include <QTextBlock>
#include <QTextDocument>

using ca::ProseView;

class TestChatProse final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_stream_ends_as_the_whole_text_data();
    void a_stream_ends_as_the_whole_text();
    void only_paragraphs_that_ended_are_markdown();
    void what_ended_is_not_written_again();
    void figures_are_chips_that_say_what_they_refer_to();
    void figures_are_reached_with_the_keyboard();
    void an_unproved_figure_is_struck_through_and_says_why();
    void a_link_is_only_told_of();
    void nothing_is_loaded();
    void characters_that_turn_a_line_around_are_left_out();
    void is_as_high_as_its_text();
    void takes_the_colours_of_a_new_theme();
    void an_endless_answer_is_cut();
};

namespace {

QString markdown_text()
{
    return QStringLiteral(
        "# Head\n\nIt is **bold**\nand goes on.\n\n\n1. one\n2. two\n\n```\ncode **x**\n\nmore\n```\n| a | b |\n|---|---|\n"
        "| 1 | 2 |\n\nlast `line`");
}

/// The character `word` begins with, in the view.
QTextCharFormat format_at(const ProseView &view, const QString &word)
{
    QTextCursor cursor = view.document()->find(word);
    cursor.setPosition(cursor.selectionStart() + 1);
    return cursor.charFormat();
}

struct Shown {
    Shown()
    {
        view.resize(400, 300);
        view.show();
    }
    ProseView view{ProseView::Look::markdown, QStringLiteral("Advisor")};
};

} // namespace

void TestChatProse::a_stream_ends_as_the_whole_text_data()
{
    QTest::addColumn<int>("piece");
    for (const int piece : {1, 2, 3, 7, 50, 1000})
        QTest::addRow("%d letters at a time", piece) << piece;
}

void TestChatProse::a_stream_ends_as_the_whole_text()
{
    QFETCH(int, piece);
    const QString text = markdown_text();
    Shown whole, streamed;
    const auto spans = ca::plain_text(text.toStdString());
    whole.view.set_text(spans);
    for (qsizetype at = 0; at < text.size(); at += piece)
        streamed.view.append(text.mid(at, piece));
    streamed.view.set_text(spans);
    QCOMPARE(streamed.view.document()->toHtml(), whole.view.document()->toHtml());
    QCOMPARE(whole.view.toPlainText(),
             QStringLiteral("Head\nIt is bold and goes on.\n1.\u00A0one\n2.\u00A0two\ncode **x**\n\nmore\na  b\n1  2\nlast line")
                 .replace(QChar(0xA0), u' '));
}

void TestChatProse::only_paragraphs_that_ended_are_markdown()
{
    Shown shown;
    shown.view.append(QStringLiteral("a **b** c"));
    QCOMPARE(shown.view.toPlainText(), QStringLiteral("a **b** c"));
    shown.view.append(QStringLiteral("\n\nd **e"));
    QCOMPARE(shown.view.toPlainText(), QStringLiteral("a b c\nd **e"));
    QCOMPARE(shown.view.rendered_paragraphs(), 1);
}

void TestChatProse::what_ended_is_not_written_again()
{
    Shown shown;
    std::string text;
    for (int i = 0; i < 30; ++i)
        text += "Paragraph **number** " + std::to_string(i) + ".\n\n";
    for (const char letter : text)
        shown.view.append(QString(QLatin1Char(letter)));
    QCOMPARE(shown.view.rendered_paragraphs(), 30);
    const std::size_t at = text.find("12.");
    shown.view.set_text(
        {plain_span(text.substr(0, at).c_str()), figure_span("12", "T1/bytes"), plain_span(text.substr(at + 2).c_str())});
    QCOMPARE(shown.view.rendered_paragraphs(), 31); // the one with the figure
    QVERIFY(format_at(shown.view, QStringLiteral("12.")).isAnchor());
    QVERIFY(shown.view.toPlainText().endsWith(QStringLiteral("Paragraph number 28.\nParagraph number 29.")));
}

void TestChatProse::figures_are_chips_that_say_what_they_refer_to()
{
    Shown shown;
    shown.view.set_text({plain_span("It takes "), figure_span("2.11 MB", "T14/bytes"), plain_span(" now.")});
    const QTextCharFormat format = format_at(shown.view, QStringLiteral("2.11 MB"));
    QCOMPARE(format.underlineStyle(), QTextCharFormat::DotLine);
    QVERIFY(format.toolTip().contains(QStringLiteral("T14/bytes")));
    QVERIFY(!format_at(shown.view, QStringLiteral("takes")).isAnchor());
    QSignalSpy activated(&shown.view, &ProseView::reference_activated);
    QTextCursor cursor = shown.view.document()->find(QStringLiteral("2.11"));
    cursor.setPosition(cursor.selectionStart() + 1);
    QTest::mouseClick(shown.view.viewport(), Qt::LeftButton, {}, shown.view.cursorRect(cursor).center());
    QCOMPARE(activated.count(), 1);
    QCOMPARE(activated.front().front().toString(), QStringLiteral("T14/bytes"));
}

void TestChatProse::figures_are_reached_with_the_keyboard()
{
    Shown shown;
    shown.view.set_text({figure_span("1 MB", "T1/bytes"), plain_span(" and "), figure_span("2 MB", "L017/int4/divergence")});
    QSignalSpy activated(&shown.view, &ProseView::reference_activated);
    shown.view.setFocus();
    QTest::keyClick(&shown.view, Qt::Key_Tab);
    QTest::keyClick(&shown.view, Qt::Key_Tab);
    QTest::keyClick(&shown.view, Qt::Key_Return);
    QCOMPARE(activated.count(), 1);
    QCOMPARE(activated.front().front().toString(), QStringLiteral("L017/int4/divergence"));
}

void TestChatProse::an_unproved_figure_is_struck_through_and_says_why()
{
    Shown shown;
    shown.view.set_text({plain_span("It is "), unproved_span("9.9 times"), plain_span(" faster.")});
    const QTextCharFormat format = format_at(shown.view, QStringLiteral("9.9"));
    QVERIFY(format.fontStrikeOut());
    QVERIFY(!format.isAnchor());
    QVERIFY(!format.toolTip().isEmpty());
    QVERIFY(!format_at(shown.view, QStringLiteral("faster")).fontStrikeOut());
}

void TestChatProse::a_link_is_only_told_of()
{
    Shown shown;
    shown.view.set_text({plain_span("see [here](https://example.org/a)")});
    QCOMPARE(shown.view.toPlainText(), QStringLiteral("see here (example.org)"));
    QSignalSpy told(&shown.view, &ProseView::link_activated);
    shown.view.setFocus();
    QTest::keyClick(&shown.view, Qt::Key_Tab);
    QTest::keyClick(&shown.view, Qt::Key_Return);
    QCOMPARE(told.count(), 1);
    QCOMPARE(told.front().front().toUrl(), QUrl(QStringLiteral("https://example.org/a")));
    QCOMPARE(shown.view.toPlainText(), QStringLiteral("see here (example.org)")); // it did not go there
}

void TestChatProse::nothing_is_loaded()
{
    Shown shown;
    shown.view.set_text({plain_span("![a](https://example.org/a.png) ![b](file:///etc/hostname) <img src=\"qrc:/c.png\">")});
    for (QTextBlock block = shown.view.document()->begin(); block.isValid(); block = block.next())
        for (auto part = block.begin(); !part.atEnd(); ++part)
            QVERIFY(!part.fragment().charFormat().isImageFormat());
    QVERIFY(shown.view.loadResource(QTextDocument::ImageResource, QUrl(QStringLiteral("qrc:/c.png"))).isNull());
}

void TestChatProse::characters_that_turn_a_line_around_are_left_out()
{
    Shown shown;
    const QString hostile = QStringLiteral("a") + QChar(0x202E) + QStringLiteral("b") + QChar(0x200B) + QChar(0xFDD0)
        + QChar(0x2029) + QStringLiteral("c") + QChar(0x07) + QString::fromUcs4(U"\U000E0041\U0001F600");
    shown.view.append(hostile);
    QCOMPARE(shown.view.toPlainText(), QStringLiteral("abc") + QString::fromUcs4(U"\U0001F600"));
    shown.view.set_text(ca::plain_text(hostile.toStdString()));
    QCOMPARE(shown.view.toPlainText(), QStringLiteral("abc") + QString::fromUcs4(U"\U0001F600"));
}

void TestChatProse::is_as_high_as_its_text()
{
    Shown shown;
    const int line = shown.view.fontMetrics().lineSpacing();
    shown.view.append(QStringLiteral("one line"));
    QVERIFY(std::abs(shown.view.heightForWidth(400) - line) <= 2);
    shown.view.append(QStringLiteral("\ntwo\nthree"));
    QVERIFY(std::abs(shown.view.heightForWidth(400) - 3 * line) <= 4);
    QVERIFY(shown.view.ideal_width(400) < 200);
}

void TestChatProse::takes_the_colours_of_a_new_theme()
{
    Shown shown;
    shown.view.set_text({figure_span("1 MB", "T1/bytes"), plain_span(" and text")});
    shown.view.append(QStringLiteral("\n\nand more"));
    const QString before = shown.view.toPlainText();
    for (const ca::Theme *theme : {&ca::dark_theme(), &ca::light_theme()}) {
        shown.view.setPalette(ca::palette_of(*theme));
        QApplication::processEvents();
        QCOMPARE(format_at(shown.view, QStringLiteral("1 MB")).underlineColor(), theme->accent);
        QCOMPARE(format_at(shown.view, QStringLiteral("text")).foreground().color(), theme->ink);
        QCOMPARE(shown.view.toPlainText(), before);
    }
}

void TestChatProse::an_endless_answer_is_cut()
{
    Shown shown;
    for (int i = 0; i < 5; ++i)
        shown.view.append(QString(60'000, u'x') + u'\n');
    QVERIFY(shown.view.toPlainText().endsWith(u'…'));
    QVERIFY(shown.view.toPlainText().size() < 201'000);
    const QString whole = QString(300'000, u'y');
    shown.view.set_text(ca::plain_text(whole.toStdString()));
    QVERIFY(shown.view.toPlainText().endsWith(QStringLiteral("y…")));
    QVERIFY(shown.view.toPlainText().size() < 201'000);
}

CA_GUI_TEST_MAIN(TestChatProse)
#include "test_chat_prose.moc"
