// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/leaving.h"

#include <QtTest>

class TestLeaving final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothing_leaves_for_a_server_on_this_machine();
    void says_who_gets_it_and_nothing_else_of_the_address();
    void names_are_said_to_leave_only_where_they_do();
    void says_what_never_leaves();
};

namespace {

QString words(const std::vector<std::string> &lines)
{
    QStringList all;
    for (const std::string &line : lines)
        all += QString::fromStdString(line);
    return all.join(QLatin1Char('\n'));
}

} // namespace

void TestLeaving::nothing_leaves_for_a_server_on_this_machine()
{
    for (const ca::Provider &provider : ca::known_providers())
        QCOMPARE(ca::what_leaves(provider, true).empty(), provider.is_local);
}

void TestLeaving::says_who_gets_it_and_nothing_else_of_the_address()
{
    const auto provider = ca::find_provider("https://llm.example.org:8443/private-path/v1");
    const QString said = words(ca::what_leaves(*provider, false));
    QVERIFY(said.startsWith(QStringLiteral("To llm.example.org:8443,")));
    QVERIFY(!said.contains(QStringLiteral("private-path")));
}

void TestLeaving::names_are_said_to_leave_only_where_they_do()
{
    const ca::Provider &openai = ca::known_providers()[0];
    const QString with = words(ca::what_leaves(openai, true)), without = words(ca::what_leaves(openai, false));
    QVERIFY(with.contains(QStringLiteral("\nNames of the model")));
    QVERIFY(!without.contains(QStringLiteral("\nNames of the model")));
    QVERIFY(without.contains(QStringLiteral("\nNo names")));
}

void TestLeaving::says_what_never_leaves()
{
    for (const bool names : {false, true}) {
        const auto lines = ca::what_leaves(ca::known_providers()[1], names);
        QVERIFY(lines.back().starts_with("Never: images, weights, places of files"));
    }
}

QTEST_APPLESS_MAIN(TestLeaving)
#include "test_leaving.moc"
