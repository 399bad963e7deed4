// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/chat/shown_chat.h"
#include "ui/chat/conversation_view.h"
#include "ui/chat/prose_view.h"
#include "ui/chat/transcript.h"
#include "ui/common/state_pane.h"

#include <QScrollBar>

#include <algorithm>

using State = ca::StatePane::State;

class TestChatTranscript final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stays_at_the_end_unless_the_person_scrolled_up();
    void opens_a_long_conversation_in_slices();
    void what_is_added_while_it_opens_comes_behind();
    void no_message_is_cut_off_at_any_width();
};

void TestChatTranscript::stays_at_the_end_unless_the_person_scrolled_up()
{
    ShownChat shown;
    std::vector<ca::ChatEntry> entries;
    for (int i = 0; i < 40; ++i)
        entries.push_back(
            persons(qPrintable(QString::number(i)), "A message of some length, so that forty of them need more than a page."));
    shown.pane.set_entries(entries);
    QTRY_COMPARE(shown.pane.states()->state(), State::full);
    auto *transcript = shown.pane.conversation()->transcript();
    QTRY_VERIFY(transcript->verticalScrollBar()->maximum() > 500);
    QTRY_VERIFY(transcript->is_at_end());
    shown.pane.begin_answer(QStringLiteral("a"));
    shown.pane.add_delta({ca::ChatDelta::Kind::text, std::string(2000, 'x')});
    QTest::qWait(60);
    QTRY_VERIFY(transcript->is_at_end());
    transcript->verticalScrollBar()->setValue(200);
    shown.pane.add_delta({ca::ChatDelta::Kind::text, std::string(2000, 'y')});
    QTest::qWait(120);
    QCOMPARE(transcript->verticalScrollBar()->value(), 200);
    shown.pane.end_answer(answered("a", {plain_span("short")}));
    shown.pane.add(persons("u", "mine")); // who sends wants to see it
    QTRY_VERIFY(transcript->is_at_end());
}

void TestChatTranscript::opens_a_long_conversation_in_slices()
{
    ShownChat shown;
    std::vector<ca::ChatEntry> entries;
    for (int i = 0; i < 300; ++i)
        entries.push_back(answered(qPrintable(QString::number(i)), {plain_span("A paragraph with **bold** words and `code`.")}));
    shown.pane.set_entries(entries);
    QCOMPARE(shown.pane.states()->state(), State::working);
    QVERIFY(shown.messages().size() < 300);
    QTRY_COMPARE(shown.pane.states()->state(), State::full);
    QCOMPARE(shown.messages().size(), 300);
    // Each stands under the one before it, once all are laid out.
    const auto in_order = [&] {
        const auto rows = shown.pane.conversation()->transcript()->entries();
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (rows[i - 1]->height() < 10 || rows[i]->y() != rows[i - 1]->geometry().bottom() + 11)
                return false;
        return true;
    };
    QTRY_VERIFY(in_order());
    QTRY_VERIFY(shown.pane.conversation()->transcript()->is_at_end());
}

void TestChatTranscript::what_is_added_while_it_opens_comes_behind()
{
    ShownChat shown;
    std::vector<ca::ChatEntry> entries;
    for (int i = 0; i < 200; ++i)
        entries.push_back(answered(qPrintable(QString::number(i)), {plain_span("A paragraph.")}));
    shown.pane.set_entries(entries);
    shown.pane.add(persons("last", "and now?"));
    QCOMPARE(shown.messages().size(), 201);
    QCOMPARE(shown.messages().last()->prose()->toPlainText(), QStringLiteral("and now?"));
    shown.pane.set_entries({});
    QCOMPARE(shown.pane.states()->state(), State::empty);
    QVERIFY(shown.pane.conversation()->transcript()->entries().empty());
}

void TestChatTranscript::no_message_is_cut_off_at_any_width()
{
    ShownChat shown;
    shown.pane.set_entries(made_up_chat());
    QTRY_COMPARE(shown.messages().size(), 3);
    for (const int width : {404, 300, 560, 404}) {
        shown.pane.resize(width, 460);
        const auto whole = [&] {
            const auto messages = shown.messages();
            return std::all_of(messages.begin(), messages.end(), [](const ca::MessageView *message) {
                const ca::ProseView *prose = message->prose();
                const int needed = prose->heightForWidth(prose->viewport()->width());
                return prose->viewport()->height() >= needed && prose->geometry().bottom() < message->height();
            });
        };
        QTRY_VERIFY2(whole(), qPrintable(QString::number(width)));
    }
}

CA_GUI_TEST_MAIN(TestChatTranscript)
#include "test_chat_transcript.moc"
