// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/ranges.h"

#include <QtTest>

#include <cmath>
#include <random>
#include <vector>

using ca::RangeMethod;

/// Ranges out of histograms.
class TestRanges final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_all_values_by_minmax();
    void leaves_out_one_in_ten_thousand_at_each_end();
    void expects_the_error_worked_out_by_hand();
    void shrinks_to_the_least_error_data();
    void shrinks_to_the_least_error();
    void finds_divergence_worked_out_by_hand_data();
    void finds_divergence_worked_out_by_hand();
    void clips_a_lonely_outlier_by_entropy();
    void keeps_the_range_of_an_even_spread();
    void does_not_let_zeros_hide_the_rest();
    void takes_what_has_no_spread_data();
    void takes_what_has_no_spread();
    void does_not_depend_on_the_order_of_parts();

private:
    static ca::ActivationHistogram histogram(const std::vector<float> &values)
    {
        ca::ActivationHistogram result;
        result.add(values);
        return result;
    }
    static std::vector<float> normal(std::size_t count, float deviation, unsigned seed)
    {
        std::mt19937 generator(seed);
        std::normal_distribution<float> distribution(0, deviation);
        std::vector<float> values(count);
        for (float &value : values)
            value = distribution(generator);
        return values;
    }
    /// Of the values themselves, by the definition of the grid.
    static double error(const std::vector<float> &values, float low, float high)
    {
        const double from = std::min(low, 0.0F), to = std::max(high, 0.0F), scale = (to - from) / 255;
        const double zero = std::nearbyint(-from / scale);
        double sum = 0;
        for (const float value : values) {
            const double level = std::clamp(std::nearbyint(value / scale) + zero, 0.0, 255.0);
            sum += std::pow(value - (level - zero) * scale, 2);
        }
        return sum / static_cast<double>(values.size());
    }
};

void TestRanges::takes_all_values_by_minmax()
{
    const auto range = ca::choose_range(histogram({-1.5F, 0.25F, 7.0F}), RangeMethod::minmax);
    QCOMPARE(range.first, -1.5F);
    QCOMPARE(range.second, 7.0F);
}

void TestRanges::leaves_out_one_in_ten_thousand_at_each_end()
{
    std::vector<float> values;
    for (int i = 1; i <= 100'000; ++i) // ten of them lie below -0.9998 + ..., ten above
        values.push_back(static_cast<float>(i) / 50'000.0F - 1.0F);
    values.push_back(500);
    const auto range = ca::choose_range(histogram(values), RangeMethod::percentile);
    const double bin = 2.0 * 512 / 4096;
    QVERIFY(std::abs(range.first - -0.9998F) <= bin);
    QVERIFY(std::abs(range.second - 0.9998F) <= bin);
    QVERIFY(range.second < 2);
}

void TestRanges::expects_the_error_worked_out_by_hand()
{
    // Reach 4, bins of 1/512: 1 lies in [1, 1 + 1/512), 3 at the end of the values. The grid has steps of 0.75 from 0 to 191.25.
    const auto values = histogram({1, 1, 1, 3});
    const double middle = 1 + 0.5 / 512;                              // nearest level 0.75
    const double expected = (3 * std::pow(middle - 0.75, 2) + 0) / 4; // 3 = 4 * 0.75
    QVERIFY(std::abs(ca::expected_error(values, {0.75F, 0}) - expected) < 1e-6);
    QVERIFY(std::abs(ca::expected_error(histogram({-2, -2}), {1, 0}) - 4) < 1e-6); // below the grid: clipped to 0
    QCOMPARE(ca::expected_error({}, {1, 0}), 0.0);
}

void TestRanges::shrinks_to_the_least_error_data()
{
    QTest::addColumn<int>("outliers");
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::addRow("normal") << 0 << 0.0F << 0.0F;
    QTest::addRow("an outlier above") << 1 << 0.0F << 60.0F;
    QTest::addRow("outliers on both sides") << 3 << -40.0F << 90.0F;
    QTest::addRow("many outliers") << 2000 << -20.0F << 20.0F;
}

void TestRanges::shrinks_to_the_least_error()
{
    QFETCH(int, outliers);
    QFETCH(float, low);
    QFETCH(float, high);
    std::vector<float> values = normal(20'000, 1, 3);
    for (int i = 0; i < outliers; ++i) {
        values.push_back(low);
        values.push_back(high);
    }
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    double least = INFINITY; // over all pairs of shrunk ends, on the values themselves
    for (int below = 1; below <= 64; below += 3)
        for (int above = 1; above <= 64; above += 3)
            least = std::min(
                least, error(values, *smallest * static_cast<float>(below) / 64, *largest * static_cast<float>(above) / 64));
    const auto range = ca::choose_range(histogram(values), RangeMethod::mse);
    QVERIFY(error(values, range.first, range.second) <= 1.05 * least);
    QVERIFY(error(values, range.first, range.second) <= 1.02 * error(values, *smallest, *largest));
}

void TestRanges::finds_divergence_worked_out_by_hand_data()
{
    QTest::addColumn<QVector<quint64>>("bins");
    QTest::addColumn<quint64>("below");
    QTest::addColumn<quint64>("above");
    QTest::addColumn<double>("divergence");
    QTest::addRow("two even levels lose nothing") << QVector<quint64>{3, 3, 5, 5} << quint64(0) << quint64(0) << 0.0;
    // p = 1/8, 3/8, 1/4, 1/4; q = 1/4 each: 1/8 ln(1/2) + 3/8 ln(3/2).
    QTest::addRow("an uneven level") << QVector<quint64>{1, 3, 2, 2} << quint64(0) << quint64(0)
                                     << 0.125 * std::log(0.5) + 0.375 * std::log(1.5);
    // Empty bins get nothing: q = 1/2, 0, 1/4, 1/4 is p.
    QTest::addRow("an empty bin") << QVector<quint64>{4, 0, 2, 2} << quint64(0) << quint64(0) << 0.0;
    // p = 2/12, 2/12, 2/12, 6/12; q = 1/4 each.
    QTest::addRow("clipped values") << QVector<quint64>{2, 2, 2, 2} << quint64(0) << quint64(4)
                                    << 0.5 * std::log(2.0 / 3) + 0.5 * std::log(2.0);
}

void TestRanges::finds_divergence_worked_out_by_hand()
{
    QFETCH(QVector<quint64>, bins);
    QFETCH(quint64, below);
    QFETCH(quint64, above);
    QFETCH(double, divergence);
    const std::vector<std::uint64_t> counts(bins.begin(), bins.end());
    const double found = ca::quantized_divergence(counts, below, above, 2);
    QVERIFY2(std::abs(found - divergence) < 1e-12, qPrintable(QString::number(found)));
}

void TestRanges::clips_a_lonely_outlier_by_entropy()
{
    std::vector<float> values = normal(200'000, 1, 5);
    values.push_back(31);
    const auto range = ca::choose_range(histogram(values), RangeMethod::entropy);
    QVERIFY2(range.second > 2.5F && range.second < 12, qPrintable(QString::number(range.second)));
}

void TestRanges::keeps_the_range_of_an_even_spread()
{
    std::vector<float> values;
    for (int i = 0; i < 65'536; ++i) // 32 in each of 2,048 bins
        values.push_back((static_cast<float>(i) + 0.5F) / 65'536);
    const auto range = ca::choose_range(histogram(values), RangeMethod::entropy);
    QVERIFY(range.second > 0.98F && range.first == 0);
}

void TestRanges::does_not_let_zeros_hide_the_rest()
{
    std::vector<float> values = normal(100'000, 1, 8);
    for (float &value : values)
        value = std::max(value, 0.0F); // half of them zero
    values.insert(values.end(), 2'000'000, 0.0F);
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    for (const RangeMethod method : {RangeMethod::mse, RangeMethod::entropy}) {
        const auto range = ca::choose_range(histogram(values), method);
        QVERIFY2(range.second > 0.4F * *largest, qPrintable(QString::number(range.second)));
    }
}

void TestRanges::takes_what_has_no_spread_data()
{
    QTest::addColumn<QVector<float>>("values");
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::addRow("nothing") << QVector<float>{} << 0.0F << 0.0F;
    QTest::addRow("zeros") << QVector<float>(100, 0.0F) << 0.0F << 0.0F;
    QTest::addRow("one value") << QVector<float>(100, 2.5F) << 0.0F << 2.5F;
    QTest::addRow("one negative value") << QVector<float>(100, -2.5F) << -2.5F << 0.0F;
    QTest::addRow("not finite") << QVector<float>{NAN, INFINITY, -INFINITY, 1, -1} << -1.0F << 1.0F;
}

void TestRanges::takes_what_has_no_spread()
{
    QFETCH(QVector<float>, values);
    QFETCH(float, low);
    QFETCH(float, high);
    const std::vector<float> copy(values.begin(), values.end());
    for (const RangeMethod method : {RangeMethod::minmax, RangeMethod::percentile, RangeMethod::mse, RangeMethod::entropy}) {
        const auto range = ca::choose_range(histogram(copy), method);
        QVERIFY(std::isfinite(range.first) && std::isfinite(range.second));
        // The grid contains zero whatever the range, and must hold the value to half a step of what the full range has.
        const ca::U8Grid grid = ca::u8_grid(range.first, range.second), full = ca::u8_grid(low, high);
        QVERIFY(grid.scale <= full.scale * 1.01F);
        for (const float value : copy)
            if (std::isfinite(value)) {
                const float back = (std::clamp(std::nearbyint(value / grid.scale) + static_cast<float>(grid.zero), 0.0F, 255.0F)
                                    - static_cast<float>(grid.zero))
                    * grid.scale;
                QVERIFY(std::abs(back - value) <= 0.51F * full.scale);
            }
    }
}

void TestRanges::does_not_depend_on_the_order_of_parts()
{
    const auto small = normal(5'000, 1, 1), large = normal(5'000, 30, 2);
    ca::ActivationHistogram forwards = histogram(small), backwards = histogram(large);
    forwards.merge(histogram(large));
    backwards.merge(histogram(small));
    for (const RangeMethod method : {RangeMethod::minmax, RangeMethod::percentile, RangeMethod::mse, RangeMethod::entropy})
        QVERIFY(ca::choose_range(forwards, method) == ca::choose_range(backwards, method));
}

QTEST_APPLESS_MAIN(TestRanges)
#include "test_ranges.moc"
