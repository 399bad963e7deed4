// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/equalization/bias_correction.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

/// Biases that make up for what quantized weights do to means.
class TestBiasCorrection final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void brings_means_back();
    void comes_nearer_on_images_that_it_did_not_see();
    void undoes_what_makes_other_images_worse();
    void has_nothing_to_do_without_biases();
    void has_nothing_to_do_without_images();
    void gives_the_same_with_any_threads();
    void is_cancelled();

private:
    [[nodiscard]] ca::Model load(const std::string &kind) const
    {
        const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }
    /// int8 weights, those of one layer a quarter too large.
    [[nodiscard]] static ca::QuantizedModel too_large(const ca::Model &model, const ca::Calibration &calibration,
                                                      const std::string &layer)
    {
        auto recipe = *ca::make_recipe(model, "int8-weight", {});
        auto made = ca::quantize_weights(model, recipe, calibration, 2, {}, {});
        if (!made)
            qFatal("%s", made.error().text().c_str());
        for (float &scale : std::get<ca::IntegerWeight>(made->weights.at(layer)).scales)
            scale *= 1.25F;
        made->recipe.options.correct_biases = true;
        return *made;
    }
    /// Outputs of the network as it is packed, on images `first` to `end` of the calibration.
    [[nodiscard]] static ca::Matrix outputs(const ca::QuantizedModel &model, const ca::Calibration &calibration,
                                            std::size_t first, std::size_t end)
    {
        const auto packed = ca::restore_to_float(model, {});
        return run(packed->program, calibration, first, end);
    }
    [[nodiscard]] static ca::Matrix run(const ca::Program &program, const ca::Calibration &calibration, std::size_t first,
                                        std::size_t end)
    {
        const ca::Split &split = calibration.images();
        const std::vector<std::uint32_t> indices(split.indices.begin() + static_cast<std::ptrdiff_t>(first),
                                                 split.indices.begin() + static_cast<std::ptrdiff_t>(end));
        ca::ImageBatch batch{static_cast<std::int64_t>(end - first), 3, 32, 32, std::vector<float>((end - first) * 3 * 32 * 32)};
        ca::preprocess(*split.images, indices, calibration.preprocess(), batch.values);
        return *ca::run(program, batch);
    }
    [[nodiscard]] static std::vector<double> means(const ca::Matrix &outputs)
    {
        std::vector<double> sums(static_cast<std::size_t>(outputs.columns), 0);
        for (std::size_t i = 0; i < outputs.values.size(); ++i)
            sums[i % sums.size()] += outputs.values[i] / static_cast<double>(outputs.rows);
        return sums;
    }
    [[nodiscard]] static double divergence(const ca::Matrix &expected, const ca::Matrix &found)
    {
        double sum = 0;
        for (std::int64_t i = 0; i < expected.rows; ++i) {
            double of_p = 0, of_q = 0;
            for (std::size_t k = 0; k < static_cast<std::size_t>(expected.columns); ++k) {
                of_p += std::exp(static_cast<double>(expected.row(i)[k]));
                of_q += std::exp(static_cast<double>(found.row(i)[k]));
            }
            for (std::size_t k = 0; k < static_cast<std::size_t>(expected.columns); ++k) {
                const double p = std::exp(static_cast<double>(expected.row(i)[k])) / of_p;
                sum += p * std::log(p / (std::exp(static_cast<double>(found.row(i)[k])) / of_q));
            }
        }
        return sum / static_cast<double>(expected.rows);
    }

    QTemporaryDir folder_;
    ca::Model net_;
    ca::Calibration calibration_;
    std::size_t images_ = 80, fitted_ = 60;
};

void TestBiasCorrection::initTestCase()
{
    net_ = load("depthwise");
    calibration_ = ca::Calibration(whole_split(coloured_images(10, 8, 5)), {});
}

void TestBiasCorrection::brings_means_back()
{
    const auto before = too_large(net_, calibration_, "expand");
    auto after = before;
    const auto done = ca::correct_biases(after, calibration_, 2, {}, {});
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    QVERIFY(after.recipe.options.correct_biases);
    const auto expected = means(run(net_.program, calibration_, 0, fitted_));
    const auto wrong = means(outputs(before, calibration_, 0, fitted_)), right = means(outputs(after, calibration_, 0, fitted_));
    double away = 0, left = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        away = std::max(away, std::abs(wrong[i] - expected[i]));
        left = std::max(left, std::abs(right[i] - expected[i]));
    }
    QVERIFY2(left < 0.01 * away, qPrintable(QStringLiteral("%1 of %2").arg(left).arg(away)));
}

void TestBiasCorrection::comes_nearer_on_images_that_it_did_not_see()
{
    const auto before = too_large(net_, calibration_, "expand");
    auto after = before;
    QVERIFY(ca::correct_biases(after, calibration_, 2, {}, {}));
    const auto expected = run(net_.program, calibration_, fitted_, images_);
    QVERIFY(divergence(expected, outputs(after, calibration_, fitted_, images_))
            < divergence(expected, outputs(before, calibration_, fitted_, images_)));
    for (const auto &layer : net_.program.layers()) // biases alone change
        QCOMPARE(after.model.program.weight(layer.index), before.model.program.weight(layer.index));
}

void TestBiasCorrection::undoes_what_makes_other_images_worse()
{
    // Three quarters are white, the last is black: the mean of one is not that of the other.
    ca::ImageSet images;
    images.height = images.width = 32;
    images.classes = {"any"};
    for (std::size_t i = 0; i < images_; ++i) {
        images.labels.push_back(0);
        images.pixels.insert(images.pixels.end(), 3 * 32 * 32, i < fitted_ ? 255 : 0);
    }
    const ca::Calibration calibration(whole_split(std::make_shared<const ca::ImageSet>(std::move(images))),
                                      {.mean = {0.5F, 0.5F, 0.5F}, .deviation = {0.25F, 0.25F, 0.25F}});
    auto quantized = too_large(net_, calibration, "stem");
    const ca::Program before = quantized.model.program;
    QVERIFY(ca::correct_biases(quantized, calibration, 2, {}, {}));
    QVERIFY(!quantized.recipe.options.correct_biases);
    QCOMPARE(&quantized.model.program.data(), &before.data());
}

void TestBiasCorrection::has_nothing_to_do_without_biases()
{
    auto quantized = too_large(load("blocks"), calibration_, "stem");
    QVERIFY(ca::correct_biases(quantized, calibration_, 2, {}, {}));
    QVERIFY(!quantized.recipe.options.correct_biases);
}

void TestBiasCorrection::has_nothing_to_do_without_images()
{
    auto quantized = too_large(net_, calibration_, "expand");
    QVERIFY(ca::correct_biases(quantized, {}, 2, {}, {}));
    QVERIFY(!quantized.recipe.options.correct_biases);
    QVERIFY(!quantized.notes.empty());
}

void TestBiasCorrection::gives_the_same_with_any_threads()
{
    auto one = too_large(net_, calibration_, "expand"), two = one;
    QVERIFY(ca::correct_biases(one, calibration_, 1, {}, {}) && ca::correct_biases(two, calibration_, 2, {}, {}));
    QCOMPARE(outputs(one, calibration_, 0, images_).values, outputs(two, calibration_, 0, images_).values);
}

void TestBiasCorrection::is_cancelled()
{
    std::stop_source source;
    source.request_stop();
    auto quantized = too_large(net_, calibration_, "expand");
    const auto done = ca::correct_biases(quantized, calibration_, 2, source.get_token(), {});
    QVERIFY(!done);
    QCOMPARE(done.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestBiasCorrection)
#include "test_bias_correction.moc"
