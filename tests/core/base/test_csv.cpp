// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"

#include <QtTest>

class TestCsv : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void quotes_what_rfc_4180_asks_for();
};

void TestCsv::quotes_what_rfc_4180_asks_for()
{
    QCOMPARE(ca::csv_line({"a", "b c", ""}), std::string("a,b c,\r\n"));
    QCOMPARE(ca::csv_line({"1,5", "say \"hi\"", "two\nlines"}), std::string("\"1,5\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"));
    QCOMPARE(ca::csv_line({}), std::string("\r\n"));
}

QTEST_APPLESS_MAIN(TestCsv)
#include "test_csv.moc"
