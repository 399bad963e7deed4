// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/data/image_cache.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;

class TestImageCache final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_the_first_that_fit();
    void keeps_no_image_larger_than_what_is_left();
    void hands_errors_on_and_tries_again();
    void makes_errors_of_what_loading_throws();
    void hits_on_each_pass_over_more_than_it_can_keep();
    void loads_once_for_threads_that_want_the_same();
    void loads_two_images_at_the_same_time();
    void counts_right_under_many_threads();
};

namespace {

/// One row of `bytes / 3` pixels with the index as value.
ca::Result<ca::RgbImage> image_of(std::size_t index, std::size_t bytes)
{
    return ca::RgbImage{{static_cast<int>(bytes / 3), 1}, std::vector<std::uint8_t>(bytes, static_cast<std::uint8_t>(index))};
}

ca::ImageCache::Load loader(std::size_t bytes)
{
    return [bytes](std::size_t index) { return image_of(index, bytes); };
}

} // namespace

void TestImageCache::keeps_the_first_that_fit()
{
    ca::ImageCache cache(ca::bytes(100), loader(30));
    for (const std::size_t index : {0U, 1U, 2U, 3U}) // 120 bytes
        QCOMPARE(cache.image(index).value()->pixels.front(), static_cast<std::uint8_t>(index));
    QCOMPARE(cache.counts(), (ca::ImageCache::Counts{0, 4, 0, ca::bytes(90)}));
    QVERIFY(cache.image(0) && cache.image(1) && cache.image(2));
    QCOMPARE(cache.counts().hits, std::uint64_t{3});
    QVERIFY(cache.image(3));
    QCOMPARE(cache.counts(), (ca::ImageCache::Counts{3, 5, 0, ca::bytes(90)}));
}

/// Where what was used longest ago goes, there is no hit at all.
void TestImageCache::hits_on_each_pass_over_more_than_it_can_keep()
{
    ca::ImageCache cache(ca::bytes(70), loader(10));
    for (int pass = 0; pass < 3; ++pass)
        for (std::size_t index = 0; index < 10; ++index)
            QCOMPARE(cache.image(index).value()->pixels.front(), static_cast<std::uint8_t>(index));
    QCOMPARE(cache.counts(), (ca::ImageCache::Counts{2 * 7, 10 + 2 * 3, 0, ca::bytes(70)}));
}

void TestImageCache::keeps_no_image_larger_than_what_is_left()
{
    ca::ImageCache cache(ca::bytes(60), [](std::size_t index) { return image_of(index, index == 0 ? 63 : 30 * index); });
    QVERIFY(cache.image(0) && cache.image(1) && cache.image(2)); // 63, 30 and 60 bytes
    QCOMPARE(cache.counts(), (ca::ImageCache::Counts{0, 3, 0, ca::bytes(30)}));
    ca::ImageCache none(ca::bytes(0), loader(3));
    QVERIFY(none.image(0) && none.image(0));
    QCOMPARE(none.counts(), (ca::ImageCache::Counts{0, 2, 0, ca::bytes(0)}));
}

void TestImageCache::hands_errors_on_and_tries_again()
{
    bool is_there = false;
    ca::ImageCache cache(ca::bytes(100), [&](std::size_t index) -> ca::Result<ca::RgbImage> {
        if (!is_there)
            return ca::fail(ca::ErrorCode::not_found, "There is no image. Look for it.");
        return image_of(index, 3);
    });
    QCOMPARE(cache.image(7).error().sentence, std::string("There is no image. Look for it."));
    is_there = true;
    QVERIFY(cache.image(7));
    QCOMPARE(cache.counts(), (ca::ImageCache::Counts{0, 1, 1, ca::bytes(3)}));
}

void TestImageCache::makes_errors_of_what_loading_throws()
{
    ca::ImageCache cache(ca::bytes(100), [](std::size_t index) -> ca::Result<ca::RgbImage> {
        if (index == 0)
            throw std::bad_alloc();
        throw std::runtime_error("a broken loader");
    });
    QVERIFY(cache.image(0).error().code == ca::ErrorCode::out_of_memory);
    QVERIFY(cache.image(1).error().sentence.find("a broken loader") != std::string::npos);
    QVERIFY(!cache.image(1)); // and it does not wait for the first attempt
}

void TestImageCache::loads_once_for_threads_that_want_the_same()
{
    std::atomic<int> loads{0};
    ca::ImageCache cache(ca::bytes(100), [&](std::size_t index) {
        ++loads;
        std::this_thread::sleep_for(50ms);
        return image_of(index, 3);
    });
    std::atomic<int> given{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] { given += cache.image(1).has_value() ? 1 : 0; });
    }
    QCOMPARE(given.load(), 8);
    QCOMPARE(loads.load(), 1);
    QCOMPARE(cache.counts(), (ca::ImageCache::Counts{7, 1, 0, ca::bytes(3)}));
}

/// Each load waits until the other has begun: with a lock around loading they would wait for ever.
void TestImageCache::loads_two_images_at_the_same_time()
{
    std::atomic<int> begun{0};
    std::atomic<bool> was_late{false};
    ca::ImageCache cache(ca::bytes(100), [&](std::size_t index) {
        ++begun;
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (begun < 2 && !was_late) {
            was_late = std::chrono::steady_clock::now() > deadline;
            std::this_thread::yield();
        }
        return image_of(index, 3);
    });
    {
        const std::jthread first([&] { (void)cache.image(1); });
        const std::jthread second([&] { (void)cache.image(2); });
    }
    QVERIFY(!was_late);
    QCOMPARE(cache.counts().loads, std::uint64_t{2});
}

void TestImageCache::counts_right_under_many_threads()
{
    constexpr std::size_t kCalls = 20'000, kImages = 37;
    ca::ImageCache cache(ca::bytes(10 * 30), loader(30));
    std::atomic<std::size_t> wrong{0};
    const auto done = ca::parallel_for(kCalls, 8, {}, [&](std::size_t i) -> ca::Status {
        const std::size_t index = (i * 7919) % kImages;
        const auto image = cache.image(index);
        wrong += image && (*image)->pixels == std::vector<std::uint8_t>(30, static_cast<std::uint8_t>(index)) ? 0 : 1;
        return {};
    });
    QVERIFY(done);
    QCOMPARE(wrong.load(), std::size_t{0});
    const auto counts = cache.counts();
    QCOMPARE(counts.hits + counts.loads, std::uint64_t{kCalls});
    QCOMPARE(counts.held, ca::bytes(10 * 30));
    QCOMPARE(counts.failed, std::uint64_t{0});
}

QTEST_APPLESS_MAIN(TestImageCache)
#include "test_image_cache.moc"
