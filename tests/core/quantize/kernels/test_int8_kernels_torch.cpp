// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/int8_kernels_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <QtTest>

#include <algorithm>
#include <cmath>

namespace {

struct Case {
    std::int64_t in = 8, out = 16, size = 7, kernel = 3, stride = 1, padding = 1, groups = 1;
};

/// What the integers say, in double: sum of (q - zero) * w, scales, bias, residual, ReLU, and the output's grid. No kernel is
/// asked.
std::vector<double> by_hand(const at::Tensor &q, const at::Tensor &w, const at::Tensor &scales, const at::Tensor &bias,
                            const Case &c, int zero, double scale, const at::Tensor &residual, bool relu)
{
    const at::Tensor plain = q.contiguous();
    const auto *values = plain.data_ptr<std::uint8_t>();
    const std::int64_t n = q.size(0), side = (c.size + 2 * c.padding - c.kernel) / c.stride + 1, per_group = c.in / c.groups,
                       out_per_group = c.out / c.groups;
    const at::Tensor extra = residual.defined() ? residual.contiguous() : residual;
    std::vector<double> result;
    for (std::int64_t b = 0; b < n; ++b)
        for (std::int64_t o = 0; o < c.out; ++o)
            for (std::int64_t y = 0; y < side; ++y)
                for (std::int64_t z = 0; z < side; ++z) {
                    std::int64_t sum = 0;
                    for (std::int64_t i = 0; i < per_group; ++i)
                        for (std::int64_t ky = 0; ky < c.kernel; ++ky)
                            for (std::int64_t kx = 0; kx < c.kernel; ++kx) {
                                const std::int64_t iy = y * c.stride - c.padding + ky, ix = z * c.stride - c.padding + kx;
                                if (iy < 0 || ix < 0 || iy >= c.size || ix >= c.size)
                                    continue;
                                const std::int64_t channel = o / out_per_group * per_group + i;
                                const int value = values[((b * c.in + channel) * c.size + iy) * c.size + ix];
                                const int weight =
                                    w.data_ptr<std::int8_t>()[((o * per_group + i) * c.kernel + ky) * c.kernel + kx];
                                sum += static_cast<std::int64_t>(value - zero) * weight;
                            }
                    double real = static_cast<double>(sum) * scale * static_cast<double>(scales.data_ptr<float>()[o])
                        + static_cast<double>(bias.data_ptr<float>()[o]);
                    if (extra.defined())
                        real += static_cast<double>(extra.data_ptr<float>()[result.size()]);
                    result.push_back(relu ? std::max(real, 0.0) : real);
                }
    return result;
}

double worst(const at::Tensor &got, const std::vector<double> &expected)
{
    const at::Tensor plain = got.to(at::kDouble).contiguous();
    if (static_cast<std::size_t>(plain.numel()) != expected.size())
        return INFINITY;
    double difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        difference = std::max(difference, std::abs(plain.data_ptr<double>()[i] - expected[i]));
    return difference;
}

} // namespace

/// Packed kernels against plain integer arithmetic.
class TestInt8Kernels final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void convolves_to_floats_data();
    void convolves_to_floats();
    void convolves_to_u8_within_one_step_data() { convolves_to_floats_data(); }
    void convolves_to_u8_within_one_step();
    void adds_a_u8_residual();
    void keeps_a_residual_that_others_hold();
    void multiplies();
    void splits_casts_and_pools_in_any_layout();

private:
    struct Setup {
        ca::Int8Layer layer;
        at::Tensor q;
        at::Tensor bias;
    };
    static Setup setup(const Case &c, int zero);
};

TestInt8Kernels::Setup TestInt8Kernels::setup(const Case &c, int zero)
{
    at::manual_seed(5);
    Setup made;
    made.q = at::randint(0, 256, {2, c.in, c.size, c.size}, at::kByte);
    made.bias = at::randn({c.out});
    made.layer.weight = at::randint(-127, 128, {c.out, c.in / c.groups, c.kernel, c.kernel}, at::kChar);
    made.layer.scales = at::rand({c.out}) * 0.01 + 0.001;
    made.layer.bias = made.bias;
    made.layer.input = {0.02F, zero};
    made.layer.stride = std::vector<std::int64_t>{c.stride, c.stride};
    made.layer.padding = std::vector<std::int64_t>{c.padding, c.padding};
    made.layer.dilation = std::vector<std::int64_t>{1, 1};
    made.layer.groups = c.groups;
    made.layer.input_shape = {1, c.in, c.size, c.size};
    return made;
}

void TestInt8Kernels::convolves_to_floats_data()
{
    QTest::addColumn<QList<int>>("shape");
    QTest::addColumn<int>("zero");
    QTest::newRow("3 x 3") << QList<int>{8, 16, 7, 3, 1, 1, 1} << 0;
    QTest::newRow("3 x 3 with a zero point at the padded edge") << QList<int>{8, 16, 7, 3, 1, 1, 1} << 113;
    QTest::newRow("stride 2") << QList<int>{8, 16, 8, 3, 2, 1, 1} << 3;
    QTest::newRow("1 x 1") << QList<int>{24, 12, 5, 1, 1, 0, 1} << 128;
    QTest::newRow("depthwise") << QList<int>{16, 16, 7, 3, 1, 1, 16} << 40;
    QTest::newRow("two groups") << QList<int>{8, 16, 6, 3, 1, 1, 2} << 9;
}

void TestInt8Kernels::convolves_to_floats()
{
    QFETCH(QList<int>, shape);
    QFETCH(int, zero);
    const Case c{shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6]};
    const Setup made = setup(c, zero);
    ca::Stack stack{made.q};
    ca::int8_convolution(made.layer)(stack);
    const auto expected = by_hand(made.q, made.layer.weight, made.layer.scales, made.bias, c, zero, 0.02, {}, false);
    QVERIFY(worst(stack[0].toTensor(), expected) < 1e-3);
}

void TestInt8Kernels::convolves_to_u8_within_one_step()
{
    QFETCH(QList<int>, shape);
    QFETCH(int, zero);
    const Case c{shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6]};
    Setup made = setup(c, zero);
    auto expected = by_hand(made.q, made.layer.weight, made.layer.scales, made.bias, c, zero, 0.02, {}, true);
    const double top = *std::max_element(expected.begin(), expected.end());
    made.layer.output = ca::u8_grid(0, static_cast<float>(top));
    made.layer.post_op = ca::PostOp{"relu", {}, {}};
    ca::Stack stack{made.q};
    ca::int8_convolution(made.layer)(stack);
    QVERIFY(stack[0].toTensor().scalar_type() == at::kByte);
    for (double &value : expected)
        value = std::nearbyint(value / static_cast<double>(made.layer.output->scale));
    QVERIFY(worst(stack[0].toTensor(), expected) <= 1.0);
}

void TestInt8Kernels::adds_a_u8_residual()
{
    const Case c;
    Setup made = setup(c, 7);
    const at::Tensor residual = at::randint(0, 256, {2, c.out, c.size, c.size}, at::kByte);
    const ca::U8Grid grid{0.5F, 100};
    made.layer.has_residual = true;
    made.layer.residual = grid;
    made.layer.output = ca::u8_grid(0, 60);
    made.layer.post_op = ca::PostOp{"relu", {}, {}};
    const at::Tensor floats = (residual.to(at::kFloat) - 100) * 0.5;
    auto expected = by_hand(made.q, made.layer.weight, made.layer.scales, made.bias, c, 7, 0.02, floats, true);
    for (double &value : expected)
        value = std::min(255.0, std::nearbyint(value / static_cast<double>(made.layer.output->scale)));
    ca::Stack stack{made.q, residual.clone()};
    ca::int8_convolution(made.layer)(stack);
    QCOMPARE(stack.size(), std::size_t{1});
    QVERIFY(worst(stack[0].toTensor(), expected) <= 1.0);
}

void TestInt8Kernels::keeps_a_residual_that_others_hold()
{
    const Case c;
    Setup made = setup(c, 0);
    made.layer.has_residual = true;
    made.layer.residual = ca::U8Grid{0.5F, 0};
    made.layer.output = ca::u8_grid(0, 60);
    const at::Tensor residual =
        at::randint(0, 256, {2, c.out, c.size, c.size}, at::kByte).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor before = residual.clone();
    ca::Stack stack{made.q, residual};
    ca::int8_convolution(made.layer)(stack);
    QVERIFY(at::equal(residual, before));
}

void TestInt8Kernels::multiplies()
{
    const Case c{33, 17, 1, 1, 1, 0, 1}; // a linear layer is a 1 x 1 convolution of one pixel
    Setup made = setup(c, 91);
    const auto expected = by_hand(made.q, made.layer.weight, made.layer.scales, made.bias, c, 91, 0.02, {}, false);
    made.layer.weight = made.layer.weight.view({17, 33});
    ca::Stack stack{made.q.view({2, 33})};
    ca::int8_linear(made.layer)(stack);
    QVERIFY(worst(stack[0].toTensor(), expected) < 1e-3);

    const at::Tensor residual = at::randn({2, 17});
    const auto with_residual = by_hand(made.q, made.layer.weight, made.layer.scales, made.bias, c, 91, 0.02, residual, false);
    made.layer.has_residual = true;
    ca::Stack added{made.q.view({2, 33}), residual};
    ca::int8_linear(made.layer)(added);
    QVERIFY(worst(added[0].toTensor(), with_residual) < 1e-3);
}

void TestInt8Kernels::splits_casts_and_pools_in_any_layout()
{
    const ca::U8Grid grid{0.1F, 30};
    const at::Tensor x = at::randn({2, 5, 6, 4}).permute({0, 3, 1, 2}); // channels last in memory
    ca::Stack stack{x};
    ca::quantize_kernel(grid)(stack);
    const at::Tensor q = stack[0].toTensor();
    const at::Tensor expected = at::clamp(at::round(x / 0.1) + 30, 0, 255);
    QVERIFY((q.to(at::kFloat) - expected).abs().max().item().toFloat() <= 1.0F);
    QVERIFY(q.sizes() == x.sizes() && q.strides() == x.strides());

    const std::vector<std::int64_t> three{3, 3}, two{2, 2}, one{1, 1};
    ca::Stack pool{q, three, two, one, one, true};
    ca::max_pool_kernel()(pool);
    const at::Tensor floats = at::max_pool2d(q.to(at::kFloat), three, two, one, one, true);
    QVERIFY(at::equal(pool[0].toTensor().to(at::kFloat), floats));
}

QTEST_APPLESS_MAIN(TestInt8Kernels)
#include "test_int8_kernels_torch.moc"
