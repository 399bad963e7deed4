// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/label_map.h"

#include <QtTest>

using Names = std::vector<std::string>;

class TestLabelMap final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void folds_what_spelling_does_not_mean();
    void finds_synonyms_between_commas();
    void prefers_whole_names();
    void maps_only_where_each_class_has_its_own_output();
    void compares_orders();
};

void TestLabelMap::folds_what_spelling_does_not_mean()
{
    QCOMPARE(*ca::label_map({"Great_White-Shark", "gold fish"}, {"Goldfish", "dog", "great white shark"}),
             (std::vector<int>{2, 0}));
    QVERIFY(!ca::label_map({"Hund"}, {"dog"}));
}

void TestLabelMap::finds_synonyms_between_commas()
{
    const Names imagenet{"tench, Tinca tinca", "goldfish, Carassius auratus", "cassette player"};
    QCOMPARE(*ca::label_map({"cassette_player", "tench"}, imagenet), (std::vector<int>{2, 0}));
    QCOMPARE(*ca::label_map({"carassius_auratus"}, imagenet), std::vector<int>{1});
    QCOMPARE(*ca::label_map({"Tinca tinca, tench"}, imagenet), std::vector<int>{0});
    QVERIFY(!ca::label_map({"tinca"}, imagenet));
}

void TestLabelMap::prefers_whole_names()
{
    // ImageNet's outputs 638 and 639.
    QCOMPARE(*ca::label_map({"maillot"}, {"maillot, tank suit", "maillot"}), std::vector<int>{1});
}

void TestLabelMap::maps_only_where_each_class_has_its_own_output()
{
    QVERIFY(!ca::label_map({"crane"}, {"crane", "crane"})); // the bird and the machine
    QVERIFY(!ca::label_map({"tench", "tinca tinca"}, {"tench, tinca tinca", "dog"}));
    QVERIFY(!ca::label_map({}, {"dog"}));
    QVERIFY(!ca::label_map({"dog"}, {}));
    QCOMPARE(ca::find_outputs({"dog", "crane", "cow"}, {"crane", "crane", "dog"}), (std::vector<int>{2, -1, -1}));
}

void TestLabelMap::compares_orders()
{
    QVERIFY(ca::is_same_order({"Tench", "crane", "crane"}, {"tench, Tinca tinca", "crane", "crane"}));
    QVERIFY(!ca::is_same_order({"cat", "dog"}, {"dog", "cat"}));
    QVERIFY(!ca::is_same_order({"cat"}, {"cat", "dog"}));
}

QTEST_APPLESS_MAIN(TestLabelMap)
#include "test_label_map.moc"
