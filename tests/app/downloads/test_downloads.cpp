// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/download_place.h"

#include <QtTest>

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
    void is_as_patient_after_beginning_anew_data();
    void is_as_patient_after_beginning_anew();
    void asks_the_published_address_for_the_whole_file();
    void a_trickle_counts_as_a_lost_connection();
    void takes_nothing_from_another_address();
    void waits_as_long_as_the_server_asks();
    void an_endlessly_failing_server_is_given_up();
    void small_files_of_unknown_size_come_too();
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
    QTest::newRow("a part of another version") << Answers{cut, {.ignores_if_range = true, .etag = "\"second\""}};
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

void TestDownloads::is_as_patient_after_beginning_anew_data()
{
    using Answers = std::vector<Manners>;
    QTest::addColumn<bool>("is_damaged");
    QTest::addColumn<Answers>("first_answers");
    QTest::newRow("a damaged part") << true << Answers{Manners{}};
    QTest::newRow("a changed file") << false << Answers{{.cut_at = 500'000, .cut = Manners::stalls, .etag = "\"second\""}};
    QTest::newRow("a part of another version") << false << Answers{{.ignores_if_range = true, .etag = "\"second\""}};
}

void TestDownloads::is_as_patient_after_beginning_anew()
{
    QFETCH(bool, is_damaged);
    QFETCH(std::vector<Manners>, first_answers);
    Place place;
    place.server.manners.assign(9, Manners{.status = 503});
    place.server.manners.front() = Manners{.cut_at = 2'900'000, .cut = Manners::stalls};
    QVERIFY(place.download().contains(QLatin1String("503")));
    if (is_damaged) {
        QFile part(place.path(".part"));
        QVERIFY(part.open(QIODevice::ReadWrite) && part.write("damaged") == 7);
    }
    place.server.manners.assign(first_answers.begin(), first_answers.end());
    place.server.manners.resize(first_answers.size() + kImpatient.tries + 1, Manners{.cut_at = 500'000, .cut = Manners::stalls});
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QVERIFY(place.went_on_at(2'900'000));
    QVERIFY(place.went_on_at(2'000'000));
}

void TestDownloads::asks_the_published_address_for_the_whole_file()
{
    Place place; // where it was sent on to may be good for one request only
    place.server.manners = {Manners{.cut_at = 1'000'000, .cut = Manners::stalls},
                            Manners{.status = 302, .headers = "Location: /signed\r\n"}, Manners{.flips = 2'000'000}};
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QCOMPARE(place.server.requests.size(), 4U);
    QCOMPARE(place.server.requests.at(2)->path, QByteArray("/signed"));
    QCOMPARE(place.server.requests.at(3)->path, QByteArray("/weights.bin"));
    QCOMPARE(place.server.requests.at(3)->first, -1);
}

void TestDownloads::a_trickle_counts_as_a_lost_connection()
{
    Place place; // a byte each millisecond is 150 in the time in which 64 kB are wanted
    place.server.manners = {Manners{.slice = 1}};
    QCOMPARE(place.download(), QString());
    QVERIFY(place.has_file());
    QCOMPARE(place.server.requests.size(), 2U);

    QVERIFY(QFile::remove(place.path()));
    place.server.manners.assign(9, Manners{.slice = 1});
    const QString sentence = place.download();
    QVERIFY2(sentence.contains(QLatin1String("has sent next to nothing of weights.bin")), qPrintable(sentence));
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

QTEST_GUILESS_MAIN(TestDownloads)
#include "test_downloads.moc"
