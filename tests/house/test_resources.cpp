// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/house/rules.h"
#include "tests/support/shared_files.h"

#include <QtTest>

class TestResources final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void resources_stay_under_thirty_megabytes();
    void the_count_knows_each_byte();
};

void TestResources::resources_stay_under_thirty_megabytes()
{
    const auto size = bytes_below(source_folder() / "resources");
    QVERIFY2(size > 0, "there are no resources; set CA_SOURCE_DIR to the sources");
    QVERIFY2(size < 30'000'000, qPrintable(QString::number(size)));
}

void TestResources::the_count_knows_each_byte()
{
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("in")));
    for (const auto &[name, size] : {std::pair("a", 1000), std::pair("in/b", 234)}) {
        QFile file(folder.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(QByteArray(size, 'x')), qint64(size));
    }
    QCOMPARE(bytes_below(folder.path().toStdString()), std::uintmax_t(1234));
}

QTEST_APPLESS_MAIN(TestResources)
#include "test_resources.moc"
