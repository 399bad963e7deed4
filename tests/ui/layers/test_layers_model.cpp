// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/layers/layers_model.h"

#include <QAbstractItemModelTester>

#include <limits>

class TestLayersModel final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_the_rules_of_item_models();
    void values_change_in_place_while_a_scan_goes();
    void a_layer_says_its_weights_and_values();
    void values_are_placed_on_a_log_scale();
    void an_infinite_value_is_the_brightest_and_stretches_no_scale();
    void a_scale_spans_six_decades_at_most();
    void what_is_not_measured_has_no_colour();
    void cells_wait_only_while_a_scan_goes();
    void a_tooltip_has_the_whole_divergence();
    void a_tooltip_says_why_beta_noise_is_not_to_be_relied_on();
    void the_last_column_is_the_selected_trials_recipe();
    void sorts_by_number_and_by_program_order();
    void numbers_stand_at_the_right();
};

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

QString cell(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

QVariant heat(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, ca::LayersModel::FirstHeat + column).data(ca::LayersModel::HeatRole);
}

/// A layer whose divergences in four formats are these.
ca::SensitivityFacts four_values(const std::vector<std::optional<double>> &values)
{
    ca::SensitivityFacts facts;
    facts.of(ca::Measure::divergence) = {"int8", "int4", "int3", "int2"};
    ca::LayerFacts layer;
    for (const auto &value : values)
        layer.of(ca::Measure::divergence).push_back({value});
    facts.layers = {layer};
    return facts;
}

} // namespace

void TestLayersModel::keeps_the_rules_of_item_models()
{
    ca::LayersModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.set_facts(made_up_sensitivity());
    model.set_recipe(QStringLiteral("T14"), {});
    QCOMPARE(model.rowCount(), 24);
    for (const auto measure : ca::kMeasures)
        model.set_measure(measure);
    model.set_scanning(true);
    model.set_facts(made_up_sensitivity(3));
    model.set_facts({});
    QCOMPARE(model.rowCount(), 0);
}

void TestLayersModel::values_change_in_place_while_a_scan_goes()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(made_up_sensitivity());
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.set_facts(made_up_sensitivity(5));
    QCOMPARE(resets.count(), 0); // what is selected stays
    QCOMPARE(changes.count(), 1);
    QVERIFY(!cell(model, 4, ca::LayersModel::FirstHeat).isEmpty());
    QVERIFY(cell(model, 5, ca::LayersModel::FirstHeat).isEmpty());
}

void TestLayersModel::a_layer_says_its_weights_and_values()
{
    ca::LayersModel model;
    model.set_facts(made_up_sensitivity(24));
    model.set_measure(ca::Measure::noise);
    QCOMPARE(cell(model, 1, ca::LayersModel::Name), QStringLiteral("encoder.0.out_proj"));
    QCOMPARE(cell(model, 1, ca::LayersModel::Weights), QStringLiteral("197 k"));      // 768 x 256 = 196,608
    QCOMPARE(cell(model, 0, ca::LayersModel::FirstHeat + 5), QStringLiteral("0.80")); // 0.8 at two bits
    model.set_measure(ca::Measure::bytes);
    QCOMPARE(model.recipe_column(), ca::LayersModel::FirstHeat + 3);
    QCOMPARE(cell(model, 0, ca::LayersModel::FirstHeat), QStringLiteral("786 k")); // four bytes each
    model.set_measure(ca::Measure::divergence);
    QCOMPARE(cell(model, 0, ca::LayersModel::FirstHeat + 3), QStringLiteral("0.024")); // 0.03 x 0.8
    QCOMPARE(model.headerData(ca::LayersModel::FirstHeat + 1, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("static"));
}

void TestLayersModel::values_are_placed_on_a_log_scale()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(four_values({0.001, 0.01, 0.1, 1.0})); // 0, 1/3, 2/3 and 1 of three decades
    for (int i = 0; i < 4; ++i)
        QVERIFY(qAbs(heat(model, 0, i).toDouble() - i / 3.0) < 1e-9);
    QCOMPARE(model.scale(), std::make_pair(0.001, 1.0));
}

void TestLayersModel::an_infinite_value_is_the_brightest_and_stretches_no_scale()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(four_values({0.0, 0.01, 0.1, kInfinity}));
    QCOMPARE(model.scale(), std::make_pair(0.01, 0.1));
    QCOMPARE(heat(model, 0, 0).toDouble(), 0.0); // nothing lost: the darkest
    QCOMPARE(heat(model, 0, 3).toDouble(), 1.0);
    QCOMPARE(cell(model, 0, ca::LayersModel::FirstHeat), QStringLiteral("0"));
    QCOMPARE(cell(model, 0, ca::LayersModel::FirstHeat + 3), QStringLiteral("∞"));
}

void TestLayersModel::a_scale_spans_six_decades_at_most()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(four_values({5e-13, 0.002, 0.1, 2.0}));
    QVERIFY(model.is_cut());
    QCOMPARE(model.scale(), std::make_pair(2e-6, 2.0));
    QCOMPARE(heat(model, 0, 0).toDouble(), 0.0);
    QVERIFY(qAbs(heat(model, 0, 1).toDouble() - 0.5) < 1e-9); // three of six decades
    model.set_facts(four_values({0.1, 2.0}));
    QVERIFY(!model.is_cut());
}

void TestLayersModel::what_is_not_measured_has_no_colour()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(four_values({0.01, {}, {}, 0.1}));
    QVERIFY(!heat(model, 0, 1).isValid());
    QCOMPARE(cell(model, 0, ca::LayersModel::FirstHeat + 1), QString());
    model.set_facts(four_values({})); // no cells at all
    QVERIFY(!heat(model, 0, 3).isValid());
}

void TestLayersModel::cells_wait_only_while_a_scan_goes()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(four_values({0.01, {}, {}, 0.1}));
    const auto waits = [&](int column) {
        return model.index(0, ca::LayersModel::FirstHeat + column).data(ca::LayersModel::WaitsRole).toBool();
    };
    QVERIFY(!waits(1));
    model.set_scanning(true);
    QVERIFY(waits(1));
    QVERIFY(!waits(0)); // it is there
    QVERIFY(!model.index(0, ca::LayersModel::Name).data(ca::LayersModel::WaitsRole).toBool());
}

void TestLayersModel::a_tooltip_has_the_whole_divergence()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    ca::SensitivityFacts facts = four_values({});
    facts.layers[0].name = QStringLiteral("fc");
    facts.layers[0].of(ca::Measure::divergence) = {
        {0.0123456, ca::DivergenceFacts{0.0123456, 0.00321, 0.03125, 64, 0.0098765}, {}}};
    model.set_facts(facts);
    QCOMPARE(
        model.index(0, ca::LayersModel::FirstHeat).data(Qt::ToolTipRole).toString(),
        QStringLiteral("fc in int8\ndivergence 0.0098765 nats with confidence matched, 0.0123456 as it is, 1 − cosine 0.00321, "
                       "3.13 % of the answers changed, on 64 images"));
}

void TestLayersModel::a_tooltip_says_why_beta_noise_is_not_to_be_relied_on()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::noise);
    ca::SensitivityFacts facts = made_up_sensitivity();
    facts.layers[0].density->trouble = QStringLiteral("heaped");
    model.set_facts(facts);
    const QString tip = model.index(0, ca::LayersModel::FirstHeat + 5).data(Qt::ToolTipRole).toString();
    QVERIFY2(tip.contains(QStringLiteral("Beta noise to signal 0.8, measured 0.826667")), qPrintable(tip)); // 0.8 x 9.3 / 9
    QVERIFY2(tip.endsWith(QStringLiteral("fits badly: heaped.")), qPrintable(tip));
}

void TestLayersModel::the_last_column_is_the_selected_trials_recipe()
{
    ca::LayersModel model;
    model.set_facts(made_up_sensitivity());
    QCOMPARE(cell(model, 0, model.recipe_column()), QString());
    ca::Recipe recipe;
    recipe.layers["encoder.0.in_proj"].format = ca::Format::int6;
    model.set_recipe(QStringLiteral("T14"), recipe);
    for (const auto measure : ca::kMeasures) {
        model.set_measure(measure);
        QCOMPARE(model.columnCount(), model.recipe_column() + 1);
        QCOMPARE(model.headerData(model.recipe_column(), Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("T14"));
        QCOMPARE(cell(model, 0, model.recipe_column()), QStringLiteral("int6"));
        QCOMPARE(cell(model, 1, model.recipe_column()), QStringLiteral("float"));
    }
}

void TestLayersModel::sorts_by_number_and_by_program_order()
{
    ca::LayersModel model;
    model.set_measure(ca::Measure::divergence);
    model.set_facts(four_values({2e-5, {}, {}, kInfinity}));
    const auto key = [&](int column) { return model.index(0, column).data(ca::LayersModel::SortRole); };
    QCOMPARE(key(ca::LayersModel::Name).toInt(), 0);
    QCOMPARE(key(ca::LayersModel::FirstHeat).toDouble(), 2e-5);
    QVERIFY(key(ca::LayersModel::FirstHeat + 1).toDouble() < 0); // not known: below all that is
    QCOMPARE(key(ca::LayersModel::FirstHeat + 3).toDouble(), kInfinity);
}

void TestLayersModel::numbers_stand_at_the_right()
{
    ca::LayersModel model;
    model.set_facts(made_up_sensitivity());
    const auto side = [&](int column) { return model.index(0, column).data(Qt::TextAlignmentRole).toInt(); };
    QVERIFY(side(ca::LayersModel::Weights) & Qt::AlignRight);
    QVERIFY(side(ca::LayersModel::Name) & Qt::AlignLeft);
}

CA_GUI_TEST_MAIN(TestLayersModel)
#include "test_layers_model.moc"
