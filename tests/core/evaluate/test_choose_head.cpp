// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

namespace {

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

ca::Model model_with(std::int64_t outputs, std::vector<std::string> names = {})
{
    ca::Model model;
    model.name = "net";
    model.input = {3, 32, 32, outputs};
    model.output_names = std::move(names);
    return model;
}

ca::DataSet data_with(const ca::Split &split)
{
    return {"pictures", "", split.images->classes, split, split, split, split, {}};
}

/// Three images, one of each class.
ca::DataSet data_of(const std::vector<std::string> &classes)
{
    ca::DataSet data = data_with(labelled_split({0, 1, 2}, 3));
    data.classes = classes;
    return data;
}

using Map = std::vector<int>;

} // namespace

class TestChooseHead final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void takes_logits_where_counts_agree();
    void maps_classes_to_outputs_of_the_same_name();
    void keeps_the_order_where_names_say_nothing();
    void trusts_no_order_that_names_speak_against();
    void maps_the_classes_of_a_zero_shot_model();
    void probes_where_there_are_images_enough();
    void agrees_with_float_where_labels_or_counts_do_not_serve();
    void says_what_is_wrong_with_a_head();
    void says_what_is_wrong_with_a_probe();

private:
    QTemporaryDir folder_;
    ca::Model cnn_; ///< ten outputs without names
};

void TestChooseHead::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    cnn_ = std::move(*model);
}

void TestChooseHead::takes_logits_where_counts_agree()
{
    const auto data = data_with(labelled_split({0, 1, 2}, 3));
    for (const char *wanted : {"auto", "logits"}) {
        const auto head = ca::choose_head(wanted, model_with(3), data);
        QVERIFY(head);
        QVERIFY(head->scoring == (ca::Scoring{ca::Head::logits, {}}));
        QVERIFY(head->sentence.find("3 classes") != std::string::npos);
    }
    QVERIFY(ca::choose_head("agreement", model_with(3), data)->scoring.head == ca::Head::agreement);
}

void TestChooseHead::maps_classes_to_outputs_of_the_same_name()
{
    const ca::Model five = model_with(5, {"snail", "tench, Tinca tinca", "cat", "Great Dane", "bee"});
    for (const char *wanted : {"auto", "logits"}) {
        const auto fewer = ca::choose_head(wanted, five, data_of({"great_dane", "bee", "tench"}));
        QVERIFY2(fewer, fewer ? "" : fewer.error().text().c_str());
        QVERIFY(fewer->scoring == (ca::Scoring{ca::Head::logits, {3, 4, 1}}));
        QVERIFY(fewer->sentence.find("name of one of the 5 outputs") != std::string::npos);
    }
    const auto turned = ca::choose_head("auto", model_with(3, {"b", "c", "a"}), data_of({"a", "b", "c"}));
    QCOMPARE(turned->scoring.outputs, (Map{2, 0, 1}));
    const auto same = ca::choose_head("auto", model_with(3, {"A", "B", "C"}), data_of({"a", "b", "c"}));
    QVERIFY(same->scoring.outputs.empty());
}

void TestChooseHead::keeps_the_order_where_names_say_nothing()
{
    const auto head = ca::choose_head("auto", model_with(3, {"tench", "cat", "bee"}), data_of({"n01", "n02", "n03"}));
    QVERIFY(head->scoring == (ca::Scoring{ca::Head::logits, {}}));
    QVERIFY(head->sentence.find("as far as their names tell") != std::string::npos);
}

void TestChooseHead::trusts_no_order_that_names_speak_against()
{
    const ca::Model model = model_with(3, {"crane", "cat", "crane"});
    const ca::DataSet data = data_of({"cat", "crane", "crane"});
    QVERIFY(ca::choose_head("auto", model, data)->scoring.head == ca::Head::agreement);
    const auto told = ca::choose_head("logits", model, data);
    QVERIFY(!told && told.error().code == ca::ErrorCode::bad_data);
    QVERIFY(told.error().sentence.find("another order") != std::string::npos);
}

void TestChooseHead::maps_the_classes_of_a_zero_shot_model()
{
    ca::Model clip = model_with(4);
    clip.zero_shot = ca::ZeroShotPrompts{{"bee", "cat", "dog", "cow"}, {"a photo of a {}."}, {}};
    const auto head = ca::choose_head("auto", clip, data_of({"dog", "cow", "bee"}));
    QVERIFY(head->scoring == (ca::Scoring{ca::Head::zero_shot, {2, 3, 0}}));
    QVERIFY(head->sentence.starts_with("zero-shot: 4 classes x 1 template"));
    const auto other = ca::choose_head("zero-shot", clip, data_of({"dog", "cow", "elk"}));
    QVERIFY(!other && other.error().code == ca::ErrorCode::bad_data);
    QVERIFY(other.error().sentence.find("4 outputs and the data 3 classes") != std::string::npos);
}

void TestChooseHead::probes_where_there_are_images_enough()
{
    const auto enough = data_with(whole_split(coloured_images(20, 4, 1)));
    for (const char *wanted : {"auto", "probe"}) {
        const auto head = ca::choose_head(wanted, cnn_, enough);
        QVERIFY2(head, head ? "" : head.error().text().c_str());
        QVERIFY(head->scoring == (ca::Scoring{ca::Head::probe, {}}));
        QVERIFY(head->sentence.starts_with("a linear probe on the input of fc, "));
    }
    const auto too_few = data_with(whole_split(coloured_images(19, 4, 1)));
    QVERIFY(ca::choose_head("auto", cnn_, too_few)->scoring.head == ca::Head::agreement);
}

void TestChooseHead::agrees_with_float_where_labels_or_counts_do_not_serve()
{
    const auto counts_differ = ca::choose_head("auto", model_with(1000), data_with(labelled_split({0, 1, 2}, 3)));
    QVERIFY(counts_differ->scoring.head == ca::Head::agreement);
    QVERIFY(counts_differ->sentence.find("1000 outputs") != std::string::npos);
    const auto no_label = ca::choose_head("auto", model_with(3), data_with(labelled_split({0, -1, 2}, 3)));
    QVERIFY(no_label->scoring.head == ca::Head::agreement);
}

void TestChooseHead::says_what_is_wrong_with_a_head()
{
    const auto data = data_with(labelled_split({0, 1, 2}, 3));
    const auto counts = ca::choose_head("logits", model_with(4), data);
    QVERIFY(!counts && counts.error().code == ca::ErrorCode::bad_data);
    QCOMPARE(
        counts.error().sentence,
        std::string("Class logits cannot be scored: the model has 4 outputs and the data 3 classes. Choose the head agreement "
                    "or probe, or give the outputs the names of the data's classes with --classes."));
    const auto labels = ca::choose_head("logits", model_with(3), data_with(labelled_split({-1}, 3)));
    QVERIFY(!labels && labels.error().code == ca::ErrorCode::bad_data);
    QVERIFY(labels.error().sentence.find("without a label") != std::string::npos);
    QVERIFY(ca::choose_head("best", model_with(3), data).error().code == ca::ErrorCode::usage);
    QVERIFY(ca::choose_head("zero-shot", model_with(3), data).error().code == ca::ErrorCode::usage);
    QVERIFY(ca::choose_head("auto", model_with(0), data).error().code == ca::ErrorCode::unsupported);
}

void TestChooseHead::says_what_is_wrong_with_a_probe()
{
    const auto few = ca::choose_head("probe", cnn_, data_with(whole_split(coloured_images(7, 4, 1))));
    QVERIFY(!few && few.error().code == ca::ErrorCode::bad_data);
    QVERIFY(few.error().sentence.find("of class 0 there are 7") != std::string::npos);
    const auto no_labels = ca::choose_head("probe", cnn_, data_with(labelled_split({-1}, 3)));
    QVERIFY(!no_labels && no_labels.error().code == ca::ErrorCode::bad_data);
    const auto no_layer = ca::choose_head("probe", model_with(10), data_with(whole_split(coloured_images(20, 4, 1))));
    QVERIFY(!no_layer && no_layer.error().code == ca::ErrorCode::unsupported);
}

QTEST_APPLESS_MAIN(TestChooseHead)
#include "test_choose_head.moc"
