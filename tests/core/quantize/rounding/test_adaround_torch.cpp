// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/adaround_torch.h"
#include "tests/support/row_problems_torch.h"

#include <QtTest>

/// Rounding down or up as learned.
class TestAdaround final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_near_the_best_of_down_and_up();
    void rounds_down_or_up_data();
    void rounds_down_or_up();
    void is_the_same_for_any_number_of_threads();
    void stops_when_asked();
};

void TestAdaround::comes_near_the_best_of_down_and_up()
{
    const c10::InferenceMode inference;
    double reached = 0, best = 0, nearest = 0;
    for (unsigned seed = 0; seed < 12; ++seed) {
        const ca::RowProblem problem = random_problem(4, 10, seed);
        auto rounded = ca::round_adaround(problem, integer_scheme(4), 1, {});
        QVERIFY(rounded);
        reached += sum_of(errors_of(problem, *rounded));
        auto plain = ca::quantize_weight(span_of(problem.target), {4, 10}, integer_scheme(4));
        nearest += sum_of(errors_of(problem, *plain));
        const std::span<const float> target = span_of(problem.target);
        for (std::size_t row = 0; row < 4; ++row) {
            double least = std::numeric_limits<double>::infinity();
            for (int choice = 0; choice < 1024; ++choice) {
                std::vector<float> values(10);
                for (std::size_t i = 0; i < 10; ++i) {
                    const float scale = plain->scales[row], zero = plain->zeros[row];
                    const float code = std::floor(target[row * 10 + i] / scale) + zero + static_cast<float>(choice >> i & 1);
                    values[i] = (std::clamp(code, -8.0F, 7.0F) - zero) * scale;
                }
                least = std::min(least, error_of(problem, static_cast<std::int64_t>(row), values));
            }
            best += least;
        }
    }
    QVERIFY2(reached < 1.3 * best && reached < 0.7 * nearest,
             qPrintable(QString("%1, best %2, nearest %3").arg(reached).arg(best).arg(nearest)));
}

void TestAdaround::rounds_down_or_up_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("group");
    QTest::addColumn<bool>("symmetric");
    QTest::addRow("2 bits") << 2 << 0 << false;
    QTest::addRow("3 bits, group 32") << 3 << 32 << false;
    QTest::addRow("4 bits, symmetric") << 4 << 0 << true;
    QTest::addRow("8 bits") << 8 << 0 << true;
}

void TestAdaround::rounds_down_or_up()
{
    QFETCH(int, bits);
    QFETCH(int, group);
    QFETCH(bool, symmetric);
    const c10::InferenceMode inference;
    const ca::RowProblem problem = random_problem(6, 64, 21);
    const ca::Scheme scheme = integer_scheme(bits, group, symmetric);
    auto rounded = ca::round_adaround(problem, scheme, 1, {});
    const auto nearest = ca::quantize_weight(span_of(problem.target), {6, 64}, scheme);
    QVERIFY(rounded && nearest);
    QVERIFY(rounded->scales == nearest->scales && rounded->zeros == nearest->zeros);
    const std::vector<double> errors = errors_of(problem, *rounded), others = errors_of(problem, *nearest);
    for (std::size_t row = 0; row < errors.size(); ++row)
        QVERIFY(errors[row] <= others[row] * 1.0001);
    const int low = -(1 << (bits - 1)), high = -low - 1;
    const std::span<const float> target = span_of(problem.target);
    for (std::size_t i = 0; i < rounded->values.size(); ++i) {
        const std::size_t at = i / static_cast<std::size_t>(rounded->group);
        const int zero = rounded->zeros.empty() ? 0 : rounded->zeros[at];
        const int floor = static_cast<int>(std::floor(target[i] / rounded->scales[at])) + zero;
        QVERIFY(rounded->values[i] == std::clamp(floor, low, high) || rounded->values[i] == std::clamp(floor + 1, low, high));
    }
}

void TestAdaround::is_the_same_for_any_number_of_threads()
{
    const c10::InferenceMode inference;
    const ca::RowProblem problem = random_problem(130, 20, 5); // three chunks of rows
    const auto one = ca::round_adaround(problem, integer_scheme(3), 1, {});
    const auto three = ca::round_adaround(problem, integer_scheme(3), 3, {});
    QVERIFY(one && three);
    QVERIFY(one->values == three->values);
}

void TestAdaround::stops_when_asked()
{
    const c10::InferenceMode inference;
    std::stop_source stop;
    stop.request_stop();
    const auto rounded = ca::round_adaround(random_problem(4, 8, 1), integer_scheme(4), 1, stop.get_token());
    QVERIFY(!rounded);
    QVERIFY(rounded.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestAdaround)
#include "test_adaround_torch.moc"
