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
    return {"pictures", "", split.images->classes, split, split, split, split};
}

} // namespace

class TestAccuracy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_answers_against_labels();
    void gives_no_top5_of_five_classes();
    void counts_agreement_with_another_net();
    void takes_logits_where_counts_agree();
    void agrees_with_float_where_labels_or_counts_do_not_serve();
    void says_what_is_wrong_with_a_head();
    void assumes_a_preset_where_labels_cannot_tell();
    void refuses_a_preprocessing_of_another_size();
    void takes_the_preprocessing_that_it_is_told();
    void knows_the_widest_instruction_set();
    void finds_the_instruction_set_of_this_machine();
};

void TestAccuracy::counts_answers_against_labels()
{
    // Labels 0 0 1 1 2 2 and one unknown; right: the first, third and fourth; the second is right at the second place.
    const ca::Split split = labelled_split({0, 0, 1, 1, 2, 2, -1}, 6);
    const auto predictions = answers({0, 3, 1, 1, 0, 1, 2}, {1, 0, 0, 0, 3, 4, 0});
    const ca::Accuracy accuracy = ca::accuracy_of(predictions, split, ca::Head::logits, nullptr);
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
    QVERIFY(!ca::accuracy_of(answers({0, 0}, {1, 1}), split, ca::Head::logits, nullptr).top5);
}

void TestAccuracy::counts_agreement_with_another_net()
{
    const ca::Split split = labelled_split({-1, -1, -1}, 10);
    const auto reference = answers({4, 5, 6}, {0, 0, 0});
    const ca::Accuracy accuracy = ca::accuracy_of(answers({4, 5, 7}, {0, 0, 6}), split, ca::Head::agreement, &reference);
    QCOMPARE(accuracy.correct, std::int64_t{2});
    QCOMPARE(accuracy.right, (std::vector<std::uint8_t>{1, 1, 0}));
    QVERIFY(!accuracy.top5);
    QVERIFY(accuracy.per_class.empty());
}

void TestAccuracy::takes_logits_where_counts_agree()
{
    const auto data = data_with(labelled_split({0, 1, 2}, 3));
    for (const char *wanted : {"auto", "logits"}) {
        const auto head = ca::choose_head(wanted, model_with(32, 3), data);
        QVERIFY(head);
        QVERIFY(head->head == ca::Head::logits);
        QVERIFY(head->sentence.find("3 classes") != std::string::npos);
    }
    QVERIFY(ca::choose_head("agreement", model_with(32, 3), data)->head == ca::Head::agreement);
}

void TestAccuracy::agrees_with_float_where_labels_or_counts_do_not_serve()
{
    const auto counts_differ = ca::choose_head("auto", model_with(224, 1000), data_with(labelled_split({0, 1, 2}, 3)));
    QVERIFY(counts_differ->head == ca::Head::agreement);
    QVERIFY(counts_differ->sentence.find("1000 outputs") != std::string::npos);
    const auto no_label = ca::choose_head("auto", model_with(32, 3), data_with(labelled_split({0, -1, 2}, 3)));
    QVERIFY(no_label->head == ca::Head::agreement);
}

void TestAccuracy::says_what_is_wrong_with_a_head()
{
    const auto data = data_with(labelled_split({0, 1, 2}, 3));
    QVERIFY(ca::choose_head("probe", model_with(32, 3), data).error().code == ca::ErrorCode::usage);
    QVERIFY(ca::choose_head("logits", model_with(32, 4), data).error().code == ca::ErrorCode::bad_data);
    QVERIFY(ca::choose_head("logits", model_with(32, 3), data_with(labelled_split({-1}, 3))).error().code
            == ca::ErrorCode::bad_data);
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

void TestAccuracy::knows_the_widest_instruction_set()
{
    QCOMPARE(ca::instruction_set_of("fpu sse2 avx avx2 avx512f avx512_vnni amx_int8"), std::string("amx"));
    QCOMPARE(ca::instruction_set_of("avx2 avx_vnni avx512f avx512_vnni"), std::string("avx512_vnni"));
    QCOMPARE(ca::instruction_set_of("avx2 avx_vnni"), std::string("avx_vnni"));
    QCOMPARE(ca::instruction_set_of("avx2 avx512f"), std::string("avx512"));
    QCOMPARE(ca::instruction_set_of("avx avx2"), std::string("avx2"));
    QCOMPARE(ca::instruction_set_of("avx avx2x xavx2"), std::string("other"));
    QCOMPARE(ca::instruction_set_of(""), std::string("other"));
}

void TestAccuracy::finds_the_instruction_set_of_this_machine()
{
    QFile facts("/proc/cpuinfo");
    if (!facts.open(QIODevice::ReadOnly))
        QSKIP("This machine does not list its processor's flags.");
    const QByteArray text = facts.readAll();
    const bool wide = text.contains(" avx2 ");
    QCOMPARE(ca::instruction_set() != "other", wide);
}

QTEST_APPLESS_MAIN(TestAccuracy)
#include "test_accuracy.moc"
