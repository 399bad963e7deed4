// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"

#include <QtTest>

#include <fstream>

/// The examples of FIPS 180-2, appendix B, and the empty message of NIST's test vectors.
class TestSha256 final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agrees_with_the_standard_data();
    void agrees_with_the_standard();
    void does_not_care_how_the_message_is_cut();
    void reads_a_file_longer_than_its_buffer();
    void names_a_file_that_is_not_there();
    void stops_when_asked();
};

void TestSha256::agrees_with_the_standard_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("digest");
    QTest::newRow("empty") << QByteArray() << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("one block") << QByteArray("abc")
                               << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QTest::newRow("a million a") << QByteArray(1000000, 'a')
                                 << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestSha256::agrees_with_the_standard()
{
    QFETCH(QByteArray, message);
    QFETCH(QByteArray, digest);
    QCOMPARE(ca::sha256(message.toStdString()), digest.toStdString());
}

void TestSha256::does_not_care_how_the_message_is_cut()
{
    ca::Sha256 hash;
    for (int i = 0; i < 1000; ++i)
        hash.add(std::string(1000, 'a'));
    QCOMPARE(hash.hex(), std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

void TestSha256::reads_a_file_longer_than_its_buffer()
{
    // The digest is that of `head -c 3000000 /dev/zero | sha256sum` of GNU coreutils.
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(QStringLiteral("zeros")).toStdString();
    std::ofstream(file, std::ios::binary) << std::string(3000000, '\0');
    const auto digest = ca::sha256_of_file(file);
    QVERIFY(digest);
    QCOMPARE(*digest, std::string("35bce4eae54ec8e6cc2868baa8d157914d6ae2858811b4cc0c078c94460fa26f"));
}

void TestSha256::names_a_file_that_is_not_there()
{
    const auto digest = ca::sha256_of_file("/nowhere/model.pt");
    QVERIFY(!digest);
    QCOMPARE(digest.error().code, ca::ErrorCode::not_found);
    QVERIFY(digest.error().sentence.find("/nowhere/model.pt") != std::string::npos);
}

void TestSha256::stops_when_asked()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(QStringLiteral("a")).toStdString();
    std::ofstream(file) << "abc";
    std::stop_source stop;
    stop.request_stop();
    const auto digest = ca::sha256_of_file(file, stop.get_token());
    QVERIFY(!digest);
    QCOMPARE(digest.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestSha256)
#include "test_sha256.moc"
