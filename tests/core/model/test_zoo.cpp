// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/zoo.h"

#include <QUrl>
#include <QtTest>

#include <set>

class TestZoo final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_the_five_keys_in_their_order();
    void knows_the_published_files_data();
    void knows_the_published_files();
    void counts_parameters_as_published_data();
    void counts_parameters_as_published();
    void names_what_a_clip_folder_needs();
    void every_file_has_a_secure_address_and_a_checksum();
    void memory_holds_the_weights();
    void knows_cifar10();
    void knows_no_other_key();
};

void TestZoo::has_the_five_keys_in_their_order()
{
    QStringList keys;
    for (const auto &entry : ca::zoo())
        keys << QString::fromStdString(entry.key);
    QCOMPARE(keys, QStringLiteral("clip-vit-l clip-vit-b vit_b_16 resnet18 mobilenet_v2").split(QLatin1Char(' ')));
}

/// torchvision's weights table (sizes in units of 1,048,576 bytes) and the listings of the pinned revisions on Hugging Face.
void TestZoo::knows_the_published_files_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("mebibytes");
    QTest::addColumn<QString>("sha256");
    QTest::addColumn<QString>("preprocess");
    QTest::newRow("resnet18") << "resnet18-f37072fd.pth" << 44.661 << "f37072fd"
                              << "imagenet";
    QTest::newRow("mobilenet_v2") << "mobilenet_v2-7ebf99e0.pth" << 13.598 << "7ebf99e0"
                                  << "imagenet,size=232";
    QTest::newRow("vit_b_16") << "vit_b_16-c867db91.pth" << 330.285 << "c867db91"
                              << "imagenet";
    QTest::newRow("clip-vit-b") << "pytorch_model.bin" << 598'641'023 / 1048576.0
                                << "ec89c7b09c749a60aae3c9cd910516f24b58214a7df060b48962d14c469cfbf0"
                                << "clip";
    QTest::newRow("clip-vit-l") << "model.safetensors" << 1'710'540'580 / 1048576.0
                                << "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb"
                                << "clip";
}

void TestZoo::knows_the_published_files()
{
    QFETCH(QString, name);
    QFETCH(double, mebibytes);
    QFETCH(QString, sha256);
    QFETCH(QString, preprocess);
    const auto *entry = ca::find_in_zoo(QTest::currentDataTag());
    QVERIFY(entry);
    const auto &weights = entry->files.front();
    QCOMPARE(QString::fromStdString(weights.name), name);
    QVERIFY(qAbs(double(weights.bytes) / 1048576 - mebibytes) < 0.0005);
    QVERIFY(QString::fromStdString(weights.sha256).startsWith(sha256));
    QCOMPARE(QString::fromStdString(entry->preprocess), preprocess);
}

void TestZoo::counts_parameters_as_published_data()
{
    QTest::addColumn<double>("published");
    QTest::addColumn<double>("unit");
    QTest::newRow("resnet18") << 11'689'512.0 << 1.0;
    QTest::newRow("mobilenet_v2") << 3'504'872.0 << 1.0;
    QTest::newRow("vit_b_16") << 86'567'656.0 << 1.0;
    QTest::newRow("clip-vit-b") << 149.62 << 1e6;
    QTest::newRow("clip-vit-l") << 427.62 << 1e6;
}

void TestZoo::counts_parameters_as_published()
{
    QFETCH(double, published);
    QFETCH(double, unit);
    const auto *entry = ca::find_in_zoo(QTest::currentDataTag());
    QVERIFY(entry);
    QVERIFY(qAbs(double(entry->parameters) / unit - published) <= (unit > 1 ? 0.005 : 0));
}

void TestZoo::names_what_a_clip_folder_needs()
{
    for (const auto &entry : ca::zoo()) {
        std::set<std::string> names;
        for (const auto &file : entry.files)
            names.insert(file.name);
        QCOMPARE(names.size(), entry.files.size());
        if (!entry.is_clip())
            continue;
        for (const char *name : {"config.json", "preprocessor_config.json", "vocab.json", "merges.txt"})
            QVERIFY2(names.contains(name), name);
    }
}

void TestZoo::every_file_has_a_secure_address_and_a_checksum()
{
    std::vector<ca::PublishedFile> files{ca::cifar10_archive()};
    for (const auto &entry : ca::zoo())
        files.insert(files.end(), entry.files.begin(), entry.files.end());
    const QRegularExpression digits(QStringLiteral("^[0-9a-f]{8,64}$"));
    for (const auto &file : files) {
        const QUrl url(QString::fromStdString(file.url), QUrl::StrictMode);
        QVERIFY(url.isValid());
        QCOMPARE(url.scheme(), QStringLiteral("https"));
        QCOMPARE(url.fileName().toStdString(), file.name);
        QVERIFY2(digits.match(QString::fromStdString(file.sha256)).hasMatch(), file.name.c_str());
    }
    // The revisions are pinned, so that what is published there cannot change.
    const QRegularExpression pinned(QStringLiteral("^https://huggingface\\.co/openai/[a-z0-9-]+/resolve/[0-9a-f]{40}/"));
    for (const auto &file : ca::find_in_zoo("clip-vit-l")->files)
        QVERIFY(pinned.match(QString::fromStdString(file.url)).hasMatch());
}

void TestZoo::memory_holds_the_weights()
{
    for (const auto &entry : ca::zoo()) {
        QVERIFY(entry.memory > 2 * 4 * entry.parameters); // in float, as read and as packed
        QVERIFY(entry.memory < 4'000'000'000);
        QVERIFY(entry.bytes() >= entry.files.front().bytes);
    }
}

void TestZoo::knows_cifar10()
{
    const auto &archive = ca::cifar10_archive();
    QCOMPARE(archive.bytes, 170'052'171);
    QVERIFY(archive.sha256.starts_with("c4a38c50") && archive.sha256.ends_with("9bca1dd"));
    int batches = 0;
    for (const auto &member : ca::cifar10_members()) {
        QVERIFY(member.name.starts_with("cifar-10-batches-bin/"));
        if (member.name.ends_with(".bin")) {
            ++batches;
            QCOMPARE(member.bytes, 30'730'000);
        }
    }
    QCOMPARE(batches, 6);
}

void TestZoo::knows_no_other_key()
{
    QVERIFY(!ca::find_in_zoo("demo"));
    QVERIFY(!ca::find_in_zoo(""));
    QVERIFY(!ca::find_in_zoo("RESNET18"));
}

QTEST_APPLESS_MAIN(TestZoo)
#include "test_zoo.moc"
