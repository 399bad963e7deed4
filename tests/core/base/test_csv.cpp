// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"

#include <QtTest>

class TestCsv : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void quotes_what_rfc_4180_asks_for();
    void keeps_texts_from_being_formulas();
};

void TestCsv::quotes_what_rfc_4180_asks_for()
{
    QCOMPARE(ca::csv_line({"a", "b c", ""}), std::string("a,b c,\r\n"));
    QCOMPARE(ca::csv_line({"1,5", "say \"hi\"", "two\nlines"}), std::string("\"1,5\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"));
    QCOMPARE(ca::csv_line({}), std::string("\r\n"));
}

void TestCsv::keeps_texts_from_being_formulas()
{
    for (const char *text : {"=1+1", "+1", "-2", "@SUM(A1)", "  =1"})
        QCOMPARE(ca::csv_text(text), "'" + std::string(text));
    QCOMPARE(ca::csv_text("\t=1"), std::string("' =1")); // controls are blanks
    for (const char *text : {"", "  ", "conv1", "a=b", "1-2", "'=1", "−1"})
        QCOMPARE(ca::csv_text(text), std::string(text));
}

QTEST_APPLESS_MAIN(TestCsv)
#include "test_csv.moc"
