// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_folder.h"
#include "app/cli/fetcher.h"

#include <QtTest>

#include <fstream>
#include <map>

namespace fs = std::filesystem;

namespace {

const ca::ZooEntry kNet{"net", "Net", 1, {{"net.pth", "https://example.com/net.pth", 10, "00"}}, "imagenet", 0};
const ca::ZooEntry kClip{
    "clip-x", "Clip",
    1,        {{"model.safetensors", "https://example.com/m", 10, "00"}, {"config.json", "https://example.com/c", 0, "00"}},
    "clip",   0};

ca::Environment of(const std::map<std::string, std::string> &variables)
{
    return [variables](const char *name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

void make(const fs::path &file, std::int64_t bytes)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file).put('x');
    fs::resize_file(file, static_cast<std::uintmax_t>(bytes)); // sparse
}

} // namespace

class TestFetcher final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { qunsetenv("COMPRESSION_AGENT_DATA"); }

    void the_data_folder_follows_the_environment();
    void fetches_what_is_missing_and_the_weights_last();
    void fetches_nothing_twice();
    void says_what_to_download_by_hand();
    void says_all_that_is_missing_at_once();
    void hands_on_why_a_file_could_not_be_fetched();
    void cifar10_is_found_where_it_is_complete();
    void another_archive_is_not_unpacked();
    void a_fetched_archive_is_unpacked_and_removed();
    void an_archive_fetched_before_a_stop_is_taken_up_and_removed();
    void what_a_kill_left_of_an_archive_is_removed();

private:
    [[nodiscard]] fs::path data() const { return data_->path().toStdString(); }
    ca::Fetch fetch()
    {
        return [this](const ca::PublishedFile &file, const fs::path &folder, std::stop_token, const ca::Progress &) {
            fetched_ << QString::fromStdString(file.name);
            make(folder / file.name, file.bytes == 0 ? 1 : file.bytes);
            return ca::Result<fs::path>(folder / file.name);
        };
    }

    std::unique_ptr<QTemporaryDir> data_;
    QStringList fetched_;
};

void TestFetcher::init()
{
    data_ = std::make_unique<QTemporaryDir>();
    qputenv("COMPRESSION_AGENT_DATA", data_->path().toUtf8());
    fetched_.clear();
}

void TestFetcher::the_data_folder_follows_the_environment()
{
    QCOMPARE(*ca::data_folder(), data());
#ifdef Q_OS_LINUX
    QCOMPARE(*ca::data_folder(of({{"HOME", "/home/a"}})), fs::path("/home/a/.local/share/compression-agent"));
    QCOMPARE(*ca::data_folder(of({{"HOME", "/home/a"}, {"XDG_DATA_HOME", "/data"}})), fs::path("/data/compression-agent"));
    QCOMPARE(*ca::data_folder(of({{"HOME", "/home/a"}, {"XDG_DATA_HOME", "not/absolute"}})),
             fs::path("/home/a/.local/share/compression-agent"));
    QCOMPARE(ca::data_folder(of({})).error().code, ca::ErrorCode::not_found);
#endif
    QCOMPARE(ca::model_place("/d", "resnet18"), fs::path("/d/models/resnet18"));
    QCOMPARE(ca::cifar10_place("/d"), fs::path("/d/datasets/cifar10"));
}

void TestFetcher::fetches_what_is_missing_and_the_weights_last()
{
    QCOMPARE(*ca::fetch_zoo_model(kClip, fetch(), {}, {}), data() / "models" / "clip-x");
    QCOMPARE(fetched_, (QStringList{QStringLiteral("config.json"), QStringLiteral("model.safetensors")}));
    QVERIFY(ca::is_fetched(kClip, data()));
    QCOMPARE(*ca::fetch_zoo_model(kNet, fetch(), {}, {}), data() / "models" / "net" / "net.pth");
}

void TestFetcher::fetches_nothing_twice()
{
    make(data() / "models" / "net" / "net.pth", 10);
    QVERIFY(ca::fetch_zoo_model(kNet, fetch(), {}, {}));
    QVERIFY(fetched_.empty());
    make(data() / "models" / "net" / "net.pth", 9); // another file of that name
    QVERIFY(ca::fetch_zoo_model(kNet, fetch(), {}, {}));
    QCOMPARE(fetched_.size(), 1);
}

void TestFetcher::says_what_to_download_by_hand()
{
    const auto result = ca::fetch_zoo_model(kNet, {}, {}, {});
    QVERIFY(!result);
    QCOMPARE(result.error().code, ca::ErrorCode::unsupported);
    QVERIFY(result.error().sentence.find("Download it by hand from https://example.com/net.pth into that folder.")
            != std::string::npos);
    QVERIFY(result.error().sentence.find((data() / "models" / "net").string()) != std::string::npos);
    make(data() / "models" / "net" / "net.pth", 10);
    QVERIFY(ca::fetch_zoo_model(kNet, {}, {}, {}));
}

void TestFetcher::says_all_that_is_missing_at_once()
{
    const auto both = QString::fromStdString(ca::fetch_zoo_model(kClip, {}, {}, {}).error().sentence);
    for (const char *word : {"model.safetensors", "https://example.com/m", "config.json", "https://example.com/c"})
        QVERIFY2(both.contains(QLatin1String(word)), qPrintable(both));
    make(data() / "models" / "clip-x" / "config.json", 1);
    const auto one = QString::fromStdString(ca::fetch_zoo_model(kClip, {}, {}, {}).error().sentence);
    QVERIFY2(one.contains(QLatin1String("model.safetensors")), qPrintable(one));
    QVERIFY2(!one.contains(QLatin1String("config.json")), qPrintable(one));
}

void TestFetcher::hands_on_why_a_file_could_not_be_fetched()
{
    const ca::Fetch broken = [](const ca::PublishedFile &, const fs::path &, std::stop_token, const ca::Progress &) {
        return ca::Result<fs::path>(ca::fail(ca::ErrorCode::unreadable, "There is no network."));
    };
    QCOMPARE(ca::fetch_zoo_model(kNet, broken, {}, {}).error().sentence, std::string("There is no network."));
    QCOMPARE(ca::fetch_cifar10(broken, {}, {}).error().sentence, std::string("There is no network."));
    QVERIFY(!ca::is_fetched(kNet, data()));
}

void TestFetcher::cifar10_is_found_where_it_is_complete()
{
    const fs::path place = data() / "datasets" / "cifar10";
    for (int batch = 1; batch <= 5; ++batch)
        make(place / ("data_batch_" + std::to_string(batch) + ".bin"), 30'730'000);
    make(place / "batches.meta.txt", 61);
    make(place / "test_batch.bin", 30'729'999);
    QVERIFY(!ca::is_cifar10_fetched(data()));
    make(place / "test_batch.bin", 30'730'000);
    QVERIFY(ca::is_cifar10_fetched(data()));
    QCOMPARE(*ca::fetch_cifar10(fetch(), {}, {}), place);
    QVERIFY(fetched_.empty());
}

void TestFetcher::another_archive_is_not_unpacked()
{
    const fs::path place = data() / "datasets" / "cifar10";
    make(place / "cifar-10-binary.tar.gz", 170'052'171);
    const auto result = ca::fetch_cifar10(fetch(), {}, {});
    QVERIFY(!result);
    QCOMPARE(result.error().code, ca::ErrorCode::bad_format);
    QVERIFY(fetched_.empty());
    QVERIFY(fs::exists(place / "cifar-10-binary.tar.gz")); // put there by hand: not ours to delete
    QVERIFY(!fs::exists(place / "test_batch.bin"));
}

void TestFetcher::a_fetched_archive_is_unpacked_and_removed()
{
    const QTemporaryDir source;
    const fs::path tree = source.path().toStdString();
    QStringList arguments{QStringLiteral("-czf"), source.filePath(QStringLiteral("a.tar.gz")), QStringLiteral("-C"),
                          source.path()};
    for (const ca::TarMember &member : ca::cifar10_members()) {
        make(tree / member.name, member.bytes);
        arguments << QString::fromStdString(member.name);
    }
    if (QProcess::execute(QStringLiteral("tar"), arguments) != 0)
        QSKIP("This machine has no tar to make an archive with.");
    const ca::Fetch fetch = [&](const ca::PublishedFile &file, const fs::path &folder, std::stop_token, const ca::Progress &) {
        fs::create_directories(folder);
        fs::rename(tree / "a.tar.gz", folder / file.name);
        return ca::Result<fs::path>(folder / file.name);
    };
    const auto folder = ca::fetch_cifar10(fetch, {}, {});
    QVERIFY2(folder, folder ? "" : folder.error().sentence.c_str());
    QVERIFY(ca::is_cifar10_fetched(data()));
    const auto names = QDir(QString::fromStdString(folder->string()))
                           .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    QCOMPARE(names.size(), qsizetype(ca::cifar10_members().size()));
    QVERIFY(!names.contains(QLatin1String("cifar-10-binary.tar.gz")));
}

void TestFetcher::an_archive_fetched_before_a_stop_is_taken_up_and_removed()
{
    const auto archives = [this] {
        int count = 0;
        for (const auto &entry : fs::recursive_directory_iterator(data()))
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    };
    std::stop_source stop;
    const ca::Fetch stopped = [&](const ca::PublishedFile &file, const fs::path &folder, std::stop_token,
                                  const ca::Progress &progress) {
        stop.request_stop();
        auto path = fetch()(file, folder, {}, progress);
        fs::resize_file(*path, 0);
        fs::resize_file(*path, static_cast<std::uintmax_t>(file.bytes)); // all zeros: an archive that ends at once
        return path;
    };
    QCOMPARE(ca::fetch_cifar10(stopped, stop.get_token(), {}).error().code, ca::ErrorCode::cancelled);
    QCOMPARE(archives(), 1);
    fetched_.clear();
    QCOMPARE(ca::fetch_cifar10(fetch(), {}, {}).error().code, ca::ErrorCode::bad_format);
    QVERIFY(fetched_.empty());
    QCOMPARE(archives(), 0);
}

void TestFetcher::what_a_kill_left_of_an_archive_is_removed()
{
    const fs::path place = data() / "datasets" / "cifar10";
    for (const ca::TarMember &member : ca::cifar10_members())
        make(place / fs::path(member.name).filename(), member.bytes);
    make(place / ".fetched" / "cifar-10-binary.tar.gz", 170'052'171);
    QCOMPARE(*ca::fetch_cifar10({}, {}, {}), place);
    QVERIFY(!fs::exists(place / ".fetched"));
}

QTEST_APPLESS_MAIN(TestFetcher)
#include "test_fetcher.moc"
