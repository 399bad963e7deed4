// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/layer_rows_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <QtTest>

/// What a layer reads and gives at sampled positions.
class TestLayerRows final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gathers_what_a_convolution_reads_data();
    void gathers_what_a_convolution_reads();
    void samples_places_from_all_stretches();
    void takes_no_layer_whose_bias_is_computed();
};

namespace {

at::Tensor waves(std::int64_t rows, std::int64_t columns, double step)
{
    return at::sin(at::arange(rows * columns, at::kFloat) * step + 0.3).view({rows, columns});
}

} // namespace

void TestLayerRows::gathers_what_a_convolution_reads_data()
{
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("padding");
    QTest::addColumn<int>("dilation");
    QTest::addColumn<int>("groups");
    QTest::addRow("plain") << 1 << 1 << 1 << 1;
    QTest::addRow("stride, no padding") << 2 << 0 << 1 << 1;
    QTest::addRow("dilation") << 1 << 2 << 2 << 1;
    QTest::addRow("two groups") << 1 << 1 << 1 << 2;
    QTest::addRow("depthwise") << 2 << 1 << 1 << 4;
}

void TestLayerRows::gathers_what_a_convolution_reads()
{
    QFETCH(int, stride);
    QFETCH(int, padding);
    QFETCH(int, dilation);
    QFETCH(int, groups);
    const c10::InferenceMode inference;
    const at::Tensor input = waves(2 * 4 * 7, 6, 0.7).view({2, 4, 7, 6}), weight = waves(8, 4 / groups * 9, 1.3);
    const at::Tensor output = at::conv2d(input, weight.view({8, 4 / groups, 3, 3}), {}, stride, padding, dilation, groups);
    const ca::LayerProduct product{
        true, 8, 4 / groups * 9, groups, {3, 3}, {stride, stride}, {padding, padding}, {dilation, dilation}};
    const std::int64_t count = ca::positions_in(product, output);
    QCOMPARE(count, output.numel() / 8);
    const at::Tensor positions = ca::sample_positions(count, count, 1);
    at::Tensor rows = at::empty({groups, count, product.columns}, at::kFloat);
    ca::gather_inputs(product, input, output, positions, 0, rows);
    const at::Tensor wanted = ca::gather_outputs(product, output, positions);
    for (int group = 0; group < groups; ++group) {
        const at::Tensor given = at::mm(rows[group], weight.narrow(0, group * 8 / groups, 8 / groups).t());
        QVERIFY(at::allclose(given, wanted.narrow(1, group * 8 / groups, 8 / groups), 1e-4, 1e-4));
    }
}

void TestLayerRows::samples_places_from_all_stretches()
{
    const at::Tensor chosen = ca::sample_positions(1000, 10, 5);
    QCOMPARE(chosen.numel(), std::int64_t{10});
    for (std::int64_t i = 0; i < 10; ++i)
        QCOMPARE(chosen[i].item<std::int64_t>() / 100, i);
    QVERIFY(at::equal(chosen, ca::sample_positions(1000, 10, 5)));
    QVERIFY(!at::equal(chosen, ca::sample_positions(1000, 10, 6)));
    QVERIFY(at::equal(ca::sample_positions(3, 10, 5), at::arange(3)));
}

void TestLayerRows::takes_no_layer_whose_bias_is_computed()
{
    ca::Program::Data data;
    data.layers.push_back({.index = {}, .name = "fc", .kind = ca::LayerKind::linear, .shape = {3, 4}});
    data.layer_weights = {data.add(waves(3, 4, 1.0), "fc.weight")};
    const ca::Operand none = data.add({}), fixed = data.add(waves(1, 3, 1.0).view({3}));
    const auto product = [&](ca::Operand bias) {
        return ca::layer_product(data, {"aten::linear", "", {}, {0, data.layer_weights[0], bias}, {2}, 0, {}});
    };
    QVERIFY(product(none) && product(fixed));
    QVERIFY(!product(1)); // of another step
}

QTEST_APPLESS_MAIN(TestLayerRows)
#include "test_layer_rows_torch.moc"
