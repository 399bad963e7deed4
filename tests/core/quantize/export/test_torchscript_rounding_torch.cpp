// SPDX-License-Identifier: GPL-3.0-or-later
// The methods that a portable file rounds inputs with, against the kernels that they stand for.
#include "core/quantize/export/torchscript_torch.h"
#include "core/quantize/kernels/image_parts_torch.h"
#include "core/quantize/kernels/int8_kernels_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <QTest>

namespace {

using Sizes = std::vector<std::int64_t>;

class TestTorchscriptRounding : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void images_have_the_grids_of_the_kernels_data();
    void images_have_the_grids_of_the_kernels();
};

/// No two pieces of it have the same least and greatest value, whatever axis they lie along.
at::Tensor uneven(const Sizes &sizes)
{
    std::int64_t count = 1;
    for (const std::int64_t side : sizes)
        count *= side;
    const at::Tensor places = at::arange(count, at::kFloat);
    return (places.mul(0.7311).sin() * (places + 1)).view(sizes);
}

/// What the kernels multiply: each image's values on its grid.
at::Tensor by_kernels(const at::Tensor &x, const ca::ImageLayout &layout)
{
    ca::Stack stack{x};
    ca::dynamic_quantize_kernel(layout)(stack);
    const auto scales = stack[1].toDoubleVector();
    const auto zeros = stack[2].toIntVector();
    const ca::ImageParts parts = ca::image_parts(x.sizes(), layout);
    std::vector<at::Tensor> pieces;
    for (std::size_t i = 0; i < scales.size(); ++i)
        pieces.push_back((parts.of(stack[0].toTensor(), static_cast<std::int64_t>(i)).to(at::kFloat) - zeros[i]) * scales[i]);
    return pieces.size() == 1 ? pieces[0] : parts.joined(pieces);
}

at::Tensor by_file(const at::Tensor &x, const ca::ImageLayout &layout)
{
    torch::jit::Module module("Rounding");
    module.define(ca::rounding_methods());
    return module.get_method("rounded_images")({x, layout.of_one, layout.in_turns, static_cast<double>(ca::exact_levels())})
        .toTensor();
}

void TestTorchscriptRounding::images_have_the_grids_of_the_kernels_data()
{
    QTest::addColumn<Sizes>("sizes");
    QTest::addColumn<Sizes>("of_one");
    QTest::addColumn<bool>("in_turns");
    QTest::addColumn<std::size_t>("grids");
    const auto row = [](const char *name, const Sizes &sizes, const Sizes &of_one, bool in_turns, std::size_t grids) {
        QTest::newRow(name) << sizes << of_one << in_turns << grids;
    };
    row("pictures", {7, 3, 4, 4}, {1, 3, 4, 4}, false, 7);
    row("tokens first", {5, 4, 6}, {5, 1, 6}, false, 4);
    row("channels last", {2, 3, 12}, {2, 3, 4}, false, 3);
    row("windows of images", {12, 9, 6}, {4, 9, 6}, false, 3);
    row("rows in turns", {6, 4}, {2, 4}, true, 3);
    row("in turns along the second axis", {3, 8, 2}, {3, 2, 2}, true, 4);
    row("one image", {1, 10}, {1, 10}, false, 1);
    row("one image, in turns", {4, 10}, {4, 10}, true, 1);
    row("two axes differ", {2, 6}, {1, 3}, false, 1);
    row("two axes differ, in turns", {2, 6}, {1, 3}, true, 1);
    row("no whole factor", {5, 6}, {2, 6}, false, 1);
    row("no whole factor, in turns", {5, 6}, {2, 6}, true, 1);
    row("fewer than one image", {2, 6}, {4, 6}, false, 1);
    row("nothing for one image", {2, 6}, {0, 6}, false, 1);
    row("another number of axes", {2, 6}, {1, 2, 6}, false, 1);
    row("unknown", {2, 6}, {}, false, 1);
}

void TestTorchscriptRounding::images_have_the_grids_of_the_kernels()
{
    QFETCH(Sizes, sizes);
    QFETCH(Sizes, of_one);
    QFETCH(bool, in_turns);
    QFETCH(std::size_t, grids);
    const ca::ImageLayout layout{of_one, in_turns};
    const at::Tensor x = uneven(sizes);
    ca::Stack stack{x};
    ca::dynamic_quantize_kernel(layout)(stack);
    QCOMPARE(stack[1].toDoubleVector().size(), grids);
    const at::Tensor kernels = by_kernels(x, layout), file = by_file(x, layout);
    QCOMPARE(file.sizes().vec(), sizes);
    const double error = (file - kernels).abs().max().item<double>();
    QVERIFY2(error <= 1e-6 * x.abs().max().item<double>(), qPrintable(QString::number(error)));
}

} // namespace

QTEST_APPLESS_MAIN(TestTorchscriptRounding)
#include "test_torchscript_rounding_torch.moc"
