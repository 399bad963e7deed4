// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/tar_members.h"

#include <QtTest>

#include <numeric>

namespace fs = std::filesystem;

namespace {

using Members = std::vector<ca::TarMember>;

const Members kMembers{{"set/names.txt", 6}, {"set/data.bin", 700}, {"set/readme.html", 4, false}};

QByteArray octal(qint64 value, int width)
{
    return QByteArray::number(value, 8).rightJustified(width - 1, '0') + '\0';
}

/// One member as POSIX ustar has it: a header of 512 bytes, then the content filled up to 512. `type`: '0' file, '1' hard link,
/// '2' symbolic link, '3' device, '5' folder, 'x' and 'g' extended headers.
QByteArray entry(const QByteArray &name, const QByteArray &content, char type = '0', const QByteArray &target = {},
                 qint64 claimed = -1)
{
    QByteArray header = name.leftJustified(100, '\0') + octal(0644, 8) + octal(0, 8) + octal(0, 8)
        + octal(claimed >= 0 ? claimed : content.size(), 12) + octal(0, 12) + QByteArray(8, ' ') + type
        + target.leftJustified(100, '\0') + QByteArray("ustar\00000", 8);
    header = header.leftJustified(512, '\0');
    const int sum = std::accumulate(header.begin(), header.end(), 0,
                                    [](int so_far, char c) { return so_far + static_cast<unsigned char>(c); });
    header.replace(148, 8, octal(sum, 7) + ' ');
    return header + content + QByteArray((512 - content.size() % 512) % 512, '\0');
}

const QByteArray kEnd(1024, '\0');
const QByteArray kNames = entry("set/names.txt", "a\nbcd\n");
const QByteArray kBytes = QByteArray(350, 'x') + QByteArray(350, 'y');
const QByteArray kData = entry("set/data.bin", kBytes);

QByteArray gzip(const QByteArray &bytes)
{
    QProcess process;
    process.start(QStringLiteral("gzip"), {QStringLiteral("-c")});
    process.write(bytes);
    process.closeWriteChannel();
    process.waitForFinished();
    return process.readAllStandardOutput();
}

} // namespace

class TestTarMembers final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_out_what_it_knows();
    void takes_it_out_of_a_packed_archive();
    void refuses_everything_else_data();
    void refuses_everything_else();
    void leaves_no_torn_file_of_a_cut_archive();
    void a_bomb_is_refused_by_its_header();
    void stops_on_request();
    void says_where_nothing_can_be_written();

private:
    [[nodiscard]] ca::Status extract(const QByteArray &archive, std::stop_token stop = {})
    {
        place_ = std::make_unique<QTemporaryDir>();
        QFile file(place_->filePath(QStringLiteral("set.tar.gz")));
        if (!file.open(QIODevice::WriteOnly) || file.write(archive) != archive.size())
            return ca::fail(ca::ErrorCode::failed, "The archive was not written.");
        file.close();
        return ca::extract_tar_members(file.fileName().toStdString(), kMembers, out().toStdString(), stop, {});
    }
    [[nodiscard]] QString out() const { return place_->filePath(QStringLiteral("out")); }
    [[nodiscard]] QStringList files() const
    {
        return QDir(out()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name);
    }
    [[nodiscard]] QByteArray content(const char *name) const
    {
        QFile file(out() + QLatin1Char('/') + QLatin1String(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> place_;
};

void TestTarMembers::takes_out_what_it_knows()
{
    QVERIFY(extract(entry("set/", {}, '5') + kNames + kData + entry("set/readme.html", "<p/>") + kEnd));
    QCOMPARE(files(), (QStringList{QStringLiteral("data.bin"), QStringLiteral("names.txt"), QStringLiteral("readme.html")}));
    QCOMPARE(content("names.txt"), QByteArray("a\nbcd\n"));
    QCOMPARE(content("data.bin"), kBytes);
    QVERIFY(extract(kData + kNames + kEnd)); // in any order, and the readme may be missing
    QCOMPARE(files().size(), 2);
}

void TestTarMembers::takes_it_out_of_a_packed_archive()
{
    const QByteArray packed = gzip(kNames + kData + kEnd);
    QVERIFY(packed.startsWith("\x1f\x8b"));
    QVERIFY(extract(packed));
    QCOMPARE(content("data.bin"), kBytes);
}

void TestTarMembers::refuses_everything_else_data()
{
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const QByteArray &archive, const char *words) {
        QTest::newRow(name) << archive << QString::fromUtf8(words);
    };
    const QByteArray both = kNames + kData;
    row("an extra member", both + entry("set/extra", "x") + kEnd, "holds set/extra, which does not belong");
    row("a way up", both + entry("set/../../evil", "x") + kEnd, "holds set/../../evil, which does not belong");
    row("a way up to a member", entry("set/../set/names.txt", "a\nbcd\n") + kData + kEnd, "does not belong");
    row("an absolute name", entry("/etc/names.txt", "a\nbcd\n") + kEnd, "does not belong");
    row("a member elsewhere", entry("names.txt", "a\nbcd\n") + kEnd, "does not belong");
    row("another folder", entry("other/", {}, '5') + both + kEnd, "holds other, which does not belong");
    row("part of a folder's name", entry("se/", {}, '5') + both + kEnd, "does not belong");
    row("a symbolic link", entry("set/names.txt", {}, '2', "/etc/passwd") + kData + kEnd, "a link or a device");
    row("a hard link", kData + entry("set/names.txt", {}, '1', "set/data.bin") + kEnd, "a link or a device");
    row("a device", entry("set/names.txt", {}, '3') + kEnd, "a link or a device");
    row("a link as the folder", entry("set", {}, '2', "/tmp") + both + kEnd, "does not belong");
    row("twice", both + kNames + kEnd, "holds set/names.txt twice");
    row("too long", entry("set/names.txt", "a\nbcd\n\n") + kData + kEnd, "with 7 bytes in place of 6");
    row("too short", entry("set/names.txt", "a") + kData + kEnd, "with 1 bytes in place of 6");
    row("a size without a content", entry("set/names.txt", {}, '0', {}, 8'000'000'000) + kEnd, "with 8000000000 bytes");
    row("one missing", kData + kEnd, "lacks set/names.txt");
    row("empty", kEnd, "lacks set/names.txt");
    row("nothing", {}, "is damaged or cut off");
    row("no archive", QByteArray(5000, 'z'), "is damaged or cut off");
    row("a zip", QByteArray("PK\x03\x04") + QByteArray(600, 'z'), "is damaged or cut off");
    row("no name", entry({}, "x") + kEnd, "something without a name");
    row("a name that is no text", entry("set/\xff\xfe", "x") + kEnd, "does not belong");
    row("an endless extended header", entry("x", QByteArray(4000, 'x'), 'x', {}, 2'000'000'000) + kEnd, "is damaged or cut off");
    QByteArray nested;
    for (int i = 0; i < 5000; ++i)
        nested += entry("g", "18 comment=nothing\n", 'g');
    row("thousands of extended headers", nested + both + kEnd, "is damaged or cut off");
}

void TestTarMembers::refuses_everything_else()
{
    QFETCH(QByteArray, archive);
    QFETCH(QString, words);
    const auto done = extract(archive);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ca::ErrorCode::bad_format);
    const QString sentence = QString::fromStdString(done.error().sentence);
    QVERIFY2(sentence.contains(words), qPrintable(sentence));
    QVERIFY(sentence.endsWith(QLatin1String("Delete it and download it again.")));
    for (const QString &file : files()) // what was written before it went wrong is one of the members, and whole
        QVERIFY2(content("names.txt") == "a\nbcd\n" || content("data.bin") == kBytes, qPrintable(file));
}

void TestTarMembers::leaves_no_torn_file_of_a_cut_archive()
{
    const QByteArray plain = kNames + kData + kEnd;
    for (const bool packed : {false, true}) {
        const QByteArray whole = packed ? gzip(plain) : plain;
        for (qsizetype length = 0; length < whole.size(); length += packed ? 1 : 61) {
            const bool done = extract(whole.first(length)).has_value();
            for (const QString &file : files())
                QVERIFY(content(qPrintable(file)) == (file == QLatin1String("names.txt") ? QByteArray("a\nbcd\n") : kBytes));
            QVERIFY(!done || files().size() == 2);
        }
    }
}

void TestTarMembers::a_bomb_is_refused_by_its_header()
{
    const QByteArray bomb = gzip(entry("set/names.txt", QByteArray(200'000'000, '\0')) + kEnd);
    QVERIFY(bomb.size() < 1'000'000);
    QElapsedTimer clock;
    clock.start();
    const auto done = extract(bomb);
    QVERIFY(!done);
    QVERIFY(clock.elapsed() < 200);
    QCOMPARE(files().size(), 0);
}

void TestTarMembers::stops_on_request()
{
    std::stop_source stop;
    stop.request_stop();
    const auto done = extract(kNames + kData + kEnd, stop.get_token());
    QVERIFY(!done);
    QCOMPARE(done.error().code, ca::ErrorCode::cancelled);
}

void TestTarMembers::says_where_nothing_can_be_written()
{
    QVERIFY(extract(kNames + kData + kEnd));
    const auto below_file = ca::extract_tar_members(place_->filePath(QStringLiteral("set.tar.gz")).toStdString(), kMembers,
                                                    (out() + QStringLiteral("/data.bin/deeper")).toStdString(), {}, {});
    QVERIFY(!below_file);
    QCOMPARE(below_file.error().code, ca::ErrorCode::unwritable);
    const auto missing = ca::extract_tar_members("/nowhere/set.tar.gz", kMembers, out().toStdString(), {}, {});
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ca::ErrorCode::not_found);
}

QTEST_APPLESS_MAIN(TestTarMembers)
#include "test_tar_members.moc"
