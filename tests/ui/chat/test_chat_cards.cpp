// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/ui/chat/made_up_chat.h"
#include "ui/chat/call_card_view.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/consent_card.h"
#include "ui/chat/prose_view.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

using ca::CallState;

class TestChatCards final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_call_says_its_state_and_what_came_of_it();
    void a_call_is_shown_once_and_changes();
    void arguments_unfold_as_a_form_and_as_json();
    void what_is_no_json_is_shown_as_it_is();
    void a_flood_of_arguments_is_cut();
    void trials_of_a_call_are_selected();
    void text_of_tools_stays_plain();
    void a_question_is_answered_with_a_reason();
    void enter_answers_nothing();
    void a_question_that_was_decided_elsewhere_is_closed();
};

namespace {

template <typename W>
W *find(const QWidget &in, const char *name)
{
    return in.findChild<W *>(QString::fromLatin1(name));
}

} // namespace

void TestChatCards::a_call_says_its_state_and_what_came_of_it()
{
    ca::CallCardView view(made_up_call("c1", CallState::running));
    QCOMPARE(find<QLabel>(view, "call_state")->accessibleName(), QStringLiteral("● running · 1 min 12 s"));
    QVERIFY(find<QLabel>(view, "call_summary")->isHidden());
    view.set(made_up_call("c1", CallState::done));
    QCOMPARE(find<QLabel>(view, "call_state")->accessibleName(), QStringLiteral("✓ done · 1 min 12 s"));
    QVERIFY(view.accessibleName().startsWith(QStringLiteral("Run 2 trials")));
    QVERIFY(view.accessibleName().endsWith(QStringLiteral("✓ done · 1 min 12 s")));
    QVERIFY(find<QLabel>(view, "call_summary")->text().startsWith(QStringLiteral("T16: 2.11 MB")));
}

void TestChatCards::a_call_is_shown_once_and_changes()
{
    ca::ChatPane pane;
    pane.set_call(made_up_call("c1", CallState::queued));
    pane.set_call(made_up_call("c2", CallState::queued));
    pane.set_call(made_up_call("c1", CallState::done));
    QCOMPARE(pane.entries().size(), std::size_t(2));
    const auto cards = pane.findChildren<ca::CallCardView *>();
    QCOMPARE(cards.size(), 2);
    QCOMPARE(cards[0]->card().state, CallState::done);
    QCOMPARE(cards[1]->card().state, CallState::queued);
    QVERIFY(pane.markdown().contains(QStringLiteral("✓ done")));
}

void TestChatCards::arguments_unfold_as_a_form_and_as_json()
{
    ca::CallCardView view(made_up_call("c1", CallState::running));
    view.show();
    QVERIFY(!find<QWidget>(view, "call_arguments"));
    auto *fold = find<QPushButton>(view, "call_fold");
    QVERIFY(fold->accessibleName().contains(QStringLiteral("Run 2 trials")));
    fold->setFocus();
    QTest::keyClick(fold, Qt::Key_Space);
    QVERIFY(find<QWidget>(view, "call_arguments")->isVisible());
    QStringList texts;
    for (const auto *label : find<QWidget>(view, "call_form")->findChildren<QLabel *>())
        texts << label->text();
    QCOMPARE(
        texts,
        (QStringList{QStringLiteral("max drop"), QStringLiteral("–"), QStringLiteral("proposals"), QStringLiteral("P3, P4")}));
    QVERIFY(!find<ca::ProseView>(view, "call_json")->isVisible());
    find<QPushButton>(view, "call_as_json")->click();
    QVERIFY(!find<QWidget>(view, "call_form")->isVisible());
    QCOMPARE(find<ca::ProseView>(view, "call_json")->toPlainText(),
             QStringLiteral("{\n  \"max_drop\": null,\n  \"proposals\": [\n    \"P3\",\n    \"P4\"\n  ]\n}"));
    fold->click();
    QVERIFY(!find<QWidget>(view, "call_arguments")->isVisible());
}

void TestChatCards::what_is_no_json_is_shown_as_it_is()
{
    ca::CallCard card = made_up_call("c1", CallState::failed);
    card.arguments = "{\"proposals\": [P3";
    ca::CallCardView view(card);
    view.show();
    find<QPushButton>(view, "call_fold")->click();
    QVERIFY(!find<QWidget>(view, "call_form"));
    QVERIFY(find<ca::ProseView>(view, "call_json")->isVisible());
    QCOMPARE(find<ca::ProseView>(view, "call_json")->toPlainText(), QStringLiteral("{\"proposals\": [P3"));
}

void TestChatCards::a_flood_of_arguments_is_cut()
{
    ca::CallCard card = made_up_call("c1", CallState::failed);
    card.arguments = ca::Json::object();
    for (int i = 0; i < 5000; ++i)
        card.arguments["key" + std::to_string(i)] = std::string(5000, 'x');
    ca::CallCardView view(card);
    view.show();
    find<QPushButton>(view, "call_fold")->click();
    const auto labels = find<QWidget>(view, "call_form")->findChildren<QLabel *>();
    QVERIFY(labels.size() < 100);
    for (const auto *label : labels)
        QVERIFY(label->text().size() <= 1000);
}

void TestChatCards::trials_of_a_call_are_selected()
{
    ca::ChatPane pane;
    pane.set_call(made_up_call("c1", CallState::done));
    QSignalSpy activated(&pane, &ca::ChatPane::trial_activated);
    find<QPushButton>(pane, "call_trial_T17")->click();
    QCOMPARE(activated.count(), 1);
    QCOMPARE(activated.front().front().toString(), QStringLiteral("T17"));
}

void TestChatCards::text_of_tools_stays_plain()
{
    ca::CallCard card = made_up_call("c1", CallState::done);
    card.title = "<h1>Run</h1>";
    card.summary = "<a href='https://example.org'>x</a> **y**";
    card.arguments = ca::Json{{"<b>k</b>", "<i>v</i>"}};
    ca::CallCardView view(card);
    find<QPushButton>(view, "call_fold")->click();
    for (const auto *label : view.findChildren<QLabel *>())
        QVERIFY2(label->textFormat() == Qt::PlainText || label->objectName() == QStringLiteral("call_state"),
                 qPrintable(label->text()));
    QCOMPARE(find<QLabel>(view, "call_summary")->text(), QString::fromStdString(card.summary));
}

void TestChatCards::a_question_is_answered_with_a_reason()
{
    ca::ChatPane pane;
    pane.resize(404, 460);
    pane.show();
    pane.add(made_up_consent("k1"));
    pane.add(made_up_consent("k2"));
    const auto cards = pane.findChildren<ca::ConsentCard *>();
    QCOMPARE(find<QLabel>(*cards[0], "consent_sentence")->text(),
             QStringLiteral("Run 3 trials: about 2 minutes, 310 MB of memory. 5 of 24 trials are left."));
    QSignalSpy decided(&pane, &ca::ChatPane::consent_decided);
    QTest::keyClicks(find<QLineEdit>(*cards[0], "consent_reason"), QStringLiteral("too slow"));
    find<QPushButton>(*cards[0], "consent_refuse")->click();
    find<QPushButton>(*cards[1], "consent_approve")->click();
    QCOMPARE(decided.count(), 2);
    QCOMPARE(decided[0][0].toString(), QStringLiteral("k1"));
    QVERIFY(!decided[0][1].value<ca::Decision>().granted);
    QCOMPARE(decided[0][1].value<ca::Decision>().reason, std::string("too slow"));
    QVERIFY(decided[1][1].value<ca::Decision>().granted);
    QCOMPARE(find<QLabel>(*cards[0], "consent_decision")->text(), QStringLiteral("⊘ Refused: too slow"));
    QVERIFY(!find<QPushButton>(*cards[0], "consent_approve")->isVisible()); // it is answered once
    QVERIFY(pane.markdown().contains(QStringLiteral("✓ Approved")));
}

void TestChatCards::enter_answers_nothing()
{
    ca::ConsentCard card(made_up_consent("k1"));
    card.show();
    QSignalSpy decided(&card, &ca::ConsentCard::decided);
    auto *reason = find<QLineEdit>(card, "consent_reason");
    reason->setFocus();
    QTest::keyClick(reason, Qt::Key_Return);
    QCOMPARE(decided.count(), 0);
}

void TestChatCards::a_question_that_was_decided_elsewhere_is_closed()
{
    ca::ChatPane pane;
    pane.add(made_up_consent("k1"));
    QSignalSpy decided(&pane, &ca::ChatPane::consent_decided);
    pane.settle(QStringLiteral("k1"), {true, {}});
    QCOMPARE(decided.count(), 0);
    QCOMPARE(find<QLabel>(pane, "consent_decision")->text(), QStringLiteral("✓ Approved"));
    QVERIFY(find<QPushButton>(pane, "consent_approve")->parentWidget()->isHidden());
}

CA_GUI_TEST_MAIN(TestChatCards)
#include "test_chat_cards.moc"
