// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"
#include "tests/support/datasets.h"
#include "tests/support/pictures.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace {

constexpr std::size_t kPixels = std::size_t{3} * 32 * 32;

/// (pixel / 255 - mean) / deviation, written out here, not by the code under test.
std::vector<float> normalised(const ca::ImageSet &images, const std::array<float, 3> &mean, const std::array<float, 3> &deviation)
{
    std::vector<float> values(images.pixels.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = i / (32 * 32) % 3;
        values[i] = (static_cast<float>(images.pixels[i]) / 255.0F - mean[channel]) / deviation[channel];
    }
    return values;
}

/// The classes of each image from the largest output down, by the plain interpreter.
std::vector<std::vector<int>> ranking(const std::filesystem::path &file, const std::vector<float> &values)
{
    const auto count = static_cast<std::int64_t>(values.size() / kPixels);
    const std::vector<float> outputs = interpret_net(file, values, {count, 3, 32, 32});
    const std::size_t columns = outputs.size() / static_cast<std::size_t>(count);
    std::vector<std::vector<int>> result;
    for (std::size_t image = 0; image < static_cast<std::size_t>(count); ++image) {
        std::vector<int> order(columns);
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
            return outputs[image * columns + static_cast<std::size_t>(a)]
                > outputs[image * columns + static_cast<std::size_t>(b)];
        });
        result.push_back(std::move(order));
    }
    return result;
}

} // namespace

class TestPredict final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void answers_as_the_interpreter_does();
    void answers_alike_with_any_number_of_threads();
    void gives_the_probabilities_of_the_first_two();
    void tells_of_batches_in_order();
    void ends_where_it_is_settled();
    void goes_on_without_pictures_that_cannot_be_read();
    void says_when_no_picture_can_be_read();
    void chooses_the_preset_that_fits_the_labels_best();
    void refuses_images_of_another_size();
    void says_when_an_output_is_no_number();
    void stops_when_asked();

private:
    QTemporaryDir folder_;
    std::filesystem::path file_;
    ca::Model model_;
    std::shared_ptr<const ca::ImageSet> images_ = coloured_images(25, 10, 3); // more than two batches
};

void TestPredict::initTestCase()
{
    file_ = write_scripted_net(folder_.path().toStdString(), "cnn");
    auto model = ca::load_model(file_, {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
}

void TestPredict::answers_as_the_interpreter_does()
{
    const auto expected = ranking(file_, normalised(*images_, {0, 0, 0}, {1, 1, 1}));
    const auto predictions = ca::predict(model_.program, model_.input, whole_split(images_), {}, 2, {}, {});
    QVERIFY2(predictions, predictions ? "" : predictions.error().text().c_str());
    QCOMPARE(predictions->top.size(), images_->size());
    for (std::size_t i = 0; i < images_->size(); ++i) {
        QCOMPARE(predictions->top[i], expected[i][0]);
        for (std::size_t place = 0; place < 5; ++place)
            QCOMPARE(predictions->five[i][place], expected[i][place]);
    }
}

void TestPredict::answers_alike_with_any_number_of_threads()
{
    ca::Split split = whole_split(images_);
    std::reverse(split.indices.begin(), split.indices.end());
    const auto one = ca::predict(model_.program, model_.input, split, {}, 1, {}, {});
    const auto three = ca::predict(model_.program, model_.input, split, {}, 3, {}, {});
    QVERIFY(one && three);
    QVERIFY(one->five == three->five);
}

void TestPredict::gives_the_probabilities_of_the_first_two()
{
    const auto predictions = ca::predict(model_.program, model_.input, whole_split(images_), {}, 2, {}, {});
    QVERIFY(predictions);
    const auto values = normalised(*images_, {0, 0, 0}, {1, 1, 1});
    const auto outputs = interpret_net(file_, values, {static_cast<std::int64_t>(images_->size()), 3, 32, 32});
    for (std::size_t i = 0; i < images_->size(); ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < 10; ++c)
            sum += std::exp(static_cast<double>(outputs[10 * i + c]));
        for (std::size_t rank = 0; rank < 2; ++rank) {
            const auto place = static_cast<std::size_t>(predictions->five[i][rank]);
            const double expected = std::exp(static_cast<double>(outputs[10 * i + place])) / sum;
            QVERIFY(std::abs(static_cast<double>(predictions->odds[i][rank]) - expected) < 1e-5);
        }
    }
}

void TestPredict::tells_of_batches_in_order()
{
    const auto whole = ca::predict(model_.program, model_.input, whole_split(images_), {}, 1, {}, {});
    QVERIFY(whole);
    std::vector<std::size_t> told;
    bool same = true;
    const auto settled = [&](const ca::Predictions &so_far, std::size_t images) {
        told.push_back(images);
        same =
            same && std::equal(whole->top.begin(), whole->top.begin() + static_cast<std::ptrdiff_t>(images), so_far.top.begin());
        return false;
    };
    const auto predictions = ca::predict(model_.program, model_.input, whole_split(images_), {}, 4, {}, {}, settled);
    QVERIFY(predictions);
    QCOMPARE(told, (std::vector<std::size_t>{32, 64, 96, 128, 160, 192, 224, 250})); // batches of small images
    QVERIFY(same);
    QVERIFY(predictions->top == whole->top);
}

void TestPredict::ends_where_it_is_settled()
{
    const auto whole = ca::predict(model_.program, model_.input, whole_split(images_), {}, 1, {}, {});
    QVERIFY(whole);
    for (const int threads : {1, 4}) {
        const auto settled = [](const ca::Predictions &, std::size_t images) { return images >= 200; };
        const auto predictions = ca::predict(model_.program, model_.input, whole_split(images_), {}, threads, {}, {}, settled);
        QVERIFY2(predictions, predictions ? "" : predictions.error().text().c_str());
        QCOMPARE(predictions->size(), std::size_t{224});
        QCOMPARE(predictions->five.size(), std::size_t{224});
        QCOMPARE(predictions->odds.size(), std::size_t{224});
        QVERIFY(std::equal(predictions->top.begin(), predictions->top.end(), whole->top.begin()));
    }
}

void TestPredict::goes_on_without_pictures_that_cannot_be_read()
{
    const std::filesystem::path folder = folder_.path().toStdString();
    const auto images = coloured_images(1, 5, 3);
    const auto whole = ca::predict(model_.program, model_.input, whole_split(images), {}, 1, {}, {});
    const auto some = ca::predict(model_.program, model_.input, split_of_files(folder, *images, {1, 3}), {}, 1, {}, {});
    QVERIFY(whole);
    QVERIFY2(some, some ? "" : some.error().text().c_str());
    for (const std::size_t place : {0U, 2U, 4U}) {
        QCOMPARE(some->top[place], whole->top[place]);
        QCOMPARE(some->odds[place], whole->odds[place]);
    }
    for (const std::size_t place : {1U, 3U}) {
        QCOMPARE(some->top[place], ca::kUnread);
        QCOMPARE(some->five[place], (std::array{-1, -1, -1, -1, -1}));
        QCOMPARE(some->odds[place], (std::array{0.0F, 0.0F}));
    }
}

void TestPredict::says_when_no_picture_can_be_read()
{
    const ca::Split files = split_of_files(folder_.path().toStdString(), *coloured_images(1, 3, 3), {0, 1, 2});
    const auto none = ca::predict(model_.program, model_.input, files, {}, 1, {}, {});
    QVERIFY(!none);
    QVERIFY(none.error().code == ca::ErrorCode::bad_data);
    QVERIFY(none.error().sentence.find("No image of selection") != std::string::npos);
    QVERIFY(none.error().cause);
}

void TestPredict::chooses_the_preset_that_fits_the_labels_best()
{
    // Published means and deviations of the presets, in the order that decides ties.
    const std::vector<std::pair<std::array<float, 3>, std::array<float, 3>>> presets{
        {{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}},
        {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}},
        {{0.48145466F, 0.4578275F, 0.40821073F}, {0.26862954F, 0.26130258F, 0.27577711F}},
        {{0, 0, 0}, {1, 1, 1}}};
    // Labels made of what the net says under the last preset, so that it is the best by far.
    auto images = std::make_shared<ca::ImageSet>(*images_);
    const auto wanted = ranking(file_, normalised(*images, {0, 0, 0}, {1, 1, 1}));
    for (std::size_t i = 0; i < images->size(); ++i)
        images->labels[i] = i % 10 == 0 ? (wanted[i][0] + 1) % 10 : wanted[i][0]; // a tenth of them wrong
    std::vector<int> right;
    for (const auto &[mean, deviation] : presets) {
        const auto order = ranking(file_, normalised(*images, mean, deviation));
        right.push_back(0);
        for (std::size_t i = 0; i < images->size(); ++i)
            right.back() += order[i][0] == images->labels[i] ? 1 : 0;
    }
    QCOMPARE(right[3], 225); // nine tenths of 250
    QVERIFY(std::max({right[0], right[1], right[2]}) < 225);

    const ca::Split split = whole_split(images);
    const ca::DataSet data{"pictures", "", images->classes, split, split, split, split, {}};
    const auto chosen = ca::choose_preprocess("auto", model_, data, 2, {});
    QVERIFY2(chosen, chosen ? "" : chosen.error().text().c_str());
    QVERIFY(chosen->preprocess == ca::Preprocess{});
    const std::size_t next = static_cast<std::size_t>(std::max_element(right.begin(), right.begin() + 3) - right.begin());
    const QString expected = QString("preprocessing plain: 90.0 % of 250 calibration images right, the next best (%1) %2 %")
                                 .arg(std::array{"cifar10", "imagenet", "clip"}[next])
                                 .arg(right[next] / 2.5, 0, 'f', 1);
    QCOMPARE(QString::fromStdString(chosen->sentence), expected);
}

void TestPredict::refuses_images_of_another_size()
{
    const ca::Preprocess doubled{
        .size = 64, .crop = 64, .filter = ca::ResizeFilter::bilinear, .mean = {}, .deviation = {1, 1, 1}};
    const auto predictions = ca::predict(model_.program, model_.input, whole_split(images_), doubled, 1, {}, {});
    QVERIFY(!predictions);
    QVERIFY(predictions.error().code == ca::ErrorCode::bad_data);
}

void TestPredict::says_when_an_output_is_no_number()
{
    auto black = std::make_shared<ca::ImageSet>(one_image(3, 32, 32, std::vector<std::uint8_t>(kPixels, 0)));
    ca::Preprocess broken;
    broken.deviation = {0, 0, 0}; // 0 / 0
    const auto predictions = ca::predict(model_.program, model_.input, whole_split(black), broken, 1, {}, {});
    QVERIFY(!predictions);
    QVERIFY(predictions.error().code == ca::ErrorCode::failed);
    QVERIFY(predictions.error().sentence.find("not a number") != std::string::npos);
}

void TestPredict::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const auto predictions = ca::predict(model_.program, model_.input, whole_split(images_), {}, 1, source.get_token(), {});
    QVERIFY(predictions.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestPredict)
#include "test_predict.moc"
