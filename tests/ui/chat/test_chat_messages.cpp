// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/chat/shown_chat.h"
#include "ui/chat/enter_edit.h"
#include "ui/chat/prose_view.h"
#include "ui/common/state_pane.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QTextDocument>

class TestChatMessages final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void streams_an_answer_and_ends_it_with_its_figures();
    void the_first_words_are_shown_at_once_and_more_are_gathered();
    void thinking_is_folded();
    void marks_how_an_answer_ended();
    void a_message_is_edited_where_it_stands();
    void an_answer_is_made_anew();
    void branches_are_chosen();
    void nothing_is_changed_while_an_answer_comes();
    void copies_a_message_and_all();
};

void TestChatMessages::streams_an_answer_and_ends_it_with_its_figures()
{
    ShownChat shown;
    shown.pane.add(persons("u1", "How small?"));
    shown.pane.begin_answer(QStringLiteral("a1"));
    for (const char *part : {"It ", "takes ", "2.11 MB."})
        shown.pane.add_delta({ca::ChatDelta::Kind::text, part});
    const ca::ProseView *prose = shown.messages().last()->prose();
    QTRY_COMPARE(prose->toPlainText(), QStringLiteral("It takes 2.11 MB."));
    QVERIFY(shown.pane.markdown().contains(QStringLiteral("It takes 2.11 MB.")));
    shown.pane.end_answer(answered("other", {plain_span("It takes "), figure_span("2.11 MB", "T14/bytes"), plain_span(".")}));
    QVERIFY(prose->toHtml().contains(QStringLiteral("figure:T14")));
    QCOMPARE(shown.pane.entries().size(), std::size_t(2));
    QCOMPARE(std::get<ca::ChatSaid>(shown.pane.entries().back()).id, QStringLiteral("a1"));
    shown.pane.add_delta({ca::ChatDelta::Kind::text, "late"}); // nobody writes
    QTest::qWait(60);
    QCOMPARE(prose->toPlainText(), QStringLiteral("It takes 2.11 MB."));
}

void TestChatMessages::the_first_words_are_shown_at_once_and_more_are_gathered()
{
    ShownChat shown;
    shown.pane.begin_answer(QStringLiteral("a1"));
    const ca::ProseView *prose = shown.messages().last()->prose();
    shown.pane.add_delta({ca::ChatDelta::Kind::text, "one "});
    QCOMPARE(prose->toPlainText(), QStringLiteral("one "));
    QSignalSpy changes(prose->document(), &QTextDocument::contentsChanged);
    for (int i = 0; i < 100; ++i)
        shown.pane.add_delta({ca::ChatDelta::Kind::text, "x"});
    QCOMPARE(changes.count(), 0);
    QTRY_COMPARE(prose->toPlainText().size(), 104);
    QCOMPARE(changes.count(), 1);
}

void TestChatMessages::thinking_is_folded()
{
    ShownChat shown;
    shown.pane.begin_answer(QStringLiteral("a1"));
    shown.pane.add_delta({ca::ChatDelta::Kind::thinking, "Block 0 "});
    auto *fold = shown.find<QPushButton>("chat_thinking");
    QVERIFY(fold);
    QVERIFY(!shown.find<ca::ProseView>("chat_thought"));
    fold->click();
    auto *thought = shown.find<ca::ProseView>("chat_thought");
    QVERIFY(thought && thought->isVisible());
    shown.pane.add_delta({ca::ChatDelta::Kind::thinking, "is <b>sensitive</b>."});
    QTRY_COMPARE(thought->toPlainText(), QStringLiteral("Block 0 is <b>sensitive</b>."));
    fold->click();
    QVERIFY(!thought->isVisible());
    QVERIFY(!shown.pane.markdown().contains(QStringLiteral("Block 0")));
}

void TestChatMessages::marks_how_an_answer_ended()
{
    ShownChat shown;
    ca::ChatSaid answer = answered("a1", {plain_span("half")});
    answer.end = ca::TurnEnd::stopped;
    answer.has_unparsed_call = true;
    shown.pane.add(answer);
    const auto *mark = shown.find<QLabel>("chat_mark");
    QVERIFY(mark->text().contains(QStringLiteral("You stopped it here.")));
    QVERIFY(mark->text().contains(QStringLiteral("was not carried out")));
    shown.pane.add(answered("a2", {plain_span("whole")}));
    QVERIFY(!shown.messages().last()->findChild<QLabel *>(QStringLiteral("chat_mark")));
}

void TestChatMessages::a_message_is_edited_where_it_stands()
{
    ShownChat shown;
    shown.pane.add(persons("u1", "under 2 MB"));
    ca::MessageView *message = shown.messages().last();
    message->prose()->setFocus();
    QTRY_VERIFY(message->actions() && message->actions()->isVisible());
    const auto begin = [&] { message->findChild<QPushButton *>(QStringLiteral("chat_edit"))->click(); };
    QSignalSpy edited(&shown.pane, &ca::ChatPane::edited);
    begin();
    auto *edit = message->findChild<ca::EnterEdit *>(QStringLiteral("chat_edit_text"));
    QCOMPARE(edit->toPlainText(), QStringLiteral("under 2 MB"));
    QVERIFY(!message->prose()->isVisible());
    QTest::keyClick(edit, Qt::Key_Escape);
    QVERIFY(message->prose()->isVisible());
    QCOMPARE(edited.count(), 0);
    begin();
    edit = message->findChildren<ca::EnterEdit *>(QStringLiteral("chat_edit_text")).last();
    QTest::keyClicks(edit, QStringLiteral(", please"));
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(edited.front(), (QVariantList{QStringLiteral("u1"), QStringLiteral("under 2 MB, please")}));
    QCOMPARE(message->prose()->toPlainText(), QStringLiteral("under 2 MB")); // the app answers with the new branch
}

void TestChatMessages::an_answer_is_made_anew()
{
    ShownChat shown;
    shown.pane.add(answered("a1", {plain_span("yes")}));
    ca::MessageView *message = shown.messages().last();
    message->prose()->setFocus();
    QTRY_VERIFY(message->actions() && message->actions()->isVisible());
    QSignalSpy regenerate(&shown.pane, &ca::ChatPane::regenerate);
    message->findChild<QPushButton *>(QStringLiteral("chat_regenerate"))->click();
    QCOMPARE(regenerate.count(), 1);
    QCOMPARE(regenerate.front().front().toString(), QStringLiteral("a1"));
    shown.find<ca::EnterEdit>("chat_input")->setFocus();
    QTRY_VERIFY(!message->actions()->isVisible());
}

void TestChatMessages::branches_are_chosen()
{
    ShownChat shown;
    ca::ChatSaid said = persons("u1", "once");
    shown.pane.add(said);
    QVERIFY(!shown.find<QLabel>("chat_branch"));
    said.branch = 3;
    said.branches = 3;
    shown.pane.set_entries({said});
    QTRY_VERIFY(shown.find<QLabel>("chat_branch"));
    QCOMPARE(shown.find<QLabel>("chat_branch")->text(), QStringLiteral("3 of 3"));
    QVERIFY(!shown.find<QPushButton>("chat_branch_after")->isEnabled());
    QSignalSpy chosen(&shown.pane, &ca::ChatPane::branch_chosen);
    shown.find<QPushButton>("chat_branch_before")->click();
    QCOMPARE(chosen.front(), (QVariantList{QStringLiteral("u1"), 2}));
}

void TestChatMessages::nothing_is_changed_while_an_answer_comes()
{
    ShownChat shown;
    shown.pane.set_entries(made_up_chat());
    QTRY_COMPARE(shown.messages().size(), 3);
    shown.pane.set_activity(ca::ChatActivity::answering);
    for (ca::MessageView *message : shown.messages()) {
        message->prose()->setFocus();
        QTRY_VERIFY(message->actions());
        for (const char *name : {"chat_edit", "chat_regenerate"})
            if (const auto *button = message->findChild<QPushButton *>(QLatin1String(name)))
                QVERIFY(!button->isEnabled());
    }
    QVERIFY(!shown.find<QComboBox>("chat_who")->isEnabled());
    QVERIFY(shown.find<QComboBox>("chat_consent_mode")->isEnabled());
}

void TestChatMessages::copies_a_message_and_all()
{
    ShownChat shown;
    shown.pane.set_entries(made_up_chat());
    QTRY_COMPARE(shown.messages().size(), 3);
    ca::MessageView *message = shown.messages().last();
    message->prose()->setFocus();
    QTRY_VERIFY(message->actions());
    message->findChild<QPushButton *>(QStringLiteral("chat_copy"))->click();
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("**T14** meets both: 2.11 MB and −0.37 points on")));
    shown.pane.findChild<QAction *>(QStringLiteral("chat_copy_all"))->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), shown.pane.markdown());
    QSignalSpy wanted(&shown.pane, &ca::ChatPane::export_requested);
    shown.pane.findChild<QAction *>(QStringLiteral("chat_export"))->trigger();
    QCOMPARE(wanted.count(), 1);
}

CA_GUI_TEST_MAIN(TestChatMessages)
#include "test_chat_messages.moc"
