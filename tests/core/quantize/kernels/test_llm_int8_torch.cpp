// SPDX-License-Identifier: GPL-3.0-or-later
// Against what bitsandbytes computes: tests/golden/llm_int8/make.py.
#include "core/quantize/kernels/row_product_torch.h"
#include "core/quantize/stored_weight.h"
#include "tests/support/shared_files.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <QtEndian>
#include <QtTest>

#include <bit>

namespace {

constexpr std::int64_t kColumns = 48, kOutputs = 7;

/// As make.py computes them.
at::Tensor numbers(std::int64_t count, std::int64_t seed)
{
    at::Tensor result = at::empty({count});
    for (std::int64_t i = 0; i < count; ++i) {
        const auto mixed = static_cast<std::uint64_t>(i + 1000 * seed) * 2654435761ULL % (1ULL << 32U) / 256;
        const double u = static_cast<double>(static_cast<std::int64_t>(mixed) - (1 << 23)) * 0x1p-23;
        result.data_ptr<float>()[i] = static_cast<float>(std::nearbyint(u * u * u * 0x1p14) * 0x1p-14);
    }
    return result;
}

at::Tensor inputs(std::int64_t rows, std::int64_t seed)
{
    return 5 * numbers(rows * kColumns, seed).view({rows, kColumns});
}

at::Tensor with_outliers(std::int64_t rows, std::int64_t seed)
{
    at::Tensor x = inputs(rows, seed);
    x[0][3] = 9;
    x[rows - 1][3] = 0.25;
    x[rows - 1][17] = -70.5;
    x[rows / 2][40] = 6;
    return x;
}

at::Tensor with_zeros(std::int64_t rows, std::int64_t seed)
{
    at::Tensor x = inputs(rows, seed);
    x[1] = 0;
    return x;
}

at::Tensor golden(const QString &name)
{
    QFile file(QString::fromStdString((source_folder() / "tests/golden/llm_int8/bitsandbytes.json").string()));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("the golden file is missing");
    const QByteArray bytes = QByteArray::fromHex(QJsonDocument::fromJson(file.readAll()).object()[name].toString().toLatin1());
    std::vector<float> values;
    for (qsizetype at = 0; at + 4 <= bytes.size(); at += 4)
        values.push_back(std::bit_cast<float>(qFromBigEndian<quint32>(bytes.constData() + at)));
    return at::tensor(values).view({-1, kOutputs});
}

/// Of a weight in the layer's shape.
ca::LlmLayer layer_of(const at::Tensor &weight, const at::Tensor &bias, double threshold)
{
    const at::Tensor plain = weight.contiguous();
    auto stored = ca::quantize_rows({plain.data_ptr<float>(), static_cast<std::size_t>(plain.numel())}, plain.size(0));
    return {at::from_blob(stored.values.data(), plain.sizes(), at::kChar).clone(),
            at::tensor(stored.scales),
            bias.defined() ? c10::IValue(bias) : c10::IValue(),
            threshold,
            {},
            {},
            {}};
}

at::Tensor run(const ca::Kernel &kernel, std::vector<at::Tensor> inputs)
{
    ca::Stack stack;
    for (at::Tensor &input : inputs)
        stack.emplace_back(std::move(input));
    kernel(stack);
    if (stack.size() != 1)
        qFatal("a kernel left %zu values", stack.size());
    return stack[0].toTensor();
}

double relative(const at::Tensor &got, const at::Tensor &expected)
{
    return ((got - expected).abs().max() / expected.abs().max()).item().toDouble();
}

} // namespace

/// LLM.int8() and layers with a scale for each token.
class TestLlmInt8 final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equals_bitsandbytes_data();
    void equals_bitsandbytes();
    void multiplies_as_well_without_integer_instructions();
    void convolves_as_the_unfolded_matrix_data();
    void convolves_as_the_unfolded_matrix();
    void adds_a_residual();
    void takes_no_rows();
    void scales_each_token();
    void gives_no_number_for_a_token_that_has_none();
};

void TestLlmInt8::equals_bitsandbytes_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("which");
    QTest::addColumn<double>("threshold");
    const QList<QPair<QString, double>> cases{{"no outliers", 6},     {"outliers", 6}, {"outliers kept in int8", 0},
                                              {"a low threshold", 1}, {"one row", 6},  {"a row of zeros", 6}};
    for (int i = 0; i < cases.size(); ++i)
        QTest::newRow(qPrintable(cases[i].first)) << cases[i].first << i << cases[i].second;
}

void TestLlmInt8::equals_bitsandbytes()
{
    QFETCH(QString, name);
    QFETCH(int, which);
    QFETCH(double, threshold);
    const std::vector<at::Tensor> all{inputs(6, 1), with_outliers(6, 2), with_outliers(6, 2),
                                      inputs(4, 3), with_outliers(1, 4), with_zeros(3, 5)};
    const at::Tensor x = all[static_cast<std::size_t>(which)],
                     weight = numbers(kOutputs * kColumns, 9).view({kOutputs, kColumns});
    const at::Tensor expected = golden(name);
    const auto kernel = ca::llm_layer(layer_of(weight, numbers(kOutputs, 10), threshold));
    QCOMPARE(run(kernel, {x}).sizes(), expected.sizes());
    // bitsandbytes' constant for 1 / 127^2 is 1.8e-5 too large.
    QVERIFY2(relative(run(kernel, {x}), expected) < 1e-4, qPrintable(QString::number(relative(run(kernel, {x}), expected))));
    QVERIFY(relative(run(kernel, {x.unsqueeze(0)})[0], expected) < 1e-4);
}

void TestLlmInt8::multiplies_as_well_without_integer_instructions()
{
    at::manual_seed(2);
    const at::Tensor weight = at::randint(-127, 128, {33, 70}, at::kChar), scales = at::rand({33}) + 0.1,
                     rows = at::randint(0, 256, {9, 70}, at::kByte);
    const at::Tensor expected =
        at::mul(at::matmul(rows.to(at::kDouble) - 128, weight.to(at::kDouble).t()), scales.to(at::kDouble));
    QVERIFY(relative(ca::row_product(weight, scales)(rows), expected) < 1e-6);
    QVERIFY(relative(ca::float_row_product(weight, scales)(rows), expected) < 1e-6);
}

void TestLlmInt8::convolves_as_the_unfolded_matrix_data()
{
    QTest::addColumn<QList<int>>("shape"); // channels, kernel, stride, padding, dilation
    QTest::newRow("3 x 3") << QList<int>{5, 3, 1, 1, 1};
    QTest::newRow("stride 2") << QList<int>{4, 3, 2, 0, 1};
    QTest::newRow("dilated") << QList<int>{3, 3, 1, 2, 2};
    QTest::newRow("1 x 1") << QList<int>{16, 1, 1, 0, 1};
    QTest::newRow("patches") << QList<int>{3, 4, 4, 0, 1};
}

void TestLlmInt8::convolves_as_the_unfolded_matrix()
{
    QFETCH(QList<int>, shape);
    const std::int64_t channels = shape[0], kernel = shape[1];
    at::manual_seed(3);
    at::Tensor x = at::randn({2, channels, 8, 8});
    x[0][1][4][5] = 11; // an outlier: a column for each place in the window that it comes to
    const at::Tensor weight = at::randn({6, channels, kernel, kernel}), bias = at::randn({6});
    auto layer = layer_of(weight, bias, 6);
    const std::vector<std::int64_t> stride(2, shape[2]), padding(2, shape[3]), dilation(2, shape[4]);
    // The linear layer of LLM.int8() on at::im2col's matrix, whose columns are in the weight's own order.
    const at::Tensor columns = at::im2col(x, {kernel, kernel}, dilation, padding, stride).transpose(1, 2);
    auto linear = layer;
    linear.weight = layer.weight.view({6, -1});
    const at::Tensor table = run(ca::llm_layer(linear), {columns.contiguous()});
    layer.stride = stride;
    layer.padding = padding;
    layer.dilation = dilation;
    const at::Tensor got = run(ca::llm_layer(layer), {x});
    const at::Tensor floats = at::conv2d(x, weight, bias, stride, padding, dilation);
    QCOMPARE(got.sizes(), floats.sizes());
    QVERIFY(relative(got, table.transpose(1, 2).reshape(got.sizes())) < 1e-6);
    QVERIFY(relative(got, floats) < 0.02);
}

void TestLlmInt8::adds_a_residual()
{
    at::manual_seed(4);
    const at::Tensor x = at::randn({2, 3, 8, 8}), weight = at::randn({4, 3, 1, 1}), residual = at::randn({2, 4, 8, 8});
    auto layer = layer_of(weight, {}, 6);
    layer.stride = layer.dilation = {1, 1};
    layer.padding = {0, 0};
    const auto kernel = ca::llm_layer(layer);
    const at::Tensor before = residual.clone();
    QVERIFY(relative(run(kernel, {x, residual}), run(kernel, {x}) + residual) < 1e-6);
    QVERIFY(at::equal(residual, before));
}

void TestLlmInt8::takes_no_rows()
{
    const auto layer = layer_of(at::randn({4, 8}), {}, 6);
    QCOMPARE(run(ca::llm_layer(layer), {at::empty({0, 8})}).sizes(), (std::vector<std::int64_t>{0, 4}));
    QCOMPARE(run(ca::token_linear({layer.weight, layer.scales, {}}), {at::empty({2, 0, 8})}).sizes(),
             (std::vector<std::int64_t>{2, 0, 4}));
}

void TestLlmInt8::scales_each_token()
{
    at::manual_seed(5);
    at::Tensor x = at::randn({2, 5, 40}) + 1;
    x[0][1].mul_(1000); // another token does not feel it
    x[1][2].fill_(-3);
    x[1][3].zero_();
    const at::Tensor codes = at::randint(-127, 128, {12, 40}, at::kChar), scales = at::rand({12}) * 0.01, bias = at::randn({12});
    const at::Tensor residual = at::randn({2, 5, 12});
    const at::Tensor got = run(ca::token_linear({codes, scales, bias}), {x, residual});

    // Each row on its own grid, in double.
    const at::Tensor rows = x.view({10, 40}).to(at::kDouble);
    const at::Tensor low = at::clamp_max(at::amin(rows, 1, true), 0), high = at::clamp_min(at::amax(rows, 1, true), 0);
    const at::Tensor step = at::where(high > low, (high - low) / 255, at::ones_like(low));
    const at::Tensor zero = at::round(-low / step);
    const at::Tensor rounded = (at::clamp(at::round(rows / step) + zero, 0, 255) - zero) * step;
    const at::Tensor weight = codes.to(at::kDouble) * scales.to(at::kDouble).unsqueeze(1);
    const at::Tensor expected = at::linear(rounded, weight, bias.to(at::kDouble)) + residual.view({10, 12});
    const at::Tensor differences = (got.view({10, 12}) - expected).abs().amax(1), sizes = expected.abs().amax(1);
    // A value on the border between two steps may fall to the other side in single precision.
    const at::Tensor a_step = step.squeeze(1) * weight.abs().max() * 2;
    QVERIFY((differences <= a_step + sizes * 1e-5).all().item().toBool());
    QVERIFY(at::equal(got[1][3], bias + residual[1][3]));
}

void TestLlmInt8::gives_no_number_for_a_token_that_has_none()
{
    at::Tensor x = at::ones({3, 8});
    x[1][2] = NAN;
    x[2][0] = INFINITY;
    const auto layer = layer_of(at::ones({4, 8}), {}, 0);
    for (const at::Tensor &y : {run(ca::llm_layer(layer), {x}), run(ca::token_linear({layer.weight, layer.scales, {}}), {x})}) {
        QVERIFY(at::isfinite(y[0]).all().item().toBool());
        QVERIFY(!at::isfinite(y[1]).any().item().toBool());
        QVERIFY(!at::isfinite(y[2]).any().item().toBool());
    }
}

QTEST_APPLESS_MAIN(TestLlmInt8)
#include "test_llm_int8_torch.moc"
