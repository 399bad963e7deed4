// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_cache.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <fstream>
#include <limits>

class TestDivergenceCache : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gives_back_what_was_put_in_an_earlier_run();
    void keeps_keys_apart();
    void leaves_out_a_torn_line_and_goes_on_behind_it();
    void keeps_nothing_without_a_folder();
    void says_where_it_cannot_write();
};

namespace {

std::filesystem::path path_of(const QTemporaryDir &folder)
{
    return folder.path().toStdString();
}

ca::DivergenceSums sums_of(double kl, double cosine, std::size_t changed, std::size_t images)
{
    ca::DivergenceSums sums;
    sums.kl.fill(kl);
    sums.slope[3] = -kl / 7;
    sums.slope[24] = 1e-300;
    sums.cosine = cosine;
    sums.changed = changed;
    sums.images = images;
    return sums;
}

ca::DivergenceCache opened(const std::filesystem::path &folder, const std::string &key = "weights, images")
{
    return ca::DivergenceCache::open(folder, key).value();
}

std::filesystem::path only_file(const std::filesystem::path &folder)
{
    return std::filesystem::directory_iterator(folder)->path();
}

} // namespace

void TestDivergenceCache::gives_back_what_was_put_in_an_earlier_run()
{
    const QTemporaryDir folder;
    const double infinite = std::numeric_limits<double>::infinity();
    const auto sums = sums_of(0.1, 1.0 / 3, 2, 64), endless = sums_of(infinite, infinite, 64, 64);
    {
        auto cache = opened(path_of(folder));
        QVERIFY(!cache.find("layer a int4 0-64"));
        cache.put("layer a int4 0-64", sums);
        cache.put("layer \"b\"\n\xff int2 0-64", endless);
        QCOMPARE(*cache.find("layer a int4 0-64"), sums);
    }
    const auto cache = opened(path_of(folder));
    QCOMPARE(cache.size(), std::size_t{2});
    QCOMPARE(*cache.find("layer a int4 0-64"), sums); // to the bit
}

void TestDivergenceCache::keeps_keys_apart()
{
    const QTemporaryDir folder;
    opened(path_of(folder), "one").put("cell", sums_of(1, 1, 1, 1));
    QCOMPARE(opened(path_of(folder), "two").size(), std::size_t{0});
    QCOMPARE(opened(path_of(folder), "one").size(), std::size_t{1});
}

void TestDivergenceCache::leaves_out_a_torn_line_and_goes_on_behind_it()
{
    const QTemporaryDir folder;
    {
        auto cache = opened(path_of(folder));
        cache.put("whole", sums_of(1, 2, 3, 4));
        cache.put("torn", sums_of(1, 2, 3, 4));
    }
    const auto file = only_file(path_of(folder));
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 6);
    std::ofstream(file, std::ios::app) << "\n[\"few\",1]\nno json\n[\"negative\",1,1,-3,4]\n[\"cut";
    {
        auto cache = opened(path_of(folder));
        QCOMPARE(cache.size(), std::size_t{1});
        cache.put("later", sums_of(5, 6, 7, 8));
    }
    const auto cache = opened(path_of(folder));
    QCOMPARE(cache.size(), std::size_t{2});
    QCOMPARE(*cache.find("later"), sums_of(5, 6, 7, 8));
}

void TestDivergenceCache::keeps_nothing_without_a_folder()
{
    auto cache = opened({});
    cache.put("cell", sums_of(1, 2, 3, 4));
    QCOMPARE(*cache.find("cell"), sums_of(1, 2, 3, 4));
}

void TestDivergenceCache::says_where_it_cannot_write()
{
    const QTemporaryDir folder;
    const auto file = path_of(folder) / "file";
    std::ofstream(file) << "in the way";
    const auto cache = ca::DivergenceCache::open(file, "key");
    QVERIFY(!cache);
    QCOMPARE(cache.error().code, ca::ErrorCode::unwritable);
}

QTEST_APPLESS_MAIN(TestDivergenceCache)
#include "test_divergence_cache.moc"
