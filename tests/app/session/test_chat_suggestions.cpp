// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/chat_suggestions.h"
#include "core/agent/phrases/phrases.h"
#include "tests/support/gui_studies.h"

#include <QtTest>

class TestChatSuggestions final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_advisor_without_a_network_understands_all_data();
    void the_advisor_without_a_network_understands_all();
    void nothing_is_offered_to_run_that_cannot_run();
    void a_limit_that_holds_is_not_suggested();
};

void TestChatSuggestions::the_advisor_without_a_network_understands_all_data()
{
    QTest::addColumn<QString>("question");
    const auto study = made_up_study();
    study->smallest = "T15";
    for (const ca::Study *shown : {static_cast<const ca::Study *>(nullptr), static_cast<const ca::Study *>(study.get())})
        for (const QString &question : ca::chat_suggestions(shown, true).questions)
            QTest::addRow("%s%s", shown ? "with a study: " : "", qPrintable(question)) << question;
}

void TestChatSuggestions::the_advisor_without_a_network_understands_all()
{
    QFETCH(QString, question);
    const auto understood = ca::understand(question.toStdString());
    QCOMPARE(understood.wishes.size(), std::size_t{1});
    QVERIFY(understood.not_understood.empty());
}

void TestChatSuggestions::nothing_is_offered_to_run_that_cannot_run()
{
    QCOMPARE(ca::chat_suggestions(nullptr, false).questions.size(), 1); // what it can do
    QVERIFY(ca::chat_suggestions(made_up_study().get(), false).offer.isEmpty());
    const auto next = ca::chat_suggestions(made_up_study().get(), true);
    QVERIFY(next.questions.contains(next.offer));
    QCOMPARE(next.trials, std::size_t{8});
    QVERIFY(next.offer.contains(QStringLiteral("8")));
}

void TestChatSuggestions::a_limit_that_holds_is_not_suggested()
{
    const auto study = made_up_study();
    const QString limit = QStringLiteral("Lose at most half a point");
    QVERIFY(ca::chat_suggestions(study.get(), true).questions.contains(limit));
    study->constraints.max_drop = 1;
    QVERIFY(!ca::chat_suggestions(study.get(), true).questions.contains(limit));
}

QTEST_APPLESS_MAIN(TestChatSuggestions)
#include "test_chat_suggestions.moc"
