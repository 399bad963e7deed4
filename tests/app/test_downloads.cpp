// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_folder.h"
#include "app/downloads/download_file.h"
#include "app/downloads/downloader.h"
#include "tests/support/misbehaving_server.h"

#include <QCryptographicHash>
#include <QRandomGenerator>
#include <QtTest>

#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>

namespace fs = std::filesystem;

using namespace std::chrono_literals;

namespace {

constexpr qint64 kSize = 3'000'000;
constexpr ca::DownloadPatience kImpatient{150ms, 3, 1ms, 4ms};

QByteArray random_bytes(qint64 size, quint32 seed)
{
    QRandomGenerator generator(seed);
    QByteArray bytes(size, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = static_cast<char>(generator.bounded(256));
    return bytes;
}

std::string sha256_of(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().toStdString();
}

QByteArray content_of(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// A server on this machine, a folder, and the file that comes from the one into the other.
class Place {
public:
    MisbehavingServer server{random_bytes(kSize, 7)};
    QTemporaryDir folder;
    ca::PublishedFile file{"weights.bin", server.url(), kSize, sha256_of(server.content)};

    /// Runs one download to its end; `error` is its sentence, empty where the file came.
    QString download(const ca::DownloadPatience &patience = kImpatient)
    {
        ca::Download download(file, folder.path().toStdString(), patience);
        return end_of(download);
    }
    QString end_of(ca::Download &download)
    {
        QEventLoop loop;
        QString sentence = QStringLiteral("It did not end.");
        QObject::connect(&download, &ca::Download::succeeded, &loop, [&] {
            sentence.clear();
            loop.quit();
        });
        QObject::connect(&download, &ca::Download::failed, &loop, [&](const ca::Error &error) {
            sentence = QString::fromStdString(error.sentence);
            loop.quit();
        });
        QTimer::singleShot(20s, &loop, &QEventLoop::quit);
        download.start();
        loop.exec();
        received += download.received();
        return sentence;
    }
    [[nodiscard]] QString path(const char *suffix = "") const
    {
        return folder.filePath(QLatin1String("weights.bin") + QLatin1String(suffix));
    }
    [[nodiscard]] bool has_file() const
    {
        return content_of(path()) == server.content && !QFile::exists(path(".part")) && !QFile::exists(path(".part.json"));
    }
    [[nodiscard]] bool has_none() const { return !QFile::exists(path()); }
    /// Of all that came over the network, what came to stay.
    [[nodiscard]] double share_kept() const { return double(kSize) / double(received); }
    /// Whether this many bytes were kept at some time, and asked for no more.
    [[nodiscard]] bool went_on_at(qint64 first) const
    {
        return std::any_of(server.requests.begin(), server.requests.end(),
                           [&](const auto &request) { return request->first == first; });
    }

    qint64 received = 0;
};

class TestDownloads final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void brings_a_file_and_leaves_nothing_beside_it();
    void goes_on_after_a_lost_connection_data();
    void goes_on_after_a_lost_connection();
    void goes_on_in_a_later_download();
    void goes_on_by_the_date_where_the_tag_is_weak();
    void puts_up_with_answers_data();
    void puts_up_with_answers();
    void says_what_is_wrong_data();
    void says_what_is_wrong();
    void begins_anew_when_the_file_has_changed();
    void takes_nothing_from_another_address();
    void a_wrong_byte_in_the_kept_part_costs_one_more_download();
    void a_whole_part_needs_no_server();
    void waits_as_long_as_the_server_asks();
    void an_endlessly_failing_server_is_given_up();
    void asks_for_space_first();
    void a_disk_that_is_full_is_said_and_what_came_is_kept();
    void a_limit_on_file_sizes_is_said();
    void a_folder_that_cannot_be_written_is_said();
    void two_at_once_do_not_write_one_file();
    void cancelled_at_any_moment_it_goes_on();
    void small_files_of_unknown_size_come_too();
    void the_blocking_form_runs_beside_the_window();
    void the_blocking_form_stops_soon();
    void the_downloader_answers_for_each_key();
    void the_data_folder_is_where_qt_says();
};

void TestDownloads::brings_a_file_and_leaves_nothing_beside_it()
{
    Place place;
    ca::Download download(place.file, place.folder.path().toStdString(), kImpatient);
    std::vector<ca::DownloadProgress> seen;
    connect(&download, &ca::Download::progressed, this, [&](const ca::DownloadProgress &news) { seen.push_back(news); });
    QCOMPARE(place.end_of(download), QString());
    QVERIFY(place.has_file());
    QCOMPARE(place.server.requests.size(), 1U);
    QCOMPARE(QDir(place.folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 1);
    QVERIFY(!seen.empty());
    QCOMPARE(seen.back().done, kSize);
    QCOMPARE(seen.back().total, kSize);
}

void TestDownloads::goes_on_after_a_lost_connection_data()
{
    QTest::addColumn<int>("cut");
    QTest::newRow("closed") << int(Manners::closes);
    QTest::newRow("reset") << int(Manners::resets);
    QTest::newRow("stalled") << int(Manners::stalls);
}

void TestDownloads::goes_on_after_a_lost_connection()
{
    QFETCH(int, cut);
    Place place;
    for (const qint64 at : {1'000'000, 10, 700'000, 0, 300'000}) {
        Manners how;
        how.cut_at = at;
        how.cut = static_cast<decltype(how.cut)>(cut);
        place.server.manners.push_back(how);
    }
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(place.went_on_at(1'000'000));
    QVERIFY(place.share_kept() >= 0.95);
}

void TestDownloads::goes_on_in_a_later_download()
{
    Place place;
    Manners cut;
    cut.cut_at = 2'000'000;
    place.server.manners = {cut};
    place.server.manners.resize(5, Manners{.status = 503});
    QVERIFY(place.download().contains(QLatin1String("503")));
    QVERIFY(place.has_none());
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(place.went_on_at(2'000'000));
    QCOMPARE(place.received, kSize);
}

void TestDownloads::goes_on_by_the_date_where_the_tag_is_weak()
{
    Place place;
    place.server.etag = "W/\"weak\"";
    place.server.manners = {Manners{.cut_at = 1'500'000}};
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(place.went_on_at(1'500'000));
    QCOMPARE(place.server.requests.back()->if_range, place.server.last_modified);
    QCOMPARE(place.received, kSize);
}

void TestDownloads::puts_up_with_answers_data()
{
    using Answers = std::vector<Manners>;
    QTest::addColumn<Answers>("answers");
    const Manners cut{.cut_at = 1'000'000};
    QTest::newRow("slow slices") << Answers{{.slice = 20'000}};
    QTest::newRow("200 to a range") << Answers{cut, {.ignores_range = true}};
    QTest::newRow("another part than asked for") << Answers{cut, {.range_error = 17}};
    QTest::newRow("chunks, no length") << Answers{{.is_chunked = true}};
    QTest::newRow("chunks that end early") << Answers{{.is_chunked = true, .cut_at = 500'000}};
    QTest::newRow("a range without an end") << Answers{cut, {.is_chunked = true}};
    QTest::newRow("416 in the middle") << Answers{cut, {.status = 416}};
    QTest::newRow("416 with a size") << Answers{cut, {.status = 416, .headers = "Content-Range: bytes */5\r\n"}};
    QTest::newRow("500 twice") << Answers{{.status = 500}, {.status = 500}};
    QTest::newRow("too many requests") << Answers{{.status = 429}};
    QTest::newRow("sent on") << Answers{{.status = 302, .headers = "Location: /elsewhere?signed=1\r\n"}};
    QTest::newRow("sent on in the middle") << Answers{cut, {.status = 307, .headers = "Location: other.bin\r\n"}};
    QTest::newRow("a wrong byte after a cut") << Answers{cut, {.flips = 2'000'000}};
    QTest::newRow("surplus in a range's length") << Answers{cut, {.length_error = 10, .surplus = "0123456789"}};
    QTest::newRow("a range's length too short") << Answers{cut, {.length_error = -10}};
}

void TestDownloads::puts_up_with_answers()
{
    QFETCH(std::vector<Manners>, answers);
    Place place;
    place.server.manners.assign(answers.begin(), answers.end());
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(place.server.manners.empty());
}

void TestDownloads::says_what_is_wrong_data()
{
    using Answers = std::vector<Manners>;
    QTest::addColumn<Answers>("answers");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const Answers &answers, const char *words) {
        QTest::newRow(name) << answers << QString::fromUtf8(words);
    };
    row("length too short", {{.length_error = -1}}, "with 2999999 bytes, and 3000000 are published");
    row("length too long", {{.length_error = 1}}, "with 3000001 bytes, and 3000000 are published");
    row("chunks with surplus", {{.is_chunked = true, .surplus = "x"}}, "sends more than belongs to weights.bin");
    row("a wrong byte", {{.flips = 1'234'567}}, "another checksum than the published file");
    row("not found", {{.status = 404}}, "There is no file at");
    row("forbidden", {{.status = 403}}, "refuses to send weights.bin (status 403)");
    row("teapot", {{.status = 418}}, "with the status 418");
    row("come back tomorrow", {{.status = 503, .headers = "Retry-After: 86400\r\n"}}, "come back in 1440 minutes");
    row("sent to an insecure place", {{.status = 302, .headers = "Location: http://example.com/weights.bin\r\n"}}, "not secure");
    row("sent to a file", {{.status = 302, .headers = "Location: file:///etc/passwd\r\n"}}, "not secure");
    row("sent nowhere", {{.status = 302}}, "on to nowhere");
    row("sent around", std::vector<Manners>(11, {.status = 302, .headers = "Location: /again\r\n"}), "around in circles");
    row("500 for ever", std::vector<Manners>(9, {.status = 500}), "status 500");
    row("416 for ever", std::vector<Manners>(9, {.status = 416}), "has no more of weights.bin");
}

void TestDownloads::says_what_is_wrong()
{
    QFETCH(std::vector<Manners>, answers);
    QFETCH(QString, words);
    Place place;
    place.server.manners.assign(answers.begin(), answers.end());
    const QString sentence = place.download();
    QVERIFY2(sentence.contains(words), qPrintable(sentence));
    QVERIFY(sentence.endsWith(QLatin1Char('.')));
    QVERIFY(place.has_none());
    place.server.manners.clear(); // and the same place is good for another try
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
}

void TestDownloads::begins_anew_when_the_file_has_changed()
{
    Place place;
    place.server.content[0] = static_cast<char>(place.server.content[0] ^ 1); // an older version, not the published one
    place.server.manners.assign(9, Manners{.cut_at = 10'000});
    QVERIFY(!place.download().isEmpty());
    place.server.content[0] = static_cast<char>(place.server.content[0] ^ 1);
    place.server.etag = "\"second\"";
    place.server.manners.clear();
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QCOMPARE(place.server.requests.back()->if_range, QByteArray("\"first\"")); // it asked for the rest, and was given the whole
}

void TestDownloads::takes_nothing_from_another_address()
{
    Place place;
    place.server.manners.assign(9, Manners{.cut_at = 10'000});
    QVERIFY(!place.download().isEmpty());
    place.server.manners.clear();
    place.file.url = place.server.url("/moved.bin");
    QCOMPARE(place.download(), QString());
    QCOMPARE(place.server.requests.back()->first, -1);

    place.file.url = "http://example.com/weights.bin";
    QVERIFY(place.download().contains(QLatin1String("not a secure one")));
}

void TestDownloads::a_wrong_byte_in_the_kept_part_costs_one_more_download()
{
    Place place;
    place.server.manners.assign(9, Manners{.cut_at = 10'000});
    QVERIFY(!place.download().isEmpty());
    place.server.manners.clear();
    {
        QFile part(place.path(".part"));
        QVERIFY(part.open(QIODevice::ReadWrite));
        part.write("damaged by a crash");
    }
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QCOMPARE(place.server.requests.back()->first, -1);
}

void TestDownloads::a_whole_part_needs_no_server()
{
    Place place;
    place.server.manners.assign(9, Manners{.cut_at = 0});
    QVERIFY(!place.download().isEmpty());
    QFile part(place.path(".part"));
    QVERIFY(part.open(QIODevice::WriteOnly));
    part.write(place.server.content);
    part.close();
    place.server.close();
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(QFile::remove(place.path()));
    const QString sentence = place.download();
    QVERIFY2(sentence.startsWith(QLatin1String("There is no connection to 127.0.0.1")), qPrintable(sentence));
}

void TestDownloads::waits_as_long_as_the_server_asks()
{
    Place place;
    place.server.manners = {Manners{.status = 503, .headers = "Retry-After: 1\r\n"}};
    QElapsedTimer clock;
    clock.start();
    QCOMPARE(place.download(), QString());
    QVERIFY(clock.elapsed() >= 1000);
}

void TestDownloads::an_endlessly_failing_server_is_given_up()
{
    Place place; // each try brings more than enough to look like progress, and none of it can be kept
    place.server.manners.assign(1000, Manners{.ignores_range = true, .cut_at = 1'000'000, .cut = Manners::resets});
    const QString sentence = place.download();
    QVERIFY2(sentence.contains(QLatin1String("goes on from where it is")), qPrintable(sentence));
    QVERIFY2(place.server.requests.size() <= 15, qPrintable(QString::number(place.server.requests.size())));
    QVERIFY(place.has_none());
}

void TestDownloads::asks_for_space_first()
{
    Place place;
    place.file.bytes = 1'000'000'000'000'000;
    const QString sentence = place.download();
    QVERIFY2(sentence.contains(QLatin1String("are free. Free some space")), qPrintable(sentence));
    QCOMPARE(place.server.requests.size(), 0U);
}

void TestDownloads::a_disk_that_is_full_is_said_and_what_came_is_kept()
{
    Place place;
    const QByteArray target = place.folder.path().toUtf8();
    if (::mount("tmpfs", target.constData(), "tmpfs", 0, "size=4m") != 0)
        QSKIP("This machine does not let the test mount a small disk.");
    const auto unmount = qScopeGuard([&] { ::umount2(target.constData(), MNT_DETACH); });
    place.server.manners = {Manners{.slice = 30'000}};
    ca::Download download(place.file, target.toStdString(), kImpatient);
    QFile other(place.folder.filePath(QStringLiteral("other")));
    QVERIFY(other.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    connect(&download, &ca::Download::progressed, &download, [&] { other.write(QByteArray(4 << 20, 'x')); });
    const QString sentence = place.end_of(download);
    QVERIFY2(sentence.contains(QLatin1String("No space left on device. Free some space")), qPrintable(sentence));
    QVERIFY(place.has_none());
    QVERIFY(other.resize(0));
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(place.server.requests.back()->first > 0);
}

void TestDownloads::a_limit_on_file_sizes_is_said()
{
    Place place;
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit low{1'000'000, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &low), 0);
    const QString sentence = place.download();
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    QVERIFY2(sentence.contains(QLatin1String("A limit on file sizes is in force")), qPrintable(sentence));
    QVERIFY(place.has_none());
    QCOMPARE(place.download(), QString());
    QCOMPARE(place.server.requests.back()->first, 1'000'000);
    QVERIFY(place.has_file());
}

void TestDownloads::a_folder_that_cannot_be_written_is_said()
{
    Place place;
    QFile file(place.folder.filePath(QStringLiteral("taken")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    ca::Download below(place.file, file.fileName().toStdString() + "/models", kImpatient);
    QVERIFY(place.end_of(below).contains(QLatin1String("cannot be made")));

    QVERIFY(QDir(place.folder.path()).mkdir(QStringLiteral("weights.bin.part")));
    const QString sentence = place.download();
    QVERIFY2(sentence.contains(QLatin1String("cannot be written")), qPrintable(sentence));
    QCOMPARE(place.server.requests.size(), 0U);
}

void TestDownloads::two_at_once_do_not_write_one_file()
{
    Place place;
    place.server.manners = {Manners{.slice = 100'000}};
    ca::Download first(place.file, place.folder.path().toStdString(), kImpatient);
    QString other;
    connect(&first, &ca::Download::progressed, this, [&] {
        if (other.isEmpty())
            other = place.download();
    });
    QCOMPARE(place.end_of(first), QString());
    QVERIFY2(other.contains(QLatin1String("is being downloaded by another window or program")), qPrintable(other));
    QVERIFY(place.has_file());
    QCOMPARE(place.server.requests.size(), 1U);
}

void TestDownloads::cancelled_at_any_moment_it_goes_on()
{
    Place place;
    QRandomGenerator random(11);
    int cancelled = 0;
    for (; cancelled < 200 && place.has_none(); ++cancelled) {
        place.server.manners = {Manners{.slice = 4000}};
        ca::Download download(place.file, place.folder.path().toStdString(), kImpatient);
        QElapsedTimer late;
        QTimer::singleShot(static_cast<int>(random.bounded(60)), &download, [&] {
            late.start();
            download.cancel();
        });
        const QString sentence = place.end_of(download);
        QVERIFY(!late.isValid() || late.elapsed() < 100);
        QVERIFY(sentence.isEmpty() || QFile::exists(place.path(".part")));
    }
    QVERIFY(cancelled > 10);
    QVERIFY(place.has_file());
    QVERIFY2(place.share_kept() >= 0.95, qPrintable(QString::number(place.share_kept())));
}

void TestDownloads::small_files_of_unknown_size_come_too()
{
    Place place;
    place.file.bytes = 0;
    place.server.manners = {Manners{.is_chunked = true}};
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(QFile::remove(place.path()));
    place.server.manners = {Manners{.length_error = 100'000'000}};
    QVERIFY(place.download().contains(QLatin1String("far more than such a file holds")));
}

void TestDownloads::the_blocking_form_runs_beside_the_window()
{
    Place place;
    place.server.manners = {Manners{.cut_at = 1'000'000, .cut = Manners::resets}};
    ca::Result<fs::path> result = ca::cancelled();
    std::string stage;
    QEventLoop loop;
    std::jthread thread([&] {
        result = ca::download_file(place.file, place.folder.path().toStdString(), {},
                                   ca::Progress([&](const ca::ProgressReport &report) { stage = report.stage; }));
        QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    });
    loop.exec();
    QVERIFY(result);
    QCOMPARE(QString::fromStdString(result->string()), place.path());
    QVERIFY(place.has_file());
    QCOMPARE(stage, std::string("Downloading weights.bin"));
}

void TestDownloads::the_blocking_form_stops_soon()
{
    Place place;
    place.server.manners = {Manners{.slice = 1000}};
    std::stop_source stop;
    ca::Result<fs::path> result = fs::path();
    QEventLoop loop;
    std::jthread thread([&] {
        result = ca::download_file(place.file, place.folder.path().toStdString(), stop.get_token(), ca::Progress());
        QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    });
    QElapsedTimer clock;
    QTimer::singleShot(100, &loop, [&] {
        clock.start();
        stop.request_stop();
    });
    loop.exec();
    QVERIFY(clock.elapsed() < 200);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ca::ErrorCode::cancelled);
}

void TestDownloads::the_downloader_answers_for_each_key()
{
    const QTemporaryDir data;
    qputenv("COMPRESSION_AGENT_DATA", data.path().toUtf8());
    const auto &weights = ca::find_in_zoo("resnet18")->files.front();
    const fs::path place = ca::model_place(data.path().toStdString(), "resnet18");
    fs::create_directories(place);
    QFile file(QString::fromStdString((place / weights.name).string()));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(weights.bytes)); // complete by its size, so nothing is asked for

    ca::Downloader downloader;
    QSignalSpy succeeded(&downloader, &ca::Downloader::succeeded);
    QSignalSpy failed(&downloader, &ca::Downloader::failed);
    downloader.start(QStringLiteral("resnet18"));
    QVERIFY(downloader.is_running(QStringLiteral("resnet18")));
    QVERIFY(succeeded.wait());
    QVERIFY(!downloader.is_running(QStringLiteral("resnet18")));
    QCOMPARE(succeeded.front().at(1).toString(), file.fileName());
    downloader.start(QStringLiteral("no-such-model"));
    QVERIFY(failed.wait());
    QCOMPARE(failed.front().at(1).value<ca::Error>().code, ca::ErrorCode::usage);
    qunsetenv("COMPRESSION_AGENT_DATA");
}

void TestDownloads::the_data_folder_is_where_qt_says()
{
    QCoreApplication::setApplicationName(QStringLiteral("compression-agent"));
    const auto folder = ca::data_folder();
    QVERIFY(folder);
    QCOMPARE(QString::fromStdString(folder->string()), QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation));
}

QTEST_GUILESS_MAIN(TestDownloads)
#include "test_downloads.moc"
