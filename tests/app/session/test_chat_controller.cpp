// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/offline_advisor.h"
#include "core/study/load_study.h"
#include "tests/app/session/chat_window.h"
#include "tests/support/gui_main.h"
#include "tests/support/scripted_chat.h"
#include "ui/trials/trials_pane.h"

#include <QFile>
#include <QLineEdit>
#include <QTableView>

class TestChatController final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void says_what_to_open();
    void a_message_runs_a_study_and_sums_it_up();
    void a_word_is_heard_while_trials_run();
    void a_question_in_between_ends_nothing();
    void a_stopped_answer_leaves_the_study_open();
    void a_refusal_goes_back_to_the_model();
    void an_edited_message_is_another_branch();
    void more_trials_are_offered_and_run();
    void a_removed_study_is_closed_first();
    void a_study_that_closes_takes_no_more_messages();
    void a_figure_selects_its_trial();
    void an_exported_conversation_is_what_was_said();
};

using Chat = ScriptedChat;

void TestChatController::says_what_to_open()
{
    ChatWindow chat;
    QVERIFY(chat.ask(QStringLiteral("go ahead")));
    QCOMPARE(chat.said().size(), 2);
    QVERIFY2(chat.said().back().contains(QStringLiteral("Drop a model")), chat.told());
    QVERIFY(!chat.session.is_open());
}

void TestChatController::a_message_runs_a_study_and_sums_it_up()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    QVERIFY(chat.ask(QStringLiteral("go ahead")));
    QVERIFY2(chat.done() >= 3, chat.told());
    QCOMPARE(chat.child<QTableView>("trials_table")->model()->rowCount(), static_cast<int>(chat.last->trials.size()));
    QVERIFY(chat.last->float_holdout); // figures that are quoted come from there
    const auto said = chat.all<ca::ChatSaid>();
    QCOMPARE(text_of(said.front().text), QStringLiteral("go ahead"));
    QVERIFY(std::any_of(said.back().text.begin(), said.back().text.end(),
                        [](const ca::TextSpan &span) { return span.kind == ca::TextSpan::Kind::figure; }));
    QVERIFY(std::none_of(said.back().text.begin(), said.back().text.end(),
                         [](const ca::TextSpan &span) { return span.kind == ca::TextSpan::Kind::unproved; }));
    QVERIFY(chat.session.is_open());
    const auto cards = chat.all<ca::CallCard>();
    QVERIFY(std::any_of(cards.begin(), cards.end(), [](const ca::CallCard &card) {
        return card.tool == "run_trials" && card.state == ca::CallState::done && !card.trials.empty();
    }));
}

void TestChatController::a_word_is_heard_while_trials_run()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    chat.start();
    QVERIFY(chat.wait_for_done(2));
    QVERIFY(chat.ask(QStringLiteral("stop")));
    QVERIFY2(chat.said().contains(QStringLiteral("You: stop")), chat.told());
    QVERIFY(chat.done() < chat.last->trials.size() || chat.done() < OpenedWindow::kTrials);
    QVERIFY(chat.session.is_open()); // the advisor stopped, and waits
    QVERIFY2(chat.strip().stage().startsWith(QStringLiteral("Finished")), chat.told());
    QVERIFY2(chat.said().back().startsWith(QStringLiteral("Advisor: ")), chat.told());
}

void TestChatController::a_question_in_between_ends_nothing()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    chat.start();
    QVERIFY(chat.wait_for_done(1));
    QVERIFY(chat.ask(QStringLiteral("explain L001")));
    QVERIFY2(chat.last && chat.done() == chat.last->trials.size() && chat.done() >= 3, chat.told());
    QVERIFY2(chat.said().filter(QStringLiteral("L001 is a ")).size() == 1, chat.told());
    QVERIFY2(chat.said().back().contains(QStringLiteral("The front has")), chat.told());
}

void TestChatController::a_stopped_answer_leaves_the_study_open()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    chat.start();
    QVERIFY(chat.wait_for_done(2));
    chat.child<QPushButton>("chat_stop")->click();
    QVERIFY(chat.wait_for_rest());
    QVERIFY(chat.session.is_open());
    QVERIFY2(chat.strip().stage().startsWith(QStringLiteral("Stopped")), chat.told());
    const std::size_t before = chat.done();
    QVERIFY(chat.ask(QStringLiteral("what do we have")));
    QCOMPARE(chat.done(), before); // a question carries nothing out
    QVERIFY2(chat.said().back().contains(QStringLiteral("T")), chat.told());
}

void TestChatController::a_refusal_goes_back_to_the_model()
{
    const auto model = std::make_shared<Chat>(std::vector<Chat::Answer>{Chat::calls({{"study_overview", "{}"}}),
                                                                        Chat::calls({{"run_trials", R"({"proposals":["P1"]})"}}),
                                                                        Chat::says("Then I leave it.")});
    ChatWindow chat;
    ca::AgentVoice voice;
    voice.model = model;
    chat.controller.voices().set_voice(voice);
    Q_EMIT chat.pane().consent_mode_chosen(ca::ConsentMode::ask);
    QVERIFY(chat.open_net());
    chat.type(QStringLiteral("try something"));
    QVERIFY(QTest::qWaitFor([&] { return chat.child<QPushButton>("consent_refuse") != nullptr; }, kAnswerMilliseconds));
    chat.child<QLineEdit>("consent_reason")->setText(QStringLiteral("the battery is low"));
    chat.child<QPushButton>("consent_refuse")->click();
    QVERIFY(chat.wait_for_rest());
    QCOMPARE(chat.said().back(), QStringLiteral("Advisor: Then I leave it."));
    QCOMPARE(chat.last->trials.size(), std::size_t{1}); // float alone
    QCOMPARE(model->asked.size(), std::size_t{3});
    const ca::ChatMessage &told = model->asked[2].messages.back();
    QVERIFY(told.failed);
    QVERIFY2(told.text.find("the battery is low") != std::string::npos, told.text.c_str());
    QCOMPARE(chat.settings.value(ca::Setting::chat_consent).toString(), QStringLiteral("ask"));
}

void TestChatController::an_edited_message_is_another_branch()
{
    const auto model =
        std::make_shared<Chat>(std::vector<Chat::Answer>{Chat::says("One."), Chat::says("Two."), Chat::says("Three.")});
    ChatWindow chat;
    ca::AgentVoice voice;
    voice.model = model;
    chat.controller.voices().set_voice(voice);
    QVERIFY(chat.open_net());
    QVERIFY(chat.ask(QStringLiteral("first")));
    const QString message = chat.all<ca::ChatSaid>().front().id;
    Q_EMIT chat.pane().edited(message, QStringLiteral("second"));
    QVERIFY(chat.wait_for_rest());
    QCOMPARE(chat.said(), (QStringList{QStringLiteral("You: second"), QStringLiteral("Advisor: Two.")}));
    QCOMPARE(chat.all<ca::ChatSaid>().front().branches, 2);
    QCOMPARE(model->asked[1].messages.size(), std::size_t{1});
    QCOMPARE(model->asked[1].messages[0].text, std::string("second"));
    Q_EMIT chat.pane().branch_chosen(chat.all<ca::ChatSaid>().front().id, 1);
    QCOMPARE(chat.said(), (QStringList{QStringLiteral("You: first"), QStringLiteral("Advisor: One.")}));
    QVERIFY(chat.ask(QStringLiteral("third")));
    QCOMPARE(model->asked[2].messages.size(), std::size_t{3});
    QCOMPARE(model->asked[2].messages[0].text, std::string("first"));
    QCOMPARE(model->asked[2].messages[1].text, std::string("One."));
    QCOMPARE(chat.said().back(), QStringLiteral("Advisor: Three."));
}

void TestChatController::more_trials_are_offered_and_run()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    chat.start();
    QVERIFY(chat.wait_for_rest());
    const std::size_t before = chat.last->trials.size();
    auto buttons = chat.window.findChildren<QPushButton *>(QStringLiteral("chat_suggestion"));
    const auto offer = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton *button) {
        return button->text().contains(QStringLiteral("more trials"));
    });
    QVERIFY(offer != buttons.end());
    (*offer)->click();
    QVERIFY(chat.wait_for_rest());
    QVERIFY2(chat.last->trials.size() > before || !chat.last->why_over.empty(), chat.told());
    QVERIFY(chat.last->trials.size() <= before + 8);
    const std::size_t after = chat.last->trials.size();
    QVERIFY(chat.ask(QStringLiteral("run 1 more trial")));
    QVERIFY(chat.last->trials.size() <= after + 1);
    QVERIFY2(chat.last->trials.size() > after || !chat.last->why_over.empty(), chat.told());
}

void TestChatController::a_removed_study_is_closed_first()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    QVERIFY(chat.ask(QStringLiteral("help")));
    QVERIFY(chat.session.is_open());
    const auto place = chat.study_folder();
    chat.controller.studies().remove(QString::fromStdString(place.string()));
    QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(place), kOpenMilliseconds);
    QVERIFY(chat.said().isEmpty());
}

void TestChatController::a_study_that_closes_takes_no_more_messages()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    QVERIFY(chat.ask(QStringLiteral("help")));
    QSignalSpy closed(&chat.session, &ca::Session::study_closed), finished(&chat.session, &ca::Session::study_finished);
    chat.session.close_study();
    QVERIFY(!chat.session.say({"m9", "help"}));
    QVERIFY(closed.wait(kOpenMilliseconds));
    QCOMPARE(finished.count(), 0);
    QVERIFY(!chat.session.is_open() && !chat.session.is_running());
    QVERIFY(chat.ask(QStringLiteral("help"))); // it is opened again
    QVERIFY(chat.session.is_open());
    chat.session.close_study();
    chat.session.start_scan({}); // the worker is wanted for something else
    QVERIFY(closed.wait(kOpenMilliseconds));
    QCOMPARE(closed.count(), 2);
}

void TestChatController::a_figure_selects_its_trial()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    chat.start();
    QVERIFY(chat.wait_for_rest());
    Q_EMIT chat.pane().reference_activated(QStringLiteral("T2/selection/top1"));
    QCOMPARE(chat.window.selected_trial(), QStringLiteral("T2"));
    Q_EMIT chat.pane().trial_activated(QStringLiteral("T1"));
    QCOMPARE(chat.window.selected_trial(), QStringLiteral("T1"));
}

void TestChatController::an_exported_conversation_is_what_was_said()
{
    ChatWindow chat;
    QVERIFY(chat.ask(QStringLiteral("go ahead")));
    chat.controller.chat().export_to(chat.path("talk.md"));
    QFile file(chat.path("talk.md"));
    QVERIFY(file.open(QFile::ReadOnly));
    QVERIFY(file.readAll().startsWith("### You\n\ngo ahead\n\n### Advisor\n\nDrop a model"));
}

CA_GUI_TEST_MAIN(TestChatController)
#include "test_chat_controller.moc"
