// SPDX-License-Identifier: GPL-3.0-or-later
// 500 seeded downloads from a server that misbehaves at random, half of them cancelled at random moments and begun again. Each
// must end in the right file or in a sentence, and never with anything else at the final name.
#include "app/downloads/download.h"
#include "tests/support/misbehaving_server.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QEventLoop>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <cstdio>

using namespace std::chrono_literals;

namespace {

constexpr int kDownloads = 500;
constexpr qint64 kSize = 400'000;
constexpr ca::DownloadPatience kImpatient{60ms, 3, 1ms, 4ms};

struct Counts {
    int files = 0, sentences = 0, cancelled = 0, bad = 0;
    qint64 kept = 0, received = 0; ///< bytes, of downloads whose server only broke off
};

QByteArray random_bytes(QRandomGenerator &random)
{
    QByteArray bytes(kSize, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = static_cast<char>(random.bounded(256));
    return bytes;
}

Manners breaking_off(QRandomGenerator &random)
{
    Manners how;
    how.cut_at = random.bounded(static_cast<int>(kSize));
    how.cut = static_cast<decltype(how.cut)>(random.bounded(3));
    how.slice = random.bounded(2) == 0 ? 0 : 2000 + random.bounded(20'000);
    return how;
}

Manners at_random(QRandomGenerator &random)
{
    Manners how = random.bounded(2) == 0 ? breaking_off(random) : Manners();
    switch (random.bounded(12)) {
    case 0:
        how.ignores_range = true;
        break;
    case 1:
        how.is_chunked = true;
        break;
    case 2:
        how.length_error = random.bounded(200) - 100;
        break;
    case 3:
        how.range_error = random.bounded(200) - 100;
        break;
    case 4:
        how.flips = random.bounded(static_cast<int>(kSize));
        break;
    case 5:
        how.etag = '"' + QByteArray::number(random.bounded(3)) + '"';
        break;
    case 6:
        how.status = QList<int>{200, 204, 206, 304, 403, 404, 416, 429, 500, 503}.at(random.bounded(10));
        break;
    case 7:
        how.status = 302;
        how.headers = random.bounded(3) == 0 ? "Location: http://example.com/\r\n" : "Location: /again\r\n";
        break;
    case 8:
        how.surplus = "surplus";
        break;
    default:
        break;
    }
    return how;
}

/// Runs it to its end, or to a random moment; the error where it brought no file.
std::optional<ca::Error> run(ca::Download &download, int cancel_after)
{
    QEventLoop loop;
    std::optional<ca::Error> end = ca::Error{ca::ErrorCode::failed, "It did not end.", {}};
    QObject::connect(&download, &ca::Download::succeeded, &loop, [&] {
        end.reset();
        loop.quit();
    });
    QObject::connect(&download, &ca::Download::failed, &loop, [&](const ca::Error &error) {
        end = error;
        loop.quit();
    });
    if (cancel_after >= 0)
        QTimer::singleShot(cancel_after, &download, &ca::Download::cancel);
    QTimer::singleShot(30s, &loop, &QEventLoop::quit);
    download.start();
    loop.exec();
    return end;
}

void one_download(quint32 seed, Counts &counts)
{
    QRandomGenerator random(seed);
    MisbehavingServer server(random_bytes(random));
    const QTemporaryDir folder;
    const ca::PublishedFile file{"weights.bin", server.url(), random.bounded(8) == 0 ? 0 : kSize,
                                 QCryptographicHash::hash(server.content, QCryptographicHash::Sha256).toHex().toStdString()};
    const bool only_breaks_off = random.bounded(2) == 0;
    qint64 received = 0;
    for (int attempt = 0; attempt < 8; ++attempt) {
        server.manners.clear();
        for (int i = random.bounded(5); i > 0; --i)
            server.manners.push_back(only_breaks_off ? breaking_off(random) : at_random(random));
        ca::Download download(file, folder.path().toStdString(), kImpatient);
        const auto error = run(download, random.bounded(2) == 0 ? random.bounded(80) : -1);
        received += download.received();
        QFile final_file(folder.filePath(QStringLiteral("weights.bin")));
        const bool is_there = final_file.open(QIODevice::ReadOnly);
        const bool is_right = is_there && final_file.readAll() == server.content;
        const bool said = error && error->sentence.ends_with('.') && error->sentence != "It did not end.";
        if (is_there ? error || !is_right : !said) {
            ++counts.bad;
            std::printf("seed %u: %s\n", seed, error ? error->text().c_str() : "a wrong file");
        }
        if (is_there)
            break;
        ++(error && error->code == ca::ErrorCode::cancelled ? counts.cancelled : counts.sentences);
    }
    const bool came = QFile::exists(folder.filePath(QStringLiteral("weights.bin")));
    counts.files += came ? 1 : 0;
    if (only_breaks_off && came && file.bytes != 0) {
        counts.kept += kSize;
        counts.received += received;
    }
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    Counts counts;
    for (quint32 seed = 1; seed <= kDownloads; ++seed)
        one_download(seed, counts);
    const double share = double(counts.kept) / double(std::max<qint64>(counts.received, 1));
    std::printf(
        "result: %d of %d downloads brought the file, after %d sentences and %d cancels; %d ended badly; %.1f %% of what was "
        "received was kept\n",
        counts.files, kDownloads, counts.sentences, counts.cancelled, counts.bad, 100 * share);
    return counts.bad == 0 && share >= 0.95 && counts.files > kDownloads / 2 ? 0 : 1;
}
