// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/evaluate/racing.h"

#include <QtTest>

#include <array>
#include <random>

namespace {

/// Images of which some changed against float, and the drop that is allowed.
struct Population {
    const char *name;
    int images, fixed, broken;
    double threshold; ///< of the mean difference
    bool below;       ///< it is, by hand
};

/// Chance of a wrong stop and images looked at, over experiments that each see the population in another order.
struct Outcome {
    double wrong = 0, images = 0;
};

/// One difference drawn from those that are left.
int draw(std::mt19937_64 &random, int left, int &fixed, int &broken)
{
    const auto place = static_cast<int>(((random() >> 32U) * static_cast<std::uint64_t>(left)) >> 32U);
    if (place < fixed)
        return --fixed, 1;
    return place < fixed + broken ? (--broken, -1) : 0;
}

Outcome experiment(const Population &population, std::mt19937_64 &random)
{
    ca::Race race(static_cast<std::size_t>(population.images), population.threshold);
    int fixed = population.fixed, broken = population.broken;
    for (int left = population.images; left > 0 && race.verdict() == ca::RaceVerdict::undecided; --left)
        race.add(draw(random, left, fixed, broken));
    return {(race.verdict() == ca::RaceVerdict::below) != population.below ? 1.0 : 0.0, static_cast<double>(race.seen())};
}

Outcome experiments(const Population &population, std::size_t count)
{
    constexpr std::size_t kSeries = 10; // each with a seed of its own, so that they run side by side
    std::array<Outcome, kSeries> sums;
    const auto done = ca::parallel_for(kSeries, 0, {}, [&](std::size_t series) -> ca::Status {
        std::mt19937_64 random(series); // its numbers are the same everywhere
        for (std::size_t i = 0; i < count / kSeries; ++i) {
            const Outcome one = experiment(population, random);
            sums[series].wrong += one.wrong;
            sums[series].images += one.images;
        }
        return {};
    });
    Outcome mean;
    for (const Outcome &sum : sums) {
        mean.wrong += sum.wrong / static_cast<double>(count);
        mean.images += sum.images / static_cast<double>(count);
    }
    return done ? mean : Outcome{1, 0};
}

void add(ca::Race &race, int times, double difference)
{
    for (int i = 0; i < times; ++i)
        race.add(difference);
}

} // namespace

class TestRacing final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_wrong_in_at_most_five_of_a_hundred_races_data();
    void is_wrong_in_at_most_five_of_a_hundred_races();
    void stops_early_where_the_answer_is_clear_data();
    void stops_early_where_the_answer_is_clear();
    void is_exact_once_the_rest_cannot_change_the_answer();
    void is_exact_after_the_last_image();
    void takes_a_mean_at_the_threshold_as_not_below();
    void keeps_its_first_verdict();
    void errs_less_where_less_error_is_allowed();
};

void TestRacing::is_wrong_in_at_most_five_of_a_hundred_races_data()
{
    QTest::addColumn<Population>("population");
    for (const Population &population : {
             Population{"500 images, 3 % change, at the threshold", 500, 5, 10, -0.01, false},
             Population{"500 images, 3 % change, one image below", 500, 5, 11, -0.01, true},
             Population{"1,000 images, 7 % change, at the threshold", 1000, 30, 40, -0.01, false},
             Population{"1,000 images, 15 % change, one image below", 1000, 70, 81, -0.01, true},
             Population{"1,000 images, 1 % change, half the drop", 1000, 2, 7, -0.01, false},
             Population{"2,000 images, 12 % change, twice the drop", 2000, 100, 140, -0.01, true},
             Population{"2,000 images, 6 % change, no drop allowed", 2000, 60, 60, 0, false},
             Population{"5,000 images, 3 % change, one image below", 5000, 50, 101, -0.01, true},
             Population{"5,000 images, 2 % change, half a point allowed", 5000, 40, 60, -0.005, false},
         })
        QTest::newRow(population.name) << population;
}

void TestRacing::is_wrong_in_at_most_five_of_a_hundred_races()
{
    QFETCH(const Population, population);
    const Outcome outcome = experiments(population, 10'000);
    const QByteArray told =
        QByteArray::number(100 * outcome.wrong) + " % wrong, " + QByteArray::number(outcome.images) + " images in the mean";
    qInfo("%s", told.constData());
    QVERIFY2(outcome.wrong <= 0.05, told);
    QVERIFY2(outcome.images <= population.images, told);
}

void TestRacing::stops_early_where_the_answer_is_clear_data()
{
    QTest::addColumn<Population>("population");
    QTest::addColumn<double>("most"); // images in the mean; a test at one fixed size needs about a third, and must know which
    QTest::newRow("no answer changed") << Population{"", 5000, 0, 0, -0.01, false} << 500.0;
    QTest::newRow("1 % change, no drop") << Population{"", 5000, 25, 25, -0.01, false} << 1000.0;
    QTest::newRow("4 points lost") << Population{"", 5000, 50, 250, -0.01, true} << 500.0;
    QTest::newRow("19 points lost") << Population{"", 5000, 50, 1000, -0.01, true} << 60.0;
}

void TestRacing::stops_early_where_the_answer_is_clear()
{
    QFETCH(const Population, population);
    QFETCH(const double, most);
    const Outcome outcome = experiments(population, 1000);
    qInfo("%.0f of %d images in the mean", outcome.images, population.images);
    QVERIFY(outcome.wrong < 0.005);
    QVERIFY(outcome.images < most);
}

void TestRacing::is_exact_once_the_rest_cannot_change_the_answer()
{
    // With this error nobody wins a bet. Of ten, six broken leave -0.2 at best, which is below -0.15; five leave 0.
    ca::Race race(10, -0.15, 1e-300);
    add(race, 5, -1);
    QVERIFY(race.verdict() == ca::RaceVerdict::undecided);
    race.add(-1);
    QVERIFY(race.verdict() == ca::RaceVerdict::below);
    QCOMPARE(race.seen(), std::size_t{6});

    // Five the same leave -0.5 at worst, which is not below -0.5.
    ca::Race other(10, -0.5, 1e-300);
    add(other, 4, 0);
    QVERIFY(other.verdict() == ca::RaceVerdict::undecided);
    other.add(0);
    QVERIFY(other.verdict() == ca::RaceVerdict::not_below);
}

void TestRacing::is_exact_after_the_last_image()
{
    for (const int broken : {49, 50, 51, 52}) {
        ca::Race race(5000, -0.01, 1e-300);
        add(race, 5000 - broken, 0);
        add(race, broken, -1);
        QVERIFY((race.verdict() == ca::RaceVerdict::below) == (broken > 50));
        QVERIFY(race.verdict() != ca::RaceVerdict::undecided);
    }
}

void TestRacing::takes_a_mean_at_the_threshold_as_not_below()
{
    // 0.07 of 100 is no 7 in binary numbers.
    ca::Race race(100, 0.07, 1e-300);
    add(race, 7, 1);
    add(race, 93, 0);
    QVERIFY(race.verdict() == ca::RaceVerdict::not_below);
}

void TestRacing::keeps_its_first_verdict()
{
    ca::Race race(4, 0, 1e-300);
    add(race, 3, -1);
    QVERIFY(race.verdict() == ca::RaceVerdict::below);
    add(race, 100, 1);
    QVERIFY(race.verdict() == ca::RaceVerdict::below);
    QCOMPARE(race.seen(), std::size_t{3});
}

void TestRacing::errs_less_where_less_error_is_allowed()
{
    const auto images = [](double error) {
        ca::Race race(5000, -0.01, error);
        while (race.verdict() == ca::RaceVerdict::undecided)
            race.add(0);
        return race.seen();
    };
    // Even who bets all that can be bet gains no more than 0.5 / m an image, m the scaled mean of those that are left, were the
    // mean of all the threshold: (2475 - 250) / 4500 after 500 images, so 1.01124, which takes 268 to make twenty of one; and
    // (2475 - 500) / 4000 after 1,000, so 1.01266, which takes 549 to make a thousand.
    QVERIFY(images(0.05) >= 268 && images(0.05) < 500);
    QVERIFY(images(0.001) >= 549 && images(0.001) < 1000);
}

QTEST_APPLESS_MAIN(TestRacing)
#include "test_racing.moc"
