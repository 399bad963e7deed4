// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/race_against_float.h"
#include "tests/support/pictures.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

class TestRaceAgainstFloat final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void ends_once_it_is_settled();
    void takes_images_in_no_order_that_they_have();
    void goes_on_without_pictures_that_cannot_be_read();

private:
    QTemporaryDir folder_;
    ca::Model model_;
    std::shared_ptr<const ca::ImageSet> images_ = coloured_images(25, 10, 3);
};

void TestRaceAgainstFloat::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
}

void TestRaceAgainstFloat::ends_once_it_is_settled()
{
    // Against itself nothing changes: 20 points are ruled out after one look, none at all only by the last image.
    const ca::Split split = whole_split(images_);
    const ca::RaceEntry alike{model_.program, model_.program, model_.input};
    const ca::Scoring agreement{ca::Head::agreement, {}};
    const auto early = ca::race_against_float(alike, split, {}, agreement, {.max_drop = 20, .threads = 2}, {}, {});
    QVERIFY2(early, early ? "" : early.error().text().c_str());
    QVERIFY(early->verdict == ca::RaceVerdict::not_below);
    QCOMPARE(early->quantized.size(), std::size_t{200});
    QCOMPARE(early->images.size(), std::size_t{200});
    const auto late = ca::race_against_float(alike, split, {}, agreement, {.max_drop = 0, .threads = 2}, {}, {});
    QVERIFY(late);
    QCOMPARE(late->float_answers.size(), std::size_t{250});
    QVERIFY(std::is_permutation(late->images.indices.begin(), late->images.indices.end(), split.indices.begin()));
    QCOMPARE(ca::drop_verdict(late->verdict), std::string("within"));

    // Another network agrees by chance.
    const auto other = ca::load_model(write_scripted_net(folder_.path().toStdString(), "attention"), {}, {}, {});
    QVERIFY2(other, other ? "" : other.error().text().c_str());
    const auto worse = ca::race_against_float({model_.program, other->program, model_.input}, split, {}, agreement,
                                              {.max_drop = 1, .threads = 2}, {}, {});
    QVERIFY(worse);
    QCOMPARE(ca::drop_verdict(worse->verdict), std::string("beyond"));
    QCOMPARE(worse->quantized.size(), std::size_t{200});
}

void TestRaceAgainstFloat::takes_images_in_no_order_that_they_have()
{
    // All of a class together, as in folders. Of the first 200 of 250 each class should have about 20; without a seeded order the
    // last two classes would have none.
    auto images = std::make_shared<ca::ImageSet>(*images_);
    for (std::size_t i = 0; i < images->size(); ++i)
        images->labels[i] = static_cast<int>(i / 25);
    const ca::RaceEntry alike{model_.program, model_.program, model_.input};
    const ca::RaceOptions options{.max_drop = 20, .seed = 1, .threads = 2};
    const auto raced = ca::race_against_float(alike, whole_split(images), {}, {ca::Head::agreement, {}}, options, {}, {});
    QVERIFY(raced);
    QCOMPARE(raced->images.size(), std::size_t{200});
    std::vector<int> of_class(10);
    for (std::size_t i = 0; i < 200; ++i)
        ++of_class[static_cast<std::size_t>(raced->images.label(i))];
    QVERIFY(*std::min_element(of_class.begin(), of_class.end()) >= 10);
    // What comes back belongs to the images as they come back.
    const auto again = ca::predict(model_.program, model_.input, raced->images, {}, 2, {}, {});
    QVERIFY(again && again->top == raced->quantized.top);
}

void TestRaceAgainstFloat::goes_on_without_pictures_that_cannot_be_read()
{
    // One picture many times, and those that are none: between two looks some, or all.
    const std::filesystem::path folder = folder_.path().toStdString();
    const auto images = coloured_images(1, 3, 3);
    ca::Split split = split_of_files(folder, *images, {1, 2});
    split.indices.assign(200, 0);
    split.indices.insert(split.indices.end(), 200, 1);
    split.indices.insert(split.indices.end(), 3, 2);
    const ca::RaceEntry alike{model_.program, model_.program, model_.input};
    const auto raced = ca::race_against_float(alike, split, {}, {ca::Head::agreement, {}}, {.max_drop = 0}, {}, {});
    QVERIFY2(raced, raced ? "" : raced.error().text().c_str());
    QCOMPARE(raced->quantized.size(), std::size_t{403});
    QCOMPARE(std::count(raced->quantized.top.begin(), raced->quantized.top.end(), ca::kUnread), std::ptrdiff_t{203});
    QVERIFY(raced->verdict == ca::RaceVerdict::not_below);
    const auto none = ca::race_against_float(alike, split_of_files(folder, *images, {0, 1, 2}), {}, {}, {.max_drop = 1}, {}, {});
    QVERIFY(none.error().code == ca::ErrorCode::bad_data);
}

QTEST_APPLESS_MAIN(TestRaceAgainstFloat)
#include "test_race_against_float.moc"
