// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/examples.h"
#include "tests/support/datasets.h"

#include <QtTest>

namespace {

/// An answer with its probability, and that of the second.
struct Answer {
    int top;
    float first, second;
};

ca::Predictions answers(const std::vector<Answer> &list)
{
    ca::Predictions predictions;
    for (const Answer &answer : list) {
        predictions.top.push_back(answer.top);
        predictions.five.push_back({answer.top, -1, -1, -1, -1});
        predictions.odds.push_back({answer.first, answer.second});
    }
    return predictions;
}

ca::Split split_of(const std::vector<int> &labels)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->labels = labels;
    images->classes = {"cat", "dog", "emu"};
    return whole_split(images);
}

using Kind = ca::ExampleKind;

/// Kind and place of each, in order.
std::vector<std::pair<Kind, std::size_t>> places(const std::vector<ca::Example> &examples)
{
    std::vector<std::pair<Kind, std::size_t>> result;
    for (const ca::Example &example : examples)
        result.emplace_back(example.kind, example.place);
    return result;
}

using Places = std::vector<std::pair<Kind, std::size_t>>;

const std::vector<int> kLabels{0, 0, 1, 1, 2, 2, 0, 1, 2, -1};
// Places 3 to 5 and 8 are flips: broken, fixed, from wrong to wrong, broken. Place 7 was not read by the second.
const std::vector<Answer> kFloat{{0, 0.9F, 0.1F}, {0, 0.8F, 0.1F}, {1, 0.95F, 0.05F}, {1, 0.6F, 0.3F}, {0, 0.5F, 0.4F},
                                 {0, 0.9F, 0.1F}, {0, 0.7F, 0.3F}, {1, 0.99F, 0.0F},  {2, 0.8F, 0.2F}, {2, 0.6F, 0.2F}};
const std::vector<Answer> kQuantized{{0, 0.9F, 0.1F},   {0, 0.85F, 0.1F}, {1, 0.7F, 0.3F},   {2, 0.9F, 0.1F},
                                     {2, 0.6F, 0.3F},   {1, 0.95F, 0.0F}, {0, 0.51F, 0.49F}, {ca::kUnread, 0, 0},
                                     {0, 0.75F, 0.25F}, {2, 0.55F, 0.25F}};

} // namespace

class TestExamples final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void groups_images_by_what_became_of_them();
    void takes_the_most_telling_of_each_group();
    void gives_ties_to_the_earlier_image();
    void takes_every_change_as_broken_for_agreement();
    void tells_what_both_said();
    void counts_changes_by_class();
    void puts_the_class_that_lost_most_first();
    void has_no_classes_for_agreement();
    void reads_classes_through_the_label_map();
    void names_outputs();
};

void TestExamples::groups_images_by_what_became_of_them()
{
    const auto examples = ca::choose_examples(answers(kFloat), answers(kQuantized), split_of(kLabels), {}, 100);
    // By the less sure one: 0.9, 0.8, 0.7, 0.55, 0.51. Broken by the same: 0.75, 0.6.
    QCOMPARE(places(examples),
             (Places{{Kind::confident, 0},
                     {Kind::confident, 1},
                     {Kind::confident, 2},
                     {Kind::confident, 9},
                     {Kind::confident, 6},
                     {Kind::broken, 8},
                     {Kind::broken, 3},
                     {Kind::fixed, 4},
                     {Kind::changed, 5}}));
}

void TestExamples::takes_the_most_telling_of_each_group()
{
    // Of the three that are not confident the leads are 0.4, 0.02 and 0.3.
    const auto examples = ca::choose_examples(answers(kFloat), answers(kQuantized), split_of(kLabels), {}, 2);
    QCOMPARE(places(examples),
             (Places{{Kind::confident, 0},
                     {Kind::confident, 1},
                     {Kind::marginal, 6},
                     {Kind::marginal, 9},
                     {Kind::broken, 8},
                     {Kind::broken, 3}}));
    QVERIFY(ca::choose_examples(answers(kFloat), answers(kQuantized), split_of(kLabels), {}, 0).empty());
}

void TestExamples::gives_ties_to_the_earlier_image()
{
    const auto same = answers(std::vector<Answer>(6, {0, 0.5F, 0.25F}));
    QCOMPARE(places(ca::choose_examples(same, same, split_of({0, 1, 2, 0, 1, 2}), {}, 2)),
             (Places{{Kind::confident, 0}, {Kind::confident, 1}, {Kind::marginal, 2}, {Kind::marginal, 3}}));
}

void TestExamples::takes_every_change_as_broken_for_agreement()
{
    const auto examples =
        ca::choose_examples(answers(kFloat), answers(kQuantized), split_of(kLabels), {ca::Head::agreement, {}}, 100);
    QCOMPARE(std::count_if(examples.begin(), examples.end(), [](const auto &example) { return example.kind == Kind::broken; }),
             std::ptrdiff_t{4});
}

void TestExamples::tells_what_both_said()
{
    const auto examples = ca::choose_examples(answers(kFloat), answers(kQuantized), split_of(kLabels), {}, 1);
    QCOMPARE(examples.size(), std::size_t{3});
    const ca::Example broken{Kind::broken, 8, 2, 2, 0, static_cast<double>(0.8F), 0.75};
    QVERIFY(examples[2] == broken);
}

void TestExamples::counts_changes_by_class()
{
    // Images 0 to 9 less the one that was not read and the one without a label.
    const auto changes = ca::class_changes(answers(kFloat), answers(kQuantized), split_of(kLabels), {});
    QCOMPARE(changes.size(), std::size_t{3});
    QVERIFY(changes[0] == (ca::ClassChange{1, 2, 2, 1, 0, 1}));
    QVERIFY(changes[1] == (ca::ClassChange{0, 3, 3, 3, 0, 0}));
    QVERIFY(changes[2] == (ca::ClassChange{2, 3, 1, 1, 1, 1}));
}

void TestExamples::puts_the_class_that_lost_most_first()
{
    // Class 0 loses one of four, class 1 one of two; class 2 has no image.
    const auto before = answers({{0, 1, 0}, {0, 1, 0}, {0, 1, 0}, {0, 1, 0}, {1, 1, 0}, {1, 1, 0}});
    const auto after = answers({{0, 1, 0}, {0, 1, 0}, {0, 1, 0}, {1, 1, 0}, {1, 1, 0}, {0, 1, 0}});
    const auto changes = ca::class_changes(before, after, split_of({0, 0, 0, 0, 1, 1}), {});
    QCOMPARE(changes.size(), std::size_t{2});
    QCOMPARE(changes[0].label, 1);
    QCOMPARE(changes[1].label, 0);
}

void TestExamples::has_no_classes_for_agreement()
{
    QVERIFY(ca::class_changes(answers(kFloat), answers(kQuantized), split_of(kLabels), {ca::Head::agreement, {}}).empty());
}

void TestExamples::reads_classes_through_the_label_map()
{
    // Output 7 stands for cat, 5 for dog, 3 for emu.
    const ca::Scoring scoring{ca::Head::logits, {7, 5, 3}};
    const auto before = answers({{7, 1, 0}, {5, 1, 0}}), after = answers({{7, 1, 0}, {3, 1, 0}});
    const auto examples = ca::choose_examples(before, after, split_of({0, 1}), scoring, 5);
    QCOMPARE(places(examples), (Places{{Kind::confident, 0}, {Kind::broken, 1}}));
    const auto changes = ca::class_changes(before, after, split_of({0, 1}), scoring);
    QVERIFY(changes.at(0) == (ca::ClassChange{1, 1, 1, 0, 0, 1}));
}

void TestExamples::names_outputs()
{
    const std::vector<std::string> classes{"cat", "dog"};
    ca::Model model;
    QCOMPARE(ca::output_name(1, classes, {}, model), std::string("dog"));
    QCOMPARE(ca::output_name(2, classes, {}, model), std::string("2"));
    QCOMPARE(ca::output_name(7, classes, {ca::Head::logits, {7, 1}}, model), std::string("cat"));
    QCOMPARE(ca::output_name(0, classes, {ca::Head::agreement, {}}, model), std::string("0"));
    model.output_names = {"tench", "goldfish"};
    QCOMPARE(ca::output_name(0, classes, {ca::Head::logits, {7, 1}}, model), std::string("tench"));
    QCOMPARE(ca::output_name(1, classes, {ca::Head::agreement, {}}, model), std::string("goldfish"));
    model.zero_shot.emplace();
    model.zero_shot->classes = {"a ship", "a car"};
    QCOMPARE(ca::output_name(1, classes, {ca::Head::agreement, {}}, model), std::string("a car"));
}

QTEST_APPLESS_MAIN(TestExamples)
#include "test_examples.moc"
