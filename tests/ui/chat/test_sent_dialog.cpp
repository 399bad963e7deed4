// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/chat/sent_dialog.h"

#include <QClipboard>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>

class TestSentDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void says_that_nothing_was_sent();
    void shows_each_request_as_it_was_sent();
};

void TestSentDialog::says_that_nothing_was_sent()
{
    const ca::SentDialog dialog({}, QStringLiteral("A note."));
    QCOMPARE(dialog.findChild<QListWidget *>(QStringLiteral("sent_list"))->count(), 0);
    QVERIFY(dialog.findChild<QLabel *>(QStringLiteral("sent_size"))->text().contains(QStringLiteral("Nothing was sent")));
    QVERIFY(!dialog.findChild<QPushButton *>(QStringLiteral("sent_copy"))->isEnabled());
}

void TestSentDialog::shows_each_request_as_it_was_sent()
{
    const QByteArray first = "{\"a\":1}", second = "{\"b\":\"\xC3\xA4\x01\"}";
    const QDateTime now(QDate(2026, 1, 2), QTime(3, 4, 5));
    const ca::SentDialog dialog({{now, QStringLiteral("one"), first}, {now, QStringLiteral("two"), second}}, {});
    auto *list = dialog.findChild<QListWidget *>(QStringLiteral("sent_list"));
    const auto *body = dialog.findChild<QPlainTextEdit *>(QStringLiteral("sent_body"));
    QCOMPARE(list->count(), 2);
    QVERIFY(list->item(0)->text().contains(QStringLiteral("two"))); // the last first
    QVERIFY(list->item(0)->text().contains(QStringLiteral("03:04:05")));
    QCOMPARE(body->toPlainText(), QStringLiteral("{\"b\":\"ä\\u0001\"}"));
    QVERIFY(dialog.findChild<QLabel *>(QStringLiteral("sent_size"))->text().startsWith(QStringLiteral("11 ")));
    list->setCurrentRow(1);
    QCOMPARE(body->toPlainText(), QString::fromUtf8(first));
    dialog.findChild<QPushButton *>(QStringLiteral("sent_copy"))->click();
    QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromUtf8(first));
}

CA_GUI_TEST_MAIN(TestSentDialog)
#include "test_sent_dialog.moc"
