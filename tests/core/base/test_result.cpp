// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

#include <QtTest>

using ca::ErrorCode;

class TestResult final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gives_the_exit_codes_of_the_contract_data();
    void gives_the_exit_codes_of_the_contract();
    void tells_causes_after_the_sentence();
    void forwards_an_error_to_another_kind_of_result();
};

void TestResult::gives_the_exit_codes_of_the_contract_data()
{
    QTest::addColumn<ErrorCode>("error");
    QTest::addColumn<int>("code");
    QTest::newRow("failed") << ErrorCode::failed << 1;
    QTest::newRow("not found") << ErrorCode::not_found << 1;
    QTest::newRow("unreadable") << ErrorCode::unreadable << 1;
    QTest::newRow("unwritable") << ErrorCode::unwritable << 1;
    QTest::newRow("bad format") << ErrorCode::bad_format << 1;
    QTest::newRow("bad data") << ErrorCode::bad_data << 1;
    QTest::newRow("unsupported") << ErrorCode::unsupported << 1;
    QTest::newRow("out of memory") << ErrorCode::out_of_memory << 1;
    QTest::newRow("usage") << ErrorCode::usage << 2;
    QTest::newRow("constraint") << ErrorCode::constraint << 3;
    QTest::newRow("unsafe") << ErrorCode::unsafe << 4;
    QTest::newRow("cancelled") << ErrorCode::cancelled << 130;
}

void TestResult::gives_the_exit_codes_of_the_contract()
{
    QFETCH(ErrorCode, error);
    QFETCH(int, code);
    QCOMPARE(ca::exit_code(error), code);
}

void TestResult::tells_causes_after_the_sentence()
{
    ca::Error root{ErrorCode::unwritable, "The disk is full.", nullptr};
    const ca::Result<int> middle = ca::fail(ErrorCode::failed, "T3 was not stored.", root);
    const ca::Result<int> top = ca::fail(ErrorCode::failed, "The study stopped.", middle.error());
    QCOMPARE(top.error().text(), std::string("The study stopped. (T3 was not stored. (The disk is full.))"));
    QCOMPARE(top.error().cause->cause->code, ErrorCode::unwritable);
}

void TestResult::forwards_an_error_to_another_kind_of_result()
{
    const ca::Result<int> number = ca::fail(ErrorCode::unsafe, "No.");
    const ca::Result<std::string> text = ca::forward(number);
    QVERIFY(!text);
    QCOMPARE(text.error().code, ErrorCode::unsafe);
    QCOMPARE(text.error().text(), std::string("No."));
}

QTEST_APPLESS_MAIN(TestResult)
#include "test_result.moc"
