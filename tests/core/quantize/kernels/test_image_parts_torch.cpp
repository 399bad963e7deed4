// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/image_parts_torch.h"
#include "core/quantize/kernels/int8_kernels_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <QTest>

namespace {

class TestImageParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void finds_the_axis_of_the_images_data();
    void finds_the_axis_of_the_images();
    void each_image_has_the_grid_of_its_own_values();
    void a_kernel_sees_one_image_and_its_numbers();
    void images_may_come_in_turns();
};

using Sizes = std::vector<std::int64_t>;

void TestImageParts::finds_the_axis_of_the_images_data()
{
    QTest::addColumn<Sizes>("sizes");
    QTest::addColumn<Sizes>("of_one");
    QTest::addColumn<Sizes>("expected"); // axis, size, count
    QTest::addRow("pictures") << Sizes{7, 3, 32, 32} << Sizes{1, 3, 32, 32} << Sizes{0, 1, 7};
    QTest::addRow("tokens first") << Sizes{65, 4, 192} << Sizes{65, 1, 192} << Sizes{1, 1, 4};
    QTest::addRow("windows of images") << Sizes{12, 49, 96} << Sizes{4, 49, 96} << Sizes{0, 4, 3};
    QTest::addRow("one image") << Sizes{1, 10} << Sizes{1, 10} << Sizes{0, 1, 1};
    QTest::addRow("two axes differ") << Sizes{2, 6} << Sizes{1, 3} << Sizes{0, 2, 1};
    QTest::addRow("no whole factor") << Sizes{5, 6} << Sizes{2, 6} << Sizes{0, 5, 1};
}

void TestImageParts::finds_the_axis_of_the_images()
{
    QFETCH(Sizes, sizes);
    QFETCH(Sizes, of_one);
    const ca::ImageParts parts = ca::image_parts(sizes, {of_one, false});
    QTEST(Sizes({parts.axis, parts.size, parts.count}), "expected");
}

void TestImageParts::each_image_has_the_grid_of_its_own_values()
{
    // Tokens first: the second image's values are a hundred times the first's.
    const at::Tensor x = at::zeros({3, 2, 2});
    x.select(1, 0).copy_(at::tensor({0.0F, 0.5F, 1.0F, 2.0F, 1.5F, 0.25F}).view({3, 2}));
    x.select(1, 1).copy_(at::tensor({-100.0F, 50.0F, 0.0F, 155.0F, 10.0F, 20.0F}).view({3, 2}));
    ca::Stack stack{x};
    ca::dynamic_quantize_kernel({{3, 1, 2}, false})(stack);
    const auto scales = stack[1].toDoubleVector();
    const auto levels = static_cast<double>(ca::exact_levels());
    QCOMPARE(scales.size(), std::size_t(2));
    QVERIFY(qAbs(scales[0] - 2.0 / levels) < 1e-6 && qAbs(scales[1] - 255.0 / levels) < 1e-6);
    const at::Tensor q = stack[0].toTensor();
    for (std::int64_t image = 0; image < 2; ++image) {
        const auto place = static_cast<std::size_t>(image);
        const at::Tensor read =
            (q.select(1, image).to(at::kDouble) - static_cast<double>(stack[2].toIntVector()[place])) * scales[place];
        QVERIFY((read - x.select(1, image)).abs().max().item<double>() <= scales[place] * 0.5001);
    }
}

void TestImageParts::a_kernel_sees_one_image_and_its_numbers()
{
    // result = (x - zero) * scale + residual
    const auto kernel = ca::for_each_image(
        [](ca::Stack &stack) {
            const at::Tensor sum = (stack[0].toTensor() - stack[2].toInt()) * stack[1].toDouble() + stack[3].toTensor();
            stack.assign(1, sum);
        },
        {{1, 2}, false});
    const at::Tensor x = at::tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}).view({3, 2});
    const std::vector<double> scales{1, 10, 100};
    const std::vector<std::int64_t> zeros{0, 1, 2};
    ca::Stack own{x, scales, zeros, x}, shared{x, scales, zeros, at::tensor({0.5, 0.25}).view({1, 2})};
    kernel(own);
    kernel(shared);
    QVERIFY(at::equal(own[0].toTensor(), at::tensor({2.0, 4.0, 23.0, 34.0, 305.0, 406.0}).view({3, 2})));
    QVERIFY(at::equal(shared[0].toTensor(), at::tensor({1.5, 2.25, 20.5, 30.25, 300.5, 400.25}).view({3, 2})));
}

/// Two tokens of three images in one axis: token 0 of all images, then token 1.
void TestImageParts::images_may_come_in_turns()
{
    const at::Tensor x = at::tensor({0.0, 10.0, 200.0, 1.0, -5.0, 100.0}, at::kFloat).view({6, 1});
    const ca::ImageLayout layout{{2, 1}, true};
    const ca::ImageParts parts = ca::image_parts(x.sizes(), layout);
    QVERIFY(at::equal(parts.of(x, 1), at::tensor({10.0, -5.0}, at::kFloat).view({2, 1})));
    QVERIFY(at::equal(parts.joined({parts.of(x, 0), parts.of(x, 1), parts.of(x, 2)}), x));
    ca::Stack stack{x};
    ca::dynamic_quantize_kernel(layout)(stack);
    const auto scales = stack[1].toDoubleVector();
    const auto levels = static_cast<double>(ca::exact_levels());
    QCOMPARE(scales.size(), std::size_t(3));
    for (const auto &[image, span] : {std::pair<std::size_t, double>(0, 1), {1, 15}, {2, 200}})
        QVERIFY(qAbs(scales[image] - span / levels) < 1e-6 * span);
    ca::for_each_image(
        [](ca::Stack &part) {
            const at::Tensor values = (part[0].toTensor().to(at::kFloat) - part[2].toInt()) * part[1].toDouble();
            part.assign(1, values);
        },
        layout)(stack);
    const at::Tensor error = (stack[0].toTensor() - x).abs().view({2, 3});
    for (std::int64_t image = 0; image < 3; ++image)
        QVERIFY(error.select(1, image).max().item<double>() <= 0.5001 * scales[static_cast<std::size_t>(image)]);
}

} // namespace

QTEST_APPLESS_MAIN(TestImageParts)
#include "test_image_parts_torch.moc"
