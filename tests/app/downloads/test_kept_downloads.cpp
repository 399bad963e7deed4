// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_folder.h"
#include "app/downloads/download_file.h"
#include "app/downloads/downloader.h"
#include "tests/support/download_place.h"

#include <QtTest>

#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>

namespace fs = std::filesystem;

class TestKeptDownloads final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { qunsetenv("COMPRESSION_AGENT_DATA"); }
    void cleanup() { qunsetenv("COMPRESSION_AGENT_DATA"); }

    void a_whole_part_needs_no_server();
    void a_wrong_byte_in_the_kept_part_costs_one_more_download();
    void asks_for_space_first();
    void a_disk_that_is_full_is_said_and_what_came_is_kept();
    void a_limit_on_file_sizes_is_said();
    void a_folder_that_cannot_be_written_is_said();
    void two_at_once_do_not_write_one_file();
    void what_others_do_to_the_part_is_noticed_data();
    void what_others_do_to_the_part_is_noticed();
    void cancelled_at_any_moment_it_goes_on();
    void what_brought_nothing_leaves_nothing();
    void the_blocking_form_runs_beside_the_window();
    void the_blocking_form_stops_soon();
    void the_downloader_answers_for_each_key();
    void the_data_folder_is_where_qt_says();
};

void TestKeptDownloads::a_whole_part_needs_no_server()
{
    Place place;
    place.server.manners.assign(9, Manners{.cut_at = 1000});
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

void TestKeptDownloads::a_wrong_byte_in_the_kept_part_costs_one_more_download()
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

void TestKeptDownloads::asks_for_space_first()
{
    Place place;
    place.file.bytes = 1'000'000'000'000'000;
    const QString sentence = place.download();
    QVERIFY2(sentence.contains(QLatin1String("are free. Free some space")), qPrintable(sentence));
    QCOMPARE(place.server.requests.size(), 0U);
}

void TestKeptDownloads::a_disk_that_is_full_is_said_and_what_came_is_kept()
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

void TestKeptDownloads::a_limit_on_file_sizes_is_said()
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

void TestKeptDownloads::a_folder_that_cannot_be_written_is_said()
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

void TestKeptDownloads::two_at_once_do_not_write_one_file()
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

void TestKeptDownloads::what_others_do_to_the_part_is_noticed_data()
{
    QTest::addColumn<bool>("is_replaced");
    QTest::newRow("a byte is appended") << false; // as by a second download, on a file system that knows no locks
    QTest::newRow("another file takes its name") << true;
}

void TestKeptDownloads::what_others_do_to_the_part_is_noticed()
{
    QFETCH(bool, is_replaced);
    Place place;
    place.server.manners = {Manners{.slice = 100'000}};
    ca::Download download(place.file, place.folder.path().toStdString(), kImpatient);
    QFile part(place.path(".part"));
    connect(&download, &ca::Download::progressed, this, [&] {
        if (part.isOpen())
            return;
        QVERIFY(!is_replaced || part.remove());
        QVERIFY(part.open(QIODevice::Append | QIODevice::Unbuffered) && part.write("x") == 1);
    });
    const QString sentence = place.end_of(download);
    QVERIFY2(sentence.contains(QLatin1String("is being downloaded by another window or program")), qPrintable(sentence));
    QVERIFY(place.has_none());
    part.close();
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
}

void TestKeptDownloads::cancelled_at_any_moment_it_goes_on()
{
    Place place;
    QRandomGenerator random(11);
    int cancelled = 0;
    for (; cancelled < 200 && place.has_none(); ++cancelled) {
        place.server.manners.assign(5, Manners{.slice = 4000}); // for requests of earlier downloads, too, which may come late
        ca::Download download(place.file, place.folder.path().toStdString(), kImpatient);
        QElapsedTimer late;
        QTimer::singleShot(static_cast<int>(random.bounded(60)), &download, [&] {
            late.start();
            download.cancel();
        });
        const QString sentence = place.end_of(download);
        QVERIFY(!late.isValid() || late.elapsed() < 5000);
        QVERIFY(sentence.isEmpty() || QFile::exists(place.path(".part")) == QFile::exists(place.path(".part.json")));
    }
    QVERIFY(cancelled > 10);
    QVERIFY(place.has_file());
    QVERIFY2(place.share_kept() >= 0.95, qPrintable(QString::number(place.share_kept())));
}

void TestKeptDownloads::what_brought_nothing_leaves_nothing()
{
    Place place;
    const QDir folder(place.folder.path(), {}, QDir::Name, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    place.server.manners = {Manners{.status = 404}};
    QVERIFY(place.download().contains(QLatin1String("There is no file")));
    QCOMPARE(folder.entryList(), QStringList());

    place.server.manners = {Manners{.cut_at = 0, .cut = Manners::stalls}}; // its head comes, and so its origin is kept
    ca::Download download(place.file, place.folder.path().toStdString(), kImpatient);
    QTimer::singleShot(100, &download, &ca::Download::cancel);
    QVERIFY(!place.end_of(download).isEmpty());
    QCOMPARE(folder.entryList(), QStringList());

    place.server.close();
    QVERIFY(place.download().contains(QLatin1String("There is no connection")));
    QCOMPARE(folder.entryList(), QStringList());
}

void TestKeptDownloads::the_blocking_form_runs_beside_the_window()
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

void TestKeptDownloads::the_blocking_form_stops_soon()
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
    QVERIFY(clock.elapsed() < 5000);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ca::ErrorCode::cancelled);
}

void TestKeptDownloads::the_downloader_answers_for_each_key()
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
}

void TestKeptDownloads::the_data_folder_is_where_qt_says()
{
    QCoreApplication::setApplicationName(QStringLiteral("compression-agent"));
    const auto folder = ca::data_folder();
    QVERIFY(folder);
    QCOMPARE(QString::fromStdString(folder->string()), QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation));
}

QTEST_GUILESS_MAIN(TestKeptDownloads)
#include "test_kept_downloads.moc"
