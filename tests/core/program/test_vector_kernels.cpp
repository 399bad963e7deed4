// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/vector_kernels.h"

#include <QtTest>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

namespace {

std::vector<float> normal(std::int64_t count, unsigned seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> draw;
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float &value : values)
        value = draw(generator);
    return values;
}

/// softmax(scale q kᵀ) v in double.
std::vector<double> by_definition(const ca::AttentionShape &shape, const ca::AttentionSide &q, const ca::AttentionSide &k,
                                  const ca::AttentionSide &v, std::int64_t image)
{
    const auto at = [&](const ca::AttentionSide &side, std::int64_t head, std::int64_t token, std::int64_t i) {
        return static_cast<double>(side.values[image * side.batch + head * side.head + token * side.token + i]);
    };
    std::vector<double> out(static_cast<std::size_t>(shape.queries * shape.heads * shape.width));
    for (std::int64_t head = 0; head < shape.heads; ++head)
        for (std::int64_t query = 0; query < shape.queries; ++query) {
            std::vector<double> weights;
            double sum = 0;
            for (std::int64_t key = 0; key < shape.keys; ++key) {
                double product = 0;
                for (std::int64_t i = 0; i < shape.width; ++i)
                    product += at(q, head, query, i) * at(k, head, key, i);
                weights.push_back(std::exp(product * static_cast<double>(shape.scale)));
                sum += weights.back();
            }
            for (std::int64_t i = 0; i < shape.width; ++i) {
                double mixed = 0;
                for (std::int64_t key = 0; key < shape.keys; ++key)
                    mixed += weights[static_cast<std::size_t>(key)] / sum * at(v, head, key, i);
                out[static_cast<std::size_t>((query * shape.heads + head) * shape.width + i)] = mixed;
            }
        }
    return out;
}

} // namespace

/// Float loops against their definitions in double.
class TestVectorKernels final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gates_by_a_sigmoid();
    void gates_in_bfloat16();
    void attends_data();
    void attends();
    void attends_to_one_key_among_large_scores();
    void keeps_what_is_no_number();
};

void TestVectorKernels::gates_by_a_sigmoid()
{
    std::vector<float> values{0, 1, -1, 3.5F, -60, -200, 60, 1000};
    for (const float value : normal(37, 1))
        values.push_back(5 * value);
    for (std::size_t count = 1; count <= values.size(); ++count) {
        std::vector<float> out(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
        ca::quick_gelu(out);
        for (std::size_t i = 0; i < count; ++i) {
            const double x = static_cast<double>(values[i]), expected = x / (1 + std::exp(-1.702 * x));
            QVERIFY2(std::abs(static_cast<double>(out[i]) - expected) <= 1e-6 * std::abs(expected) + 1e-30,
                     qPrintable(QString::number(x)));
        }
    }
}

void TestVectorKernels::gates_in_bfloat16()
{
    // The upper half of a float's bits: 1, -2, 0.5, NaN, and 200 bit patterns from -4 to 4.
    std::vector<std::uint16_t> values{0x3F80, 0xC000, 0x3F00, 0x7FFF};
    for (unsigned i = 0; i < 100; ++i) {
        values.push_back(static_cast<std::uint16_t>(0x3E00 + 4 * i));
        values.push_back(static_cast<std::uint16_t>(0xBE00 + 4 * i));
    }
    const auto as_float = [](std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U); };
    auto out = values;
    ca::quick_gelu_bf16(out);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double x = static_cast<double>(as_float(values[i])), expected = x / (1 + std::exp(-1.702 * x));
        if (i == 3)
            QVERIFY(std::isnan(as_float(out[i])));
        else // half a unit of the last of 8 places
            QVERIFY(std::abs(static_cast<double>(as_float(out[i])) - expected) <= std::abs(expected) * (0x1p-8 + 1e-5));
    }
}

void TestVectorKernels::attends_data()
{
    QTest::addColumn<QList<int>>("sizes"); // images, heads, queries, keys, width
    QTest::newRow("as a small ViT") << QList<int>{2, 3, 65, 65, 64};
    QTest::newRow("one query") << QList<int>{1, 2, 1, 20, 32};
    QTest::newRow("one key") << QList<int>{1, 1, 7, 1, 16};
    QTest::newRow("fewer queries than a block") << QList<int>{1, 1, 5, 33, 48};
    QTest::newRow("more keys than queries") << QList<int>{1, 2, 12, 40, 80};
}

void TestVectorKernels::attends()
{
    QFETCH(QList<int>, sizes);
    const ca::AttentionShape shape{sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], 0.3F};
    // Tokens outermost, heads within, as a packed linear layer leaves them; keys with room between tokens.
    const std::int64_t width = shape.heads * shape.width, apart = width + 5;
    const auto q = normal(shape.batch * shape.queries * width, 1), k = normal(shape.batch * shape.keys * apart, 2),
               v = normal(shape.batch * shape.keys * width, 3);
    const ca::AttentionSide queries{q.data(), shape.queries * width, shape.width, width},
        keys{k.data(), shape.keys * apart, shape.width, apart}, values{v.data(), shape.keys * width, shape.width, width};
    for (std::int64_t image = 0; image < shape.batch; ++image) {
        std::vector<float> out(static_cast<std::size_t>(shape.queries * width));
        ca::attend(shape, queries, keys, values, image, out.data());
        const auto expected = by_definition(shape, queries, keys, values, image);
        for (std::size_t i = 0; i < out.size(); ++i)
            QVERIFY(std::abs(static_cast<double>(out[i]) - expected[i]) < 1e-5);
    }
}

/// Scores of 600 and -600: e^600 is no float, yet softmax is 1 and 0.
void TestVectorKernels::attends_to_one_key_among_large_scores()
{
    std::vector<float> q(16, 1.0F), k(32), v(32);
    std::fill(k.begin(), k.begin() + 16, 37.5F);
    std::fill(k.begin() + 16, k.end(), -37.5F);
    std::fill(v.begin(), v.begin() + 16, 2.0F);
    std::fill(v.begin() + 16, v.end(), 9.0F);
    std::vector<float> out(16);
    ca::attend({1, 1, 1, 2, 16, 1.0F}, {q.data(), 16, 16, 16}, {k.data(), 32, 32, 16}, {v.data(), 32, 32, 16}, 0, out.data());
    QCOMPARE(out, std::vector<float>(16, 2.0F));
}

void TestVectorKernels::keeps_what_is_no_number()
{
    std::vector<float> values(3, NAN);
    ca::quick_gelu(values);
    QVERIFY(std::isnan(values[2]));
    std::vector<float> q(16, NAN), k(16, 1.0F), out(16);
    ca::attend({1, 1, 1, 1, 16, 1.0F}, {q.data(), 16, 16, 16}, {k.data(), 16, 16, 16}, {k.data(), 16, 16, 16}, 0, out.data());
    QVERIFY(std::isnan(out[0]));
}

QTEST_APPLESS_MAIN(TestVectorKernels)
#include "test_vector_kernels.moc"
