// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/gptq_torch.h"
#include "core/quantize/rounding/scale_width.h"
#include "core/quantize/rounding/target_torch.h"
#include "tests/support/row_problems_torch.h"

#include <QtTest>

#include <cmath>

/// Rounding rows of a weight by what their inputs are.
class TestGptq final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_near_the_best_of_all_codes_data();
    void comes_near_the_best_of_all_codes();
    void is_never_worse_than_nearest_data();
    void is_never_worse_than_nearest();
    void is_no_worse_than_the_plain_algorithm();
    void gives_nearest_codes_where_inputs_are_independent();
    void is_the_same_for_any_number_of_threads();
    void stops_when_asked();
    void polishing_leaves_no_single_code_to_improve();
    void rounds_what_no_input_reaches();
    void makes_up_for_changed_inputs();
    void keeps_the_weight_where_images_held_out_gain_nothing();
    void keeps_the_weight_where_sums_are_unusable_data();
    void keeps_the_weight_where_sums_are_unusable();
    void keeps_the_weight_where_targets_are_no_numbers_data();
    void keeps_the_weight_where_targets_are_no_numbers();
};

void TestGptq::comes_near_the_best_of_all_codes_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("columns");
    QTest::addRow("2 bits, 6 columns") << 2 << 6;
    QTest::addRow("3 bits, 4 columns") << 3 << 4;
}

void TestGptq::comes_near_the_best_of_all_codes()
{
    QFETCH(int, bits);
    QFETCH(int, columns);
    const c10::InferenceMode inference;
    double reached = 0, best = 0;
    for (unsigned seed = 0; seed < 12; ++seed) {
        const ca::RowProblem problem = random_problem(4, columns, seed);
        auto rounded = ca::round_gptq(problem, integer_scheme(bits), 1, {});
        QVERIFY(rounded);
        const std::vector<double> errors = errors_of(problem, *rounded);
        for (std::int64_t row = 0; row < 4; ++row) {
            const double least = least_error(problem, row, bits);
            QVERIFY2(errors[static_cast<std::size_t>(row)] >= least * 0.999, "exhaustive search missed something");
            reached += errors[static_cast<std::size_t>(row)];
            best += least;
        }
    }
    QVERIFY2(reached < 1.6 * best, qPrintable(QString("%1 of %2").arg(reached).arg(best)));
}

void TestGptq::is_never_worse_than_nearest_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("group");
    QTest::addColumn<bool>("symmetric");
    for (const int bits : {2, 3, 4, 5, 6, 8})
        for (const int group : {0, 32, 64, 128})
            for (const bool symmetric : {false, true})
                QTest::addRow("%d bits, group %d, %s", bits, group, symmetric ? "symmetric" : "zero point")
                    << bits << group << symmetric;
}

void TestGptq::is_never_worse_than_nearest()
{
    QFETCH(int, bits);
    QFETCH(int, group);
    QFETCH(bool, symmetric);
    const c10::InferenceMode inference;
    const ca::RowProblem problem = random_problem(9, 256, 7); // two blocks of columns
    const ca::Scheme scheme = integer_scheme(bits, group, symmetric);
    auto rounded = ca::round_gptq(problem, scheme, 1, {});
    QVERIFY(rounded);
    const auto nearest = ca::quantize_weight(span_of(problem.target), {9, 256}, scheme);
    QVERIFY(nearest);
    QCOMPARE(rounded->group, nearest->group);
    QCOMPARE(rounded->scales.size(), nearest->scales.size());
    QCOMPARE(rounded->zeros.size(), nearest->zeros.size());
    QVERIFY(group == 0 || ca::fit_bf16(rounded->scales)); // which files keep them in
    const std::vector<double> errors = errors_of(problem, *rounded), others = errors_of(problem, *nearest);
    double sum = 0, of_nearest = 0;
    for (std::size_t row = 0; row < errors.size(); ++row) {
        QVERIFY(errors[row] <= others[row] * 1.0001);
        sum += errors[row];
        of_nearest += others[row];
    }
    QVERIFY2(sum < 0.6 * of_nearest, qPrintable(QString("%1 of %2").arg(sum).arg(of_nearest)));
}

void TestGptq::is_no_worse_than_the_plain_algorithm()
{
    const c10::InferenceMode inference;
    for (unsigned seed = 0; seed < 5; ++seed) {
        const ca::RowProblem problem = random_problem(8, 150, seed);
        auto rounded = ca::round_gptq(problem, integer_scheme(3), 1, {});
        QVERIFY(rounded);
        const std::vector<double> errors = errors_of(problem, *rounded), plain = plain_gptq_errors(problem, 3);
        QVERIFY(sum_of(errors) < sum_of(plain));
    }
}

void TestGptq::gives_nearest_codes_where_inputs_are_independent()
{
    const c10::InferenceMode inference;
    ca::RowProblem problem = random_problem(5, 40, 3);
    problem.hessian = at::eye(40, at::kFloat);
    auto rounded = ca::round_gptq(problem, integer_scheme(4), 1, {});
    QVERIFY(rounded);
    const std::span<const float> target = span_of(problem.target);
    for (std::size_t i = 0; i < target.size(); ++i) {
        const float scale = rounded->scales[i / 40];
        const int zero = rounded->zeros[i / 40];
        const long code = std::clamp<long>(std::lround(target[i] / scale) + zero, -8, 7);
        const float off = std::fabs(target[i] / scale - std::trunc(target[i] / scale));
        if (std::fabs(off - 0.5F) > 1e-3F) // a tie may go either way
            QCOMPARE(static_cast<long>(rounded->values[i]), code);
    }
}

void TestGptq::is_the_same_for_any_number_of_threads()
{
    const c10::InferenceMode inference;
    const ca::RowProblem problem = random_problem(200, 140, 5); // four chunks of rows
    const auto one = ca::round_gptq(problem, integer_scheme(2), 1, {}), four = ca::round_gptq(problem, integer_scheme(2), 4, {});
    QVERIFY(one && four);
    QVERIFY(one->values == four->values && one->scales == four->scales && one->zeros == four->zeros);
}

void TestGptq::stops_when_asked()
{
    const c10::InferenceMode inference;
    std::stop_source stop;
    stop.request_stop();
    const auto rounded = ca::round_gptq(random_problem(4, 8, 1), integer_scheme(4), 1, stop.get_token());
    QVERIFY(!rounded);
    QVERIFY(rounded.error().code == ca::ErrorCode::cancelled);
}

void TestGptq::polishing_leaves_no_single_code_to_improve()
{
    const c10::InferenceMode inference;
    const ca::RowProblem problem = random_problem(3, 20, 11);
    ca::IntegerWeight weight = ca::empty_codes(3, 20, integer_scheme(3));
    ca::RowCodes codes = ca::rows_of(weight, 0, 3);
    ca::round_to_nearest(problem.target, codes);
    const std::vector<double> before = errors_of(problem, weight);
    ca::polish(problem.hessian, problem.target, codes, 50, {}); // until nothing changes
    const std::vector<double> after = errors_of(problem, weight);
    for (std::size_t row = 0; row < 3; ++row)
        QVERIFY(after[row] < before[row]);
    for (std::size_t i = 0; i < weight.values.size(); ++i)
        for (const int step : {-1, 1}) {
            const int code = weight.values[i] + step;
            if (code < -4 || code > 3)
                continue;
            ca::IntegerWeight other = weight;
            other.values[i] = static_cast<std::int8_t>(code);
            QVERIFY(errors_of(problem, other)[i / 20] >= after[i / 20] * 0.9999);
        }
}

void TestGptq::rounds_what_no_input_reaches()
{
    const c10::InferenceMode inference;
    at::Tensor inputs = at::zeros({6, 6}, at::kFloat); // of six columns only the second is ever anything but zero
    inputs[1][1] = 4;
    const at::Tensor weight = random_problem(2, 6, 9).target;
    const ca::RowProblem problem =
        *ca::row_problem({inputs, at::mm(weight, inputs)}, {inputs, at::mm(weight, inputs)}, weight, 1, {});
    auto rounded = ca::round_gptq(problem, integer_scheme(8), 1, {});
    QVERIFY(rounded);
    const std::vector<float> values = ca::dequantize(*rounded);
    const std::span<const float> wanted = span_of(weight);
    for (std::size_t i = 0; i < values.size(); ++i)
        QVERIFY(std::fabs(values[i] - wanted[i]) <= rounded->scales[i / 6] * 1.01F);
}

void TestGptq::makes_up_for_changed_inputs()
{
    const c10::InferenceMode inference;
    const at::Tensor inputs = random_inputs(400, 10, 4), weight = random_problem(3, 10, 6).target;
    // The quantized network gives twice the inputs, so half the weight gives the same outputs: 0.5, apart from the damping of 1
    // %.
    const at::Tensor outputs = at::mm(inputs, weight.t()), changed = inputs * 2;
    const auto sums = [&](std::int64_t first, std::int64_t count) {
        const at::Tensor x = changed.narrow(0, first, count), y = outputs.narrow(0, first, count);
        return ca::GroupSums{at::mm(x.t(), x), at::mm(y.t(), x)};
    };
    const ca::RowProblem problem = *ca::row_problem(sums(0, 300), sums(300, 100), weight, 2, {});
    const double half = (problem.target - weight * 0.5).norm().item<double>() / weight.norm().item<double>();
    QVERIFY2(half < 0.05, qPrintable(QString::number(half)));
}

void TestGptq::keeps_the_weight_where_images_held_out_gain_nothing()
{
    const c10::InferenceMode inference;
    const at::Tensor inputs = random_inputs(200, 10, 4), weight = random_problem(3, 10, 6).target;
    const at::Tensor gram = at::mm(inputs.t(), inputs), right = at::mm(weight, gram);
    const ca::RowProblem problem = *ca::row_problem({gram, right * 1.5}, {gram, right * 0.9}, weight, 2, {}); // pull apart
    QVERIFY(at::equal(problem.target, weight));
}

void TestGptq::keeps_the_weight_where_sums_are_unusable_data()
{
    QTest::addColumn<float>("value");
    QTest::addRow("zero") << 0.0F;
    QTest::addRow("not a number") << std::nanf("");
    QTest::addRow("infinity") << INFINITY;
}

void TestGptq::keeps_the_weight_where_sums_are_unusable()
{
    QFETCH(float, value);
    const c10::InferenceMode inference;
    const at::Tensor weight = random_problem(3, 5, 6).target;
    const ca::GroupSums sums{at::full({5, 5}, value), at::full({3, 5}, value)};
    const ca::RowProblem problem = *ca::row_problem(sums, sums, weight, 2, {});
    QVERIFY(at::equal(problem.target, weight));
    QVERIFY(at::equal(problem.hessian, at::eye(5, at::kFloat)));
}

void TestGptq::keeps_the_weight_where_targets_are_no_numbers_data()
{
    QTest::addColumn<float>("value");
    QTest::addRow("not a number") << std::nanf("");
    QTest::addRow("infinity") << INFINITY;
}

/// The quantized network gives numbers, the float one does not.
void TestGptq::keeps_the_weight_where_targets_are_no_numbers()
{
    QFETCH(float, value);
    const c10::InferenceMode inference;
    const at::Tensor inputs = random_inputs(200, 10, 4), weight = random_problem(3, 10, 6).target;
    const at::Tensor gram = at::mm(inputs.t(), inputs), right = at::mm(weight, gram);
    at::Tensor broken = right.clone();
    broken[1][2] = value;
    for (const bool held : {false, true}) {
        const ca::RowProblem problem =
            *ca::row_problem({gram, held ? right : broken}, {gram, held ? broken : right}, weight, 1, {});
        QVERIFY(at::equal(problem.target, weight));
        QVERIFY(at::isfinite(problem.hessian).all().item<bool>());
        const auto rounded = ca::round_gptq(problem, integer_scheme(4), 1, {});
        QVERIFY(rounded);
        const std::vector<float> values = ca::dequantize(*rounded);
        for (const float found : values)
            QVERIFY(std::isfinite(found));
    }
}

QTEST_APPLESS_MAIN(TestGptq)
#include "test_gptq_torch.moc"
