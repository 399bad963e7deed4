// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/child_report.h"

#include <QtTest>

using namespace std::string_literals;

class TestChildReport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gives_back_what_was_said();
    void cuts_a_long_sentence();
    void takes_nothing_but_a_whole_report_data();
    void takes_nothing_but_a_whole_report();
    void cleans_what_a_hostile_child_says();
};

void TestChildReport::gives_back_what_was_said()
{
    const auto good = ca::read_report(ca::write_report({}));
    QVERIFY(good && *good);
    for (const auto code : {ca::ErrorCode::bad_format, ca::ErrorCode::unsafe, ca::ErrorCode::out_of_memory}) {
        const auto bad = ca::read_report(ca::write_report(ca::fail(code, "It is none.")));
        QVERIFY(bad && !*bad);
        QVERIFY(bad->error().code == code);
        QCOMPARE(bad->error().sentence, std::string("It is none."));
    }
    const auto stopped = ca::read_report(ca::write_report(ca::cancelled())); // nobody but the parent stops anything
    QVERIFY(stopped && !*stopped && stopped->error().code == ca::ErrorCode::failed);
}

void TestChildReport::cuts_a_long_sentence()
{
    const std::string bytes = ca::write_report(ca::fail(ca::ErrorCode::failed, std::string(100'000, 'x')));
    QVERIFY(bytes.size() <= ca::kLongestReport);
    const auto read = ca::read_report(bytes);
    QVERIFY(read && !*read && read->error().sentence.size() == 1000);
}

void TestChildReport::takes_nothing_but_a_whole_report_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char *name, const std::string &bytes) { QTest::newRow(name) << QByteArray::fromStdString(bytes); };
    row("nothing", "");
    row("half a mark", "CA");
    row("another mark", "CAR2\x00\x00\x00"s);
    row("no length", "CAR1\x01"s);
    row("sentence cut short", "CAR1\x01\x05\x00none"s);
    row("more behind it", "CAR1\x01\x04\x00none."s);
    row("unknown kind", "CAR1\x63\x04\x00none"s);
    row("length of 65,535", "CAR1\x01\xFF\xFFnone"s);
    row("success with a sentence", "CAR1\x00\x04\x00none"s);
    row("failure without one", "CAR1\x01\x00\x00"s);
    row("two reports", ca::write_report({}) + ca::write_report({}));
}

void TestChildReport::takes_nothing_but_a_whole_report()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(!ca::read_report(bytes.toStdString()));
}

void TestChildReport::cleans_what_a_hostile_child_says()
{
    const auto read = ca::read_report("CAR1\x01\x08\x00\x1B[2J\xFF\n\tx"s);
    QVERIFY(read && !*read);
    QCOMPARE(read->error().sentence, std::string(" [2J\xEF\xBF\xBD  x"));
}

QTEST_APPLESS_MAIN(TestChildReport)
#include "test_child_report.moc"
