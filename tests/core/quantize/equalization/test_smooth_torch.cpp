// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/program_torch.h"
#include "core/quantize/equalization/equalize.h"
#include "core/quantize/quantize.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <QTemporaryDir>
#include <QtTest>

namespace {

constexpr std::array<std::int64_t, 2> kOutliers{3, 17};

/// Multiplies two columns of each normalisation by 100, and divides those of the linear layers that read it: the same function
/// with outliers in between.
ca::Model with_outliers(const ca::Model &model)
{
    ca::Program::Data data = model.program.data();
    const auto scaled = [&](ca::Operand operand, bool columns, double factor) {
        auto &value = data.constants[ca::constant_index(operand)].value;
        const at::Tensor copy = value.toTensor().clone();
        for (const std::int64_t outlier : kOutliers)
            (columns ? copy.select(1, outlier) : copy.select(0, outlier)).mul_(factor);
        value = copy;
    };
    for (const ca::Step &norm : data.steps)
        if (norm.op == "aten::layer_norm") {
            scaled(norm.in[2], false, 100);
            scaled(norm.in[3], false, 100);
            for (const ca::Step &step : data.steps)
                if (step.op == "aten::linear" && step.in[0] == norm.out[0])
                    scaled(step.in[1], true, 0.01);
        }
    ca::Model result = model;
    result.program = ca::finish(std::move(data));
    return result;
}

} // namespace

/// Outliers moved from activations into weights.
class TestSmooth final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void keeps_the_float_function();
    void wins_where_there_are_outliers_data();
    void wins_where_there_are_outliers();
    void divides_by_the_published_formula();
    void leaves_a_block_that_floats_read();
    void says_that_there_was_nothing_to_do_data();
    void says_that_there_was_nothing_to_do();
    void finds_the_same_with_any_threads();
    void is_cancelled();

private:
    [[nodiscard]] static ca::Recipe recipe(const ca::Model &model, const char *method = "static-int8")
    {
        auto made = *ca::make_recipe(
            model, method, {.ranges = ca::RangeMethod::minmax, .equalize = false, .smooth = true, .correct_biases = false});
        made.recipe.options.smooth = true;
        return made.recipe;
    }
    [[nodiscard]] double error(const ca::Model &model, const ca::Recipe &recipe) const
    {
        const auto quantized = ca::quantize(model, {recipe, {}, {}}, calibration_, 2, {}, {});
        if (!quantized)
            qFatal("%s", quantized.error().text().c_str());
        return relative_difference(ca::run(quantized->program, batch_)->values, ca::run(model.program, batch_)->values);
    }

    QTemporaryDir folder_;
    ca::Model plain_, outliers_;
    ca::ImageBatch batch_ = random_images(30, 3, 32, 32);
    ca::Calibration calibration_;
};

void TestSmooth::initTestCase()
{
    const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "gated"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    plain_ = *model;
    outliers_ = with_outliers(plain_);
    const auto images = whole_split(coloured_images(6, 5, 3));
    calibration_ = ca::Calibration(images, {});
    ca::preprocess(*images.images, images.indices, {}, batch_.values);
    QVERIFY(relative_difference(ca::run(outliers_.program, batch_)->values, ca::run(plain_.program, batch_)->values) < 1e-4);
}

void TestSmooth::keeps_the_float_function()
{
    ca::Recipe asked = recipe(outliers_);
    const auto result = ca::smooth(outliers_, asked, calibration_, 2, {}, {});
    QVERIFY2(result, result ? "" : result.error().text().c_str());
    QVERIFY(asked.options.smooth);
    QCOMPARE(asked.options.strengths.size(), std::size_t(2));
    QVERIFY(asked.options.strengths.at("q") > 0 && asked.options.strengths.at("fc1") > 0);
    QVERIFY(relative_difference(ca::run(result->program, batch_)->values, ca::run(outliers_.program, batch_)->values) < 1e-4);
}

void TestSmooth::wins_where_there_are_outliers_data()
{
    QTest::addColumn<QString>("method");
    QTest::addRow("static") << QStringLiteral("static-int8");
    QTest::addRow("dynamic") << QStringLiteral("dynamic-int8");
}

void TestSmooth::wins_where_there_are_outliers()
{
    QFETCH(QString, method);
    ca::Recipe smoothed = recipe(outliers_, method.toLatin1().constData()), naive = smoothed;
    naive.options.smooth = false;
    const double with = error(outliers_, smoothed), without = error(outliers_, naive);
    QVERIFY2(with < 0.2 * without, qPrintable(QStringLiteral("%1, without %2").arg(with).arg(without)));
    QVERIFY(with < 0.05);
}

void TestSmooth::divides_by_the_published_formula()
{
    ca::Recipe asked = recipe(plain_);
    asked.options.strengths = {{"fc1", 0.5}};
    const auto result = ca::smooth(plain_, asked, calibration_, 1, {}, {});
    QVERIFY(result);
    const auto &before = plain_.program.data(), &after = result->program.data();
    for (std::size_t i = 0; i < before.steps.size(); ++i) {
        const ca::Step &norm = before.steps[i];
        if (norm.op != "aten::layer_norm")
            continue;
        const at::Tensor found = before.tensor(norm.in[2]) / after.tensor(after.steps[i].in[2]);
        const ca::Step &reader = *std::find_if(before.steps.begin(), before.steps.end(), [&](const ca::Step &step) {
            return step.op == "aten::linear" && step.in[0] == norm.out[0];
        });
        if (before.layers[static_cast<std::size_t>(reader.layer)].name != "fc1") {
            QVERIFY(at::equal(found, at::ones_like(found))); // not named: strength 0
            continue;
        }
        at::Tensor largest;
        const ca::Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &slots) {
            if (step == i)
                largest = slots[static_cast<std::size_t>(norm.out[0])].toTensor().abs().amax({0, 1});
        };
        (void)ca::execute(before, ca::as_tensor(batch_), {}, observer);
        const at::Tensor expected = (largest / before.tensor(reader.in[1]).abs().amax(0)).sqrt();
        QVERIFY(at::allclose(found, expected, 1e-4));
    }
}

void TestSmooth::leaves_a_block_that_floats_read()
{
    ca::Recipe asked = recipe(outliers_);
    asked.layers.at("k").activation = ca::Activation::none; // reads what q and v read
    const auto result = ca::smooth(outliers_, asked, calibration_, 2, {}, {});
    QVERIFY(result);
    QCOMPARE(asked.options.strengths.size(), std::size_t(1));
    QVERIFY(asked.options.strengths.contains("fc1"));
}

void TestSmooth::says_that_there_was_nothing_to_do_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"no normalisation", "strengths of 0", "no images"})
        QTest::addRow("%s", what) << QString(what);
}

void TestSmooth::says_that_there_was_nothing_to_do()
{
    QFETCH(QString, what);
    const auto net = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY(net);
    const ca::Model &model = what == "no normalisation" ? *net : outliers_;
    ca::Recipe asked = recipe(model);
    if (what == "strengths of 0")
        asked.options.strengths = {{"q", 0}, {"fc1", 0}};
    const auto result = ca::smooth(model, asked, what == "no images" ? ca::Calibration() : calibration_, 2, {}, {});
    QVERIFY(result);
    QVERIFY(!asked.options.smooth && asked.options.strengths.empty());
    QCOMPARE(&result->program.data(), &model.program.data());
}

void TestSmooth::finds_the_same_with_any_threads()
{
    ca::Recipe one = recipe(outliers_), two = one;
    const auto by_one = ca::smooth(outliers_, one, ca::Calibration(calibration_.images(), {}), 1, {}, {});
    const auto by_two = ca::smooth(outliers_, two, ca::Calibration(calibration_.images(), {}), 2, {}, {});
    QVERIFY(by_one && by_two && one == two);
    QCOMPARE(ca::run(by_one->program, batch_)->values, ca::run(by_two->program, batch_)->values);
}

void TestSmooth::is_cancelled()
{
    std::stop_source source;
    source.request_stop();
    ca::Recipe asked = recipe(outliers_);
    const auto result = ca::smooth(outliers_, asked, ca::Calibration(calibration_.images(), {}), 2, source.get_token(), {});
    QVERIFY(!result);
    QCOMPARE(result.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestSmooth)
#include "test_smooth_torch.moc"
