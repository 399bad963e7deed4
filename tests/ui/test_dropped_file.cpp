// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/dropped_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QUrl>

class TestDroppedFile final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_models_by_their_suffix_data();
    void takes_models_by_their_suffix();
    void says_why_not_data();
    void says_why_not();
    void takes_a_folder_with_a_config();
    void a_config_means_its_folder();
    void takes_one_local_file_at_a_time();
};

void TestDroppedFile::takes_models_by_their_suffix_data()
{
    QTest::addColumn<QString>("file");
    for (const char *name : {"net.pt", "net.pth", "model.safetensors", "pytorch_model.bin", "NET.PT"})
        QTest::newRow(name) << QStringLiteral("/models/") + QLatin1String(name);
}

void TestDroppedFile::takes_models_by_their_suffix()
{
    QFETCH(QString, file);
    QCOMPARE(ca::chosen_file(file).file, file);
    QCOMPARE(ca::chosen_file(file).reason, QString());
}

void TestDroppedFile::says_why_not_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("words");
    QTest::newRow("onnx") << "/m/net.onnx"
                          << "net.onnx is an ONNX model, which is not read here";
    QTest::newRow("keras") << "/m/net.h5"
                           << "a Keras model";
    QTest::newRow("checkpoint") << "/m/last.ckpt"
                                << "a training checkpoint";
    QTest::newRow("a picture") << "/m/cat.png"
                               << "cat.png is no model file. Drop a .pt,";
    QTest::newRow("no suffix") << "/m/net"
                               << "net is no model file.";
    QTest::newRow("a name with a place in it") << "/m/%1%2.png"
                                               << "%1%2.png is no model file.";
}

void TestDroppedFile::says_why_not()
{
    QFETCH(QString, file);
    QFETCH(QString, words);
    const ca::DroppedFile dropped = ca::chosen_file(file);
    QVERIFY(dropped.file.isEmpty());
    QVERIFY2(dropped.reason.contains(words), qPrintable(dropped.reason));
    QVERIFY(dropped.reason.endsWith(QLatin1Char('.')));
}

void TestDroppedFile::takes_a_folder_with_a_config()
{
    const QTemporaryDir folder;
    QVERIFY(ca::chosen_file(folder.path()).reason.contains(QStringLiteral("has no config.json")));
    QFile config(folder.filePath(QStringLiteral("config.json")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.close();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(folder.path() + QLatin1Char('/'))}); // as file managers hand over folders
    QCOMPARE(ca::dropped_file(data).file, folder.path());
}

void TestDroppedFile::a_config_means_its_folder()
{
    const QTemporaryDir folder;
    QFile config(folder.filePath(QStringLiteral("config.json")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.close();
    QCOMPARE(ca::chosen_file(config.fileName()).file, folder.path());
}

void TestDroppedFile::takes_one_local_file_at_a_time()
{
    QMimeData two;
    two.setUrls({QUrl::fromLocalFile(QStringLiteral("/a.pt")), QUrl::fromLocalFile(QStringLiteral("/b.pt"))});
    QVERIFY(ca::dropped_file(two).reason.startsWith(QStringLiteral("2 files were dropped.")));
    QMimeData far;
    far.setUrls({QUrl(QStringLiteral("https://example.com/a.pt"))});
    QVERIFY(ca::dropped_file(far).reason.contains(QStringLiteral("not on this computer")));
    const QMimeData nothing;
    QVERIFY(ca::dropped_file(nothing).reason.contains(QStringLiteral("no file")));
}

CA_GUI_TEST_MAIN(TestDroppedFile)
#include "test_dropped_file.moc"
