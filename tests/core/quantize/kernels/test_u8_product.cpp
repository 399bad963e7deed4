// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/u8_product.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

namespace {

using ca::ProductActivation;

struct Layer {
    std::int64_t rows, columns, outputs;
    std::vector<std::uint8_t> x;
    std::vector<std::int8_t> weight;
    std::vector<float> scales, bias, addend;
};

Layer random_layer(std::int64_t rows, std::int64_t columns, std::int64_t outputs)
{
    std::mt19937 generator(3);
    std::uniform_int_distribution<int> u8(0, 255), s8(-128, 127);
    std::uniform_real_distribution<float> scale(0.0002F, 0.002F), bias(-2, 2);
    Layer layer{rows, columns, outputs, {}, {}, {}, {}, {}};
    for (std::int64_t i = 0; i < rows * columns; ++i)
        layer.x.push_back(static_cast<std::uint8_t>(u8(generator)));
    for (std::int64_t i = 0; i < outputs * columns; ++i)
        layer.weight.push_back(static_cast<std::int8_t>(s8(generator)));
    for (std::int64_t i = 0; i < outputs; ++i) {
        layer.scales.push_back(scale(generator));
        layer.bias.push_back(bias(generator));
    }
    for (std::int64_t i = 0; i < rows * outputs; ++i)
        layer.addend.push_back(bias(generator));
    return layer;
}

double activated(double x, const ca::ProductFinish &finish)
{
    switch (finish.activation) {
    case ProductActivation::none:
        return x;
    case ProductActivation::relu:
        return std::max(x, 0.0);
    case ProductActivation::clip:
        return std::clamp(x, static_cast<double>(finish.low), static_cast<double>(finish.high));
    case ProductActivation::gelu:
        return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case ProductActivation::quick_gelu:
        return x / (1 + std::exp(-1.702 * x));
    case ProductActivation::swish:
        return x / (1 + std::exp(-x));
    }
    return NAN;
}

/// Integer sums, then double.
std::vector<double> by_definition(const Layer &layer, ca::U8Grid input, const ca::ProductFinish &finish, bool with_bias)
{
    std::vector<double> result;
    for (std::int64_t row = 0; row < layer.rows; ++row)
        for (std::int64_t output = 0; output < layer.outputs; ++output) {
            std::int64_t sum = 0;
            for (std::int64_t c = 0; c < layer.columns; ++c)
                sum += (layer.x[static_cast<std::size_t>(row * layer.columns + c)] - input.zero)
                    * layer.weight[static_cast<std::size_t>(output * layer.columns + c)];
            double y = static_cast<double>(sum) * static_cast<double>(input.scale)
                * static_cast<double>(layer.scales[static_cast<std::size_t>(output)]);
            if (with_bias)
                y += static_cast<double>(layer.bias[static_cast<std::size_t>(output)]);
            if (finish.addend)
                y += static_cast<double>(finish.addend[result.size()]);
            result.push_back(activated(y, finish));
        }
    return result;
}

} // namespace

/// Loops for VNNI against plain integer arithmetic.
class TestU8Product final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void multiplies_data();
    void multiplies();
    void activates_data();
    void activates();
    void writes_u8();
    void writes_nothing_beyond_its_results();
    void gives_the_ends_of_the_grid_for_what_is_beyond_it();
};

void TestU8Product::initTestCase()
{
    if (!ca::U8Product::has_instructions())
        QSKIP("This processor has no AVX512-VNNI.");
}

void TestU8Product::multiplies_data()
{
    QTest::addColumn<QList<int>>("sizes"); // rows, columns, outputs
    QTest::newRow("one row") << QList<int>{1, 64, 10};
    QTest::newRow("five rows") << QList<int>{5, 8, 64};
    QTest::newRow("a block of rows") << QList<int>{6, 12, 16};
    QTest::newRow("a block and one") << QList<int>{7, 100, 65};
    QTest::newRow("many") << QList<int>{65, 192, 130};
    QTest::newRow("one output") << QList<int>{9, 4, 1};
    QTest::newRow("no row") << QList<int>{0, 16, 16};
    for (const int rows : {1, 2, 31, 32, 33, 37, 50, 63, 64, 65, 70}) { // about the ends of tiles of 16 and 32 rows
        QTest::addRow("%d rows of whole tiles", rows) << QList<int>{rows, 128, 48};
        QTest::addRow("%d rows, a part of a tile of outputs", rows) << QList<int>{rows, 192, 21};
        QTest::addRow("%d rows of columns that 64 does not divide", rows) << QList<int>{rows, 68, 33};
    }
}

void TestU8Product::multiplies()
{
    QFETCH(QList<int>, sizes);
    const Layer layer = random_layer(sizes[0], sizes[1], sizes[2]);
    for (const bool with_bias : {false, true})
        for (const bool added : {false, true}) {
            const ca::U8Product product(layer.weight, layer.scales, with_bias ? layer.bias : std::vector<float>());
            const ca::U8Grid input{0.03F, 117};
            ca::ProductFinish finish;
            finish.addend = added ? layer.addend.data() : nullptr;
            std::vector<float> out(static_cast<std::size_t>(layer.rows * layer.outputs));
            product.multiply(layer.x.data(), layer.rows, input, finish, out.data());
            const auto expected = by_definition(layer, input, finish, with_bias);
            for (std::size_t i = 0; i < out.size(); ++i)
                QVERIFY(std::abs(static_cast<double>(out[i]) - expected[i]) < 1e-5 * (1 + std::abs(expected[i])));
        }
}

void TestU8Product::activates_data()
{
    QTest::addColumn<ProductActivation>("activation");
    QTest::newRow("relu") << ProductActivation::relu;
    QTest::newRow("clip") << ProductActivation::clip;
    QTest::newRow("gelu") << ProductActivation::gelu;
    QTest::newRow("quick gelu") << ProductActivation::quick_gelu;
    QTest::newRow("swish") << ProductActivation::swish;
}

void TestU8Product::activates()
{
    QFETCH(ProductActivation, activation);
    const Layer layer = random_layer(8, 64, 48);
    const ca::U8Product product(layer.weight, layer.scales, layer.bias);
    for (const float scale : {0.001F, 0.05F, 3.0F}) { // results about 0, about 1, and hundreds
        ca::ProductFinish finish{activation, 0, 6, nullptr, {}};
        std::vector<float> out(8 * 48);
        product.multiply(layer.x.data(), 8, {scale, 120}, finish, out.data());
        const auto expected = by_definition(layer, {scale, 120}, finish, true);
        for (std::size_t i = 0; i < out.size(); ++i)
            QVERIFY(std::abs(static_cast<double>(out[i]) - expected[i]) < 2e-6 * (1 + std::abs(expected[i])));
    }
}

void TestU8Product::writes_u8()
{
    const Layer layer = random_layer(13, 32, 33);
    const ca::U8Product product(layer.weight, layer.scales, layer.bias);
    ca::ProductFinish finish{ProductActivation::gelu, 0, 0, nullptr, ca::U8Grid{0.01F, 17}};
    std::vector<std::uint8_t> out(13 * 33);
    product.multiply(layer.x.data(), 13, {0.01F, 100}, finish, out.data());
    const auto expected = by_definition(layer, {0.01F, 100}, finish, true);
    for (std::size_t i = 0; i < out.size(); ++i)
        QVERIFY(std::abs(out[i] - std::clamp(expected[i] / 0.01 + 17, 0.0, 255.0)) < 0.51);
}

void TestU8Product::writes_nothing_beyond_its_results()
{
    const Layer layer = random_layer(7, 16, 19);
    const ca::U8Product product(layer.weight, layer.scales, layer.bias);
    std::vector<float> floats(7 * 19 + 16, -77.0F);
    product.multiply(layer.x.data(), 7, {0.01F, 1}, {}, floats.data());
    QVERIFY(std::all_of(floats.begin() + 7 * 19, floats.end(), [](float value) { return value == -77.0F; }));
    ca::ProductFinish to_u8;
    to_u8.grid = ca::U8Grid{0.1F, 3};
    std::vector<std::uint8_t> bytes(7 * 19 + 16, 211);
    product.multiply(layer.x.data(), 7, {0.01F, 1}, to_u8, bytes.data());
    QVERIFY(std::all_of(bytes.begin() + 7 * 19, bytes.end(), [](std::uint8_t value) { return value == 211; }));
}

void TestU8Product::gives_the_ends_of_the_grid_for_what_is_beyond_it()
{
    const std::vector<std::int8_t> weight{1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0};
    const std::vector<std::uint8_t> x{200, 0, 0, 0};
    ca::ProductFinish finish;
    finish.grid = ca::U8Grid{1e-6F, 40};
    std::vector<std::uint8_t> out(3);
    const std::vector<float> scales{1e6F, 1e6F, NAN};
    ca::U8Product(weight, scales, {}).multiply(x.data(), 1, {1, 0}, finish, out.data());
    QCOMPARE(out, (std::vector<std::uint8_t>{255, 0, 0}));
}

QTEST_APPLESS_MAIN(TestU8Product)
#include "test_u8_product.moc"
