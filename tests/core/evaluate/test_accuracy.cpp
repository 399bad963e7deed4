// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"
#include "tests/support/datasets.h"

#include <QtTest>

#include <cmath>

namespace {

/// Answers with the given classes on top and four others below.
ca::Predictions answers(const std::vector<int> &top, const std::vector<int> &second)
{
    ca::Predictions predictions;
    predictions.top = top;
    for (std::size_t i = 0; i < top.size(); ++i)
        predictions.five.push_back({top[i], second[i], -1, -1, -1});
    predictions.odds.resize(top.size());
    return predictions;
}

/// The same, with the probabilities of the top classes.
ca::Predictions sure(const std::vector<int> &top, const std::vector<float> &odds)
{
    ca::Predictions predictions = answers(top, std::vector<int>(top.size(), -1));
    for (std::size_t i = 0; i < odds.size(); ++i)
        predictions.odds[i] = {odds[i], 1 - odds[i]};
    return predictions;
}

ca::Split labelled_split(const std::vector<int> &labels, std::size_t classes)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->height = 1;
    images->width = 1;
    images->labels = labels;
    images->pixels.resize(3 * labels.size());
    for (std::size_t c = 0; c < classes; ++c)
        images->classes.push_back("c" + std::to_string(c));
    return whole_split(images);
}

ca::Model model_with(std::int64_t side, std::int64_t outputs, std::int64_t channels = 3)
{
    ca::Model model;
    model.name = "net";
    model.input = {channels, side, side, outputs};
    return model;
}

ca::DataSet data_with(const ca::Split &split)
{
    return {"pictures", "", split.images->classes, split, split, split, split, {}};
}

} // namespace

class TestAccuracy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_answers_against_labels();
    void gives_no_top5_of_five_classes();
    void counts_agreement_with_another_net();
    void finds_classes_through_the_label_map();
    void leaves_unread_images_out();
    void counts_the_first_images_of_a_split();
    void measures_calibration();
    void has_no_calibration_without_probabilities();
    void assumes_a_preset_where_labels_cannot_tell();
    void refuses_a_preprocessing_of_another_size();
    void takes_the_preprocessing_that_it_is_told();
};

void TestAccuracy::counts_answers_against_labels()
{
    // Labels 0 0 1 1 2 2 and one unknown; right: the first, third and fourth; the second is right at the second place.
    const ca::Split split = labelled_split({0, 0, 1, 1, 2, 2, -1}, 6);
    const auto predictions = answers({0, 3, 1, 1, 0, 1, 2}, {1, 0, 0, 0, 3, 4, 0});
    const ca::Accuracy accuracy = ca::accuracy_of(predictions, split, {}, nullptr);
    QCOMPARE(accuracy.n, std::int64_t{7});
    QCOMPARE(accuracy.correct, std::int64_t{3});
    QCOMPARE(accuracy.right, (std::vector<std::uint8_t>{1, 0, 1, 1, 0, 0, 0}));
    QCOMPARE(*accuracy.top5, 4.0 / 7.0);
    QCOMPARE(accuracy.per_class.size(), std::size_t{6});
    QCOMPARE(accuracy.per_class[0], 0.5);
    QCOMPARE(accuracy.per_class[1], 1.0);
    QCOMPARE(accuracy.per_class[2], 0.0);
    QVERIFY(std::isnan(accuracy.per_class[3])); // no image of it
    // Wilson for 3 of 7, worked by hand in Python.
    QVERIFY(std::abs(accuracy.interval[0] - 0.15821986) < 1e-6);
    QVERIFY(std::abs(accuracy.interval[1] - 0.74954164) < 1e-6);
}

void TestAccuracy::gives_no_top5_of_five_classes()
{
    const ca::Split split = labelled_split({0, 1}, 5);
    QVERIFY(!ca::accuracy_of(answers({0, 0}, {1, 1}), split, {}, nullptr).top5);
}

void TestAccuracy::counts_agreement_with_another_net()
{
    const ca::Split split = labelled_split({-1, -1, -1}, 10);
    const auto reference = answers({4, 5, 6}, {0, 0, 0});
    const ca::Accuracy accuracy = ca::accuracy_of(answers({4, 5, 7}, {0, 0, 6}), split, {ca::Head::agreement, {}}, &reference);
    QCOMPARE(accuracy.correct, std::int64_t{2});
    QCOMPARE(accuracy.right, (std::vector<std::uint8_t>{1, 1, 0}));
    QVERIFY(!accuracy.top5);
    QVERIFY(accuracy.per_class.empty());
}

void TestAccuracy::finds_classes_through_the_label_map()
{
    // Six classes of the data are outputs 10 to 15 of the model, the other way round; the last answer is at the second place.
    const ca::Split split = labelled_split({0, 1, 2, 5}, 6);
    const ca::Scoring scoring{ca::Head::logits, {15, 14, 13, 12, 11, 10}};
    const ca::Accuracy accuracy = ca::accuracy_of(answers({15, 1, 13, 0}, {0, 0, 0, 10}), split, scoring, nullptr);
    QCOMPARE(accuracy.right, (std::vector<std::uint8_t>{1, 0, 1, 0}));
    QCOMPARE(*accuracy.top5, 0.75);
    QCOMPARE(accuracy.per_class.size(), std::size_t{6});
    QCOMPARE(accuracy.per_class[0], 1.0);
    QCOMPARE(accuracy.per_class[1], 0.0);
    QCOMPARE(accuracy.per_class[5], 0.0);
}

void TestAccuracy::leaves_unread_images_out()
{
    const ca::Split split = labelled_split({0, 0, 1, 1}, 6);
    const auto predictions = answers({0, ca::kUnread, ca::kUnread, 0}, {1, -1, -1, 1});
    const ca::Accuracy accuracy = ca::accuracy_of(predictions, split, {}, nullptr);
    QCOMPARE(accuracy.n, std::int64_t{2});
    QCOMPARE(accuracy.unread, std::int64_t{2});
    QCOMPARE(accuracy.correct, std::int64_t{1});
    QCOMPARE(accuracy.right, (std::vector<std::uint8_t>{1, 0, 0, 0}));
    QCOMPARE(*accuracy.top5, 1.0);
    QCOMPARE(accuracy.per_class[0], 1.0);
    QCOMPARE(accuracy.per_class[1], 0.0);
    // Agreement: neither read it, which is no answer that both gave.
    const ca::Accuracy agreed = ca::accuracy_of(predictions, split, {ca::Head::agreement, {}}, &predictions);
    QCOMPARE(agreed.n, std::int64_t{2});
    QCOMPARE(agreed.correct, std::int64_t{2});
}

void TestAccuracy::counts_the_first_images_of_a_split()
{
    const ca::Split split = labelled_split({0, 1, 2, 0, 1, 2}, 3);
    const ca::Accuracy accuracy = ca::accuracy_of(answers({0, 0}, {1, 1}), split, {}, nullptr);
    QCOMPARE(accuracy.n, std::int64_t{2});
    QCOMPARE(accuracy.correct, std::int64_t{1});
    QVERIFY(std::isnan(accuracy.per_class[2]));
}

void TestAccuracy::measures_calibration()
{
    // Bins of a fifteenth, closed above. (0.8667, 0.9333]: 0.9 and 0.9, one right: |1 - 1.8| = 0.8. (0.4667, 0.5333]: 0.5, right:
    // 0.5. (0.9333, 1]: 1, right: 0. Together 1.3 of four images.
    const ca::Split split = labelled_split({0, 1, 0, 1}, 2);
    const ca::Accuracy accuracy = ca::accuracy_of(sure({0, 0, 0, 1}, {0.9F, 0.9F, 0.5F, 1}), split, {}, nullptr);
    QVERIFY(std::abs(*accuracy.calibration_error - 0.325) < 1e-6);
    // 0.19 and 0.21 lie in different bins, so the surplus of one does not make up for the other: (0.81 + 0.21) / 2.
    const ca::Accuracy apart = ca::accuracy_of(sure({0, 1}, {0.19F, 0.21F}), labelled_split({0, 0}, 2), {}, nullptr);
    QVERIFY(std::abs(*apart.calibration_error - 0.51) < 1e-6);
}

void TestAccuracy::has_no_calibration_without_probabilities()
{
    const ca::Split split = labelled_split({0, 1}, 2);
    const auto predictions = sure({0, 1}, {0.5F, 0.75F});
    QVERIFY(!ca::accuracy_of(predictions, split, {ca::Head::agreement, {}}, &predictions).calibration_error);
    QVERIFY(!ca::accuracy_of(predictions, split, {ca::Head::probe, {}}, nullptr).calibration_error);
    QVERIFY(!ca::accuracy_of(sure({ca::kUnread}, {0}), labelled_split({0}, 2), {}, nullptr).calibration_error);
}

void TestAccuracy::assumes_a_preset_where_labels_cannot_tell()
{
    const auto data = data_with(whole_split(coloured_images(2, 3, 1)));
    // 1,000 outputs for 3 classes; the values are the published ones of the two data sets.
    const auto small = ca::choose_preprocess("auto", model_with(32, 1000), data, 1, {});
    QVERIFY(small);
    QCOMPARE(small->preprocess.mean, (std::array<float, 3>{0.4914F, 0.4822F, 0.4465F}));
    QCOMPARE(small->preprocess.size, 0);
    QVERIFY(small->sentence.find("assumed") != std::string::npos);
    const auto large = ca::choose_preprocess("auto", model_with(224, 1000), data, 1, {});
    QVERIFY(large);
    QCOMPARE(large->preprocess.mean, (std::array<float, 3>{0.485F, 0.456F, 0.406F}));
    QCOMPARE(large->preprocess.size, 256);
    QCOMPARE(large->preprocess.crop, 224);
    const auto other = ca::choose_preprocess("auto", model_with(64, 1000), data, 1, {});
    QVERIFY(other);
    QCOMPARE(ca::output_size(other->preprocess, 32, 32), (std::pair{64, 64}));
}

void TestAccuracy::refuses_a_preprocessing_of_another_size()
{
    const auto data = data_with(whole_split(coloured_images(2, 3, 1)));
    const auto wrong = ca::choose_preprocess("cifar10", model_with(224, 3), data, 1, {});
    QVERIFY(wrong.error().code == ca::ErrorCode::bad_data);
    QVERIFY(wrong.error().sentence.find("size=224,crop=224") != std::string::npos);
    QVERIFY(ca::choose_preprocess("auto", model_with(28, 3, 1), data, 1, {}).error().code == ca::ErrorCode::bad_data);
    QVERIFY(ca::choose_preprocess("sepia", model_with(32, 3), data, 1, {}).error().code == ca::ErrorCode::usage);
}

void TestAccuracy::takes_the_preprocessing_that_it_is_told()
{
    const auto data = data_with(whole_split(coloured_images(2, 3, 1)));
    const auto told = ca::choose_preprocess("clip,size=64,crop=64", model_with(64, 3), data, 1, {});
    QVERIFY(told);
    QCOMPARE(told->preprocess.crop, 64);
    QVERIFY(told->preprocess.filter == ca::ResizeFilter::bicubic);
}

QTEST_APPLESS_MAIN(TestAccuracy)
#include "test_accuracy.moc"
