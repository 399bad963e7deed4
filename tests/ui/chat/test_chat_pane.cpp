// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/chat/shown_chat.h"
#include "ui/chat/chat_input.h"
#include "ui/chat/enter_edit.h"
#include "ui/chat/prose_view.h"
#include "ui/common/state_pane.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTextEdit>

using State = ca::StatePane::State;

class TestChatPane final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void enter_sends_and_shift_enter_begins_a_line();
    void what_is_typed_while_an_answer_comes_is_sent();
    void stop_and_continue_stand_where_they_can_be_done();
    void suggestions_are_sent();
    void shows_who_answers_and_tells_what_was_chosen();
    void shows_what_it_cost();
    void a_failure_stands_at_the_end_until_something_follows();
    void notices_stay_plain_text();
    void every_control_has_a_name();
    void the_keyboard_reaches_what_can_be_done();
    void has_four_states_in_light_and_dark_data();
    void has_four_states_in_light_and_dark();
};

namespace {

/// Pictures go where CA_PICTURES says, for those who look.
void keep_picture(QWidget &widget, const QString &name)
{
    QTest::qWait(50);
    const QPixmap picture = widget.grab();
    QVERIFY(!picture.isNull());
    if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
        picture.save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

} // namespace

void TestChatPane::enter_sends_and_shift_enter_begins_a_line()
{
    const ShownChat shown;
    auto *input = shown.find<ca::EnterEdit>("chat_input");
    QSignalSpy sent(&shown.pane, &ca::ChatPane::sent);
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(sent.count(), 0); // nothing to send
    QTest::keyClicks(input, QStringLiteral("under 2 MB"));
    QTest::keyClick(input, Qt::Key_Return, Qt::ShiftModifier);
    const int one_line = input->height();
    QTest::keyClicks(input, QStringLiteral("please"));
    QTRY_VERIFY(input->height() >= one_line);
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(sent.count(), 1);
    QCOMPARE(sent.front().front().toString(), QStringLiteral("under 2 MB\nplease"));
    QCOMPARE(shown.pane.input()->text(), QString());
}

void TestChatPane::what_is_typed_while_an_answer_comes_is_sent()
{
    ShownChat shown;
    shown.pane.set_activity(ca::ChatActivity::answering);
    QSignalSpy sent(&shown.pane, &ca::ChatPane::sent);
    auto *input = shown.find<ca::EnterEdit>("chat_input");
    QVERIFY(!shown.find<QPushButton>("chat_send")->isVisible());
    QTest::keyClicks(input, QStringLiteral("and 3 bits?"));
    QVERIFY(shown.find<QPushButton>("chat_send")->isVisible());
    QVERIFY(shown.find<QPushButton>("chat_stop")->isVisible());
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(sent.count(), 1);
    QCOMPARE(shown.pane.input()->text(), QString());
}

void TestChatPane::stop_and_continue_stand_where_they_can_be_done()
{
    ShownChat shown;
    const auto seen = [&] {
        QStringList names;
        for (const char *name : {"chat_send", "chat_stop", "chat_continue"})
            if (shown.find<QPushButton>(name)->isVisible())
                names << QLatin1String(name);
        return names.join(u' ');
    };
    QCOMPARE(seen(), QStringLiteral("chat_send"));
    shown.pane.set_activity(ca::ChatActivity::answering);
    QCOMPARE(seen(), QStringLiteral("chat_stop"));
    QSignalSpy stop(&shown.pane, &ca::ChatPane::stop_requested), go_on(&shown.pane, &ca::ChatPane::continue_requested);
    shown.find<QPushButton>("chat_stop")->click();
    QCOMPARE(stop.count(), 1);
    shown.pane.set_activity(ca::ChatActivity::interrupted);
    QCOMPARE(seen(), QStringLiteral("chat_send chat_continue"));
    shown.find<QPushButton>("chat_continue")->click();
    QCOMPARE(go_on.count(), 1);
}

void TestChatPane::suggestions_are_sent()
{
    ShownChat shown;
    shown.pane.set_suggestions({QStringLiteral("Which layers?"), QStringLiteral("Go on to 3 bits")});
    QSignalSpy sent(&shown.pane, &ca::ChatPane::sent);
    shown.pane.findChildren<QPushButton *>(QStringLiteral("chat_suggestion")).last()->click();
    QCOMPARE(sent.front().front().toString(), QStringLiteral("Go on to 3 bits"));
    shown.pane.set_activity(ca::ChatActivity::answering);
    QVERIFY(!shown.find<QWidget>("chat_suggestions")->isVisible());
    QVERIFY(shown.find<QLabel>("chat_doing")->isVisible());
    shown.pane.set_activity(ca::ChatActivity::idle);
    QVERIFY(shown.find<QWidget>("chat_suggestions")->isVisible());
}

void TestChatPane::shows_who_answers_and_tells_what_was_chosen()
{
    ShownChat shown;
    const ca::ChatChoice offline{QStringLiteral("offline"), {}, QStringLiteral("offline planner")},
        llama{QStringLiteral("ollama"), QStringLiteral("llama3"), QStringLiteral("llama3 · Ollama")};
    shown.pane.set_choices({offline, llama}, offline);
    auto *who = shown.find<QComboBox>("chat_who");
    QCOMPARE(who->currentText(), QStringLiteral("offline planner"));
    QSignalSpy made(&shown.pane, &ca::ChatPane::choice_made), providers(&shown.pane, &ca::ChatPane::providers_requested);
    const auto choose = [&](int row) {
        who->setCurrentIndex(row);
        Q_EMIT who->activated(row);
    };
    choose(who->count() - 1);
    QCOMPARE(providers.count(), 1);
    QCOMPARE(who->currentText(), QStringLiteral("offline planner"));
    choose(1);
    QCOMPARE(made.count(), 1);
    QCOMPARE(made.front().front().value<ca::ChatChoice>(), llama);

    shown.pane.set_consent_mode(ca::ConsentMode::within_budget);
    auto *mode = shown.find<QComboBox>("chat_consent_mode");
    QCOMPARE(mode->currentText(), QStringLiteral("Within budget"));
    QSignalSpy modes(&shown.pane, &ca::ChatPane::consent_mode_chosen);
    QTest::keyClick(mode, Qt::Key_Down);
    QCOMPARE(modes.front().front().value<ca::ConsentMode>(), ca::ConsentMode::chat_only);
    QSignalSpy data(&shown.pane, &ca::ChatPane::sent_data_requested);
    shown.find<QPushButton>("chat_sent_data")->click();
    QCOMPARE(data.count(), 1);
}

void TestChatPane::shows_what_it_cost()
{
    ShownChat shown;
    ca::Usage usage;
    usage.input = 12'400;
    usage.output = 1'100;
    shown.pane.set_usage(usage, 0.031);
    QCOMPARE(shown.pane.meter()->text(), QStringLiteral("12.4k in, 1.1k out · $0.03"));
    shown.pane.set_usage(usage, std::nullopt);
    QCOMPARE(shown.pane.meter()->text(), QStringLiteral("12.4k in, 1.1k out · price unknown"));
}

void TestChatPane::a_failure_stands_at_the_end_until_something_follows()
{
    ShownChat shown;
    QSignalSpy retry(&shown.pane, &ca::ChatPane::retry_requested);
    shown.pane.show_failed(QStringLiteral("No answer."), {});
    QCOMPARE(shown.pane.states()->state(), State::failed);
    shown.find<QPushButton>("chat_action")->click();
    QCOMPARE(retry.count(), 1);
    shown.pane.add(persons("u1", "again"));
    QCOMPARE(shown.pane.states()->state(), State::full);
    shown.pane.show_failed(QStringLiteral("<b>No</b> answer."), QStringLiteral("503"));
    QCOMPARE(shown.find<QLabel>("chat_failure_sentence")->textFormat(), Qt::PlainText);
    shown.find<QPushButton>("chat_retry")->click();
    QCOMPARE(retry.count(), 2);
    shown.pane.begin_answer(QStringLiteral("a1"));
    QTRY_VERIFY(!shown.find<QLabel>("chat_failure_sentence"));
    QCOMPARE(shown.pane.entries().size(), std::size_t(2));
}

void TestChatPane::notices_stay_plain_text()
{
    ShownChat shown;
    shown.pane.add(ca::ChatNotice{QStringLiteral("The key of <i>x</i> was refused.")});
    const auto *label = shown.find<QLabel>("chat_notice");
    QCOMPARE(label->textFormat(), Qt::PlainText);
    QVERIFY(label->text().contains(QStringLiteral("<i>x</i>")));
}

void TestChatPane::every_control_has_a_name()
{
    ShownChat shown;
    shown.pane.set_entries(made_up_chat());
    QTRY_COMPARE(shown.messages().size(), 3);
    shown.pane.add(made_up_consent("k1"));
    shown.pane.set_suggestions({QStringLiteral("Which layers?")});
    shown.pane.show_failed(QStringLiteral("No answer."), QStringLiteral("503"));
    for (const QWidget *widget : shown.pane.findChildren<QWidget *>()) {
        const bool control = qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QComboBox *>(widget)
            || qobject_cast<const QLineEdit *>(widget) || qobject_cast<const QTextEdit *>(widget)
            || qobject_cast<const QPlainTextEdit *>(widget) || qobject_cast<const QScrollArea *>(widget);
        const QString name = widget->objectName() + QLatin1Char(' ') + QLatin1String(widget->metaObject()->className());
        // Buttons of Qt's own inside of others have no names.
        if (control && !widget->isHidden() && !name.startsWith(QStringLiteral("qt_"))
            && !qobject_cast<const QComboBox *>(widget->parentWidget()))
            QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(name));
    }
}

void TestChatPane::the_keyboard_reaches_what_can_be_done()
{
    ShownChat shown;
    shown.pane.add(answered("a1", {plain_span("It takes "), figure_span("2.11 MB", "T14/bytes")}));
    shown.pane.add(made_up_call("c1", ca::CallState::done));
    shown.pane.add(made_up_consent("k1"));
    shown.pane.set_suggestions({QStringLiteral("Which layers?")});
    shown.window.activateWindow();
    shown.messages().last()->prose()->setFocus();
    QStringList reached;
    for (int i = 0; i < 40; ++i) {
        QApplication::processEvents();
        const QWidget *focus = QApplication::focusWidget();
        QVERIFY(focus);
        reached << focus->objectName();
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    qsizetype before = -1;
    for (const char *name :
         {"chat_regenerate", "chat_copy", "call_fold", "call_trial_T16", "consent_reason", "consent_refuse", "consent_approve",
          "chat_suggestion", "chat_input", "chat_who", "chat_consent_mode", "chat_sent_data", "chat_more"}) {
        const qsizetype place = reached.indexOf(QLatin1String(name));
        QVERIFY2(place > before, qPrintable(QLatin1String(name) + QStringLiteral(" in ") + reached.join(u' ')));
        before = place;
    }
}

void TestChatPane::has_four_states_in_light_and_dark_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << QSize(404, 520) << false;
    QTest::newRow("dark") << QSize(404, 520) << true;
    QTest::newRow("small") << QSize(300, 340) << false;
    QTest::newRow("wide") << QSize(548, 700) << true;
}

void TestChatPane::has_four_states_in_light_and_dark()
{
    QFETCH(QSize, size);
    QFETCH(bool, dark);
    const QString name = QStringLiteral("chat-") + QLatin1String(QTest::currentDataTag());
    ShownChat shown(size, dark);
    shown.pane.set_choices({{QStringLiteral("offline"), {}, QStringLiteral("offline planner")}},
                           {QStringLiteral("offline"), {}, QStringLiteral("offline planner")});
    shown.pane.set_suggestions(
        {QStringLiteral("Which layers are sensitive?"), QStringLiteral("Under 2 MB, lose at most 1 point")});
    keep_picture(shown.window, name + QStringLiteral("-empty"));
    shown.pane.show_working(QStringLiteral("Opening the conversation"));
    keep_picture(shown.window, name + QStringLiteral("-working"));
    shown.pane.show_failed(
        QStringLiteral("The server at localhost:11434 does not answer. Start Ollama, or choose another provider."),
        QStringLiteral("connection refused"));
    keep_picture(shown.window, name + QStringLiteral("-failed"));
    shown.pane.set_entries(made_up_chat());
    QTRY_COMPARE(shown.pane.states()->state(), State::full);
    keep_picture(shown.window, name + QStringLiteral("-full"));
    shown.pane.add(made_up_call("c2", ca::CallState::running));
    shown.pane.add(made_up_consent("k1"));
    shown.pane.add(ca::ChatNotice{QStringLiteral("The provider did not answer; the offline planner takes over.")});
    shown.pane.set_activity(ca::ChatActivity::answering);
    shown.pane.begin_answer(QStringLiteral("a3"));
    shown.pane.add_delta({ca::ChatDelta::Kind::text, "I am **still** writing"});
    keep_picture(shown.window, name + QStringLiteral("-answering"));
    shown.pane.set_activity(ca::ChatActivity::interrupted);
    ca::ChatSaid stopped = answered("a3", {plain_span("I am **still** writing")});
    stopped.end = ca::TurnEnd::stopped;
    shown.pane.end_answer(stopped);
    shown.pane.show_failed(QStringLiteral("The key was refused. Enter another one in the settings."), QStringLiteral("401"));
    shown.window.activateWindow();
    shown.messages().last()->prose()->setFocus();
    keep_picture(shown.window, name + QStringLiteral("-stopped"));
}

CA_GUI_TEST_MAIN(TestChatPane)
#include "test_chat_pane.moc"
