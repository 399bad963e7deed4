// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/style_sheet.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/goal/goal_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

class TestGoalDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_new_goal_limits_nothing();
    void brings_back_what_was_chosen_last();
    void tells_what_was_chosen();
    void the_size_stays_the_same_in_the_other_unit();
    void selected_layers_keep_what_is_chosen();
    void finds_layers_by_a_part_of_their_name();
    void an_impossible_goal_cannot_be_run();
    void names_out_of_files_stay_plain_text();
    void every_control_has_a_name();
    void fits_a_small_window_in_light_and_dark();
};

namespace {

using Unit = ca::SizeLimit::Unit;

/// Float: 24 layers of 196,608 weights, and 100,000 bytes of other values.
ca::GoalModel made_up_goal_model()
{
    ca::GoalModel model{QStringLiteral("vit_cifar10.pt"), ca::bytes(24 * 196'608 * 4 + 100'000), {}};
    for (int block = 0; block < 6; ++block)
        for (const char *part : {"in_proj", "out_proj", "mlp.0", "mlp.3"})
            model.layers.push_back({QStringLiteral("encoder.%1.%2").arg(block).arg(QLatin1String(part)), 196'608});
    return model;
}

struct Shown {
    ca::GoalDialog dialog;
    explicit Shown(const ca::GoalFacts &goal = {}) : dialog(made_up_goal_model(), goal) { dialog.show(); }
    Q_DISABLE_COPY_MOVE(Shown)

    template <typename W>
    W *find(const char *name) const
    {
        return dialog.findChild<W *>(QString::fromLatin1(name));
    }
    [[nodiscard]] ca::Table *layers() const { return find<ca::Table>("goal_layers"); }
    void select(const std::vector<int> &rows) const
    {
        layers()->clearSelection();
        for (const int row : rows)
            layers()->selectionModel()->select(layers()->model()->index(row, 0),
                                               QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    /// As a person does.
    void keep(const QString &what) const
    {
        auto *combo = find<QComboBox>("goal_keep");
        combo->setCurrentIndex(combo->findText(what));
        Q_EMIT combo->activated(combo->currentIndex());
    }
};

} // namespace

void TestGoalDialog::a_new_goal_limits_nothing()
{
    const Shown shown;
    QCOMPARE(shown.dialog.goal(), ca::GoalFacts());
    QCOMPARE(shown.dialog.goal().trials, 24); // the command line's
    QCOMPARE(shown.dialog.goal().minutes, 30);
    QVERIFY(shown.find<QPushButton>("goal_run")->isEnabled());
    QVERIFY(!shown.find<QDoubleSpinBox>("goal_drop_points")->isEnabled());
    QCOMPARE(shown.find<QLabel>("goal_kept")->text(), QStringLiteral("all 24 are free"));
}

void TestGoalDialog::brings_back_what_was_chosen_last()
{
    ca::GoalFacts goal;
    goal.max_drop = 0.25;
    goal.size = ca::SizeLimit{2.2, Unit::megabytes};
    goal.latency = 3.5;
    goal.trials = 60;
    goal.minutes = 90;
    goal.keeps[QStringLiteral("encoder.0.in_proj")] = {ca::Format::int8, 0};
    const Shown shown(goal);
    QCOMPARE(shown.dialog.goal(), goal);
}

void TestGoalDialog::tells_what_was_chosen()
{
    const Shown shown;
    shown.find<QCheckBox>("goal_drop")->click();
    shown.find<QDoubleSpinBox>("goal_drop_points")->setValue(0.75);
    shown.find<QCheckBox>("goal_size")->click();
    shown.find<QDoubleSpinBox>("goal_size_value")->setValue(6);
    shown.find<QCheckBox>("goal_latency")->click();
    shown.find<QDoubleSpinBox>("goal_latency_ms")->setValue(2.5);
    shown.find<QSpinBox>("goal_trials")->setValue(12);
    const ca::GoalFacts goal = shown.dialog.goal();
    QCOMPARE(goal.max_drop, std::optional(0.75));
    QCOMPARE(goal.size, std::optional(ca::SizeLimit{6, Unit::times_smaller}));
    QCOMPARE(goal.latency, std::optional(2.5));
    QCOMPARE(goal.trials, 12);
    shown.find<QCheckBox>("goal_drop")->click();
    QVERIFY(!shown.dialog.goal().max_drop);
    QSignalSpy accepted(&shown.dialog, &QDialog::accepted);
    shown.find<QPushButton>("goal_run")->click();
    QCOMPARE(accepted.count(), 1);
}

void TestGoalDialog::the_size_stays_the_same_in_the_other_unit()
{
    const Shown shown;
    shown.find<QCheckBox>("goal_size")->click();
    shown.find<QDoubleSpinBox>("goal_size_value")->setValue(8);
    auto *unit = shown.find<QComboBox>("goal_size_unit");
    QVERIFY(shown.find<QLabel>("goal_float")->text().contains(QStringLiteral("19.0 MB")));
    unit->setCurrentIndex(unit->findData(static_cast<int>(Unit::megabytes)));
    // 18,974,368 bytes in 8 parts
    QCOMPARE(shown.dialog.goal().size, std::optional(ca::SizeLimit{2.37, Unit::megabytes}));
    unit->setCurrentIndex(unit->findData(static_cast<int>(Unit::times_smaller)));
    QCOMPARE(shown.dialog.goal().size, std::optional(ca::SizeLimit{8, Unit::times_smaller}));
}

void TestGoalDialog::selected_layers_keep_what_is_chosen()
{
    const Shown shown;
    const auto *combo = shown.find<QComboBox>("goal_keep");
    QVERIFY(!combo->isEnabled());
    shown.select({0, 2});
    QVERIFY(combo->isEnabled());
    QCOMPARE(combo->currentText(), QStringLiteral("free"));
    shown.keep(QStringLiteral("int8"));
    shown.select({2});
    QCOMPARE(combo->currentText(), QStringLiteral("int8"));
    shown.keep(QStringLiteral("4 bits or more"));
    shown.select({0, 2});
    QCOMPARE(combo->currentIndex(), -1); // they differ
    const std::map<QString, ca::LayerKeep> expected{{QStringLiteral("encoder.0.in_proj"), {ca::Format::int8, 0}},
                                                    {QStringLiteral("encoder.0.mlp.0"), {{}, 4}}};
    QCOMPARE(shown.dialog.goal().keeps, expected);
    QCOMPARE(shown.find<QLabel>("goal_kept")->text(), QStringLiteral("2 of 24"));
    shown.keep(QStringLiteral("free"));
    QVERIFY(shown.dialog.goal().keeps.empty());
}

void TestGoalDialog::finds_layers_by_a_part_of_their_name()
{
    const Shown shown;
    shown.find<QLineEdit>("goal_find")->setText(QStringLiteral("MLP.3"));
    QCOMPARE(shown.layers()->model()->rowCount(), 6);
    shown.layers()->selectAll();
    shown.keep(QStringLiteral("float"));
    QCOMPARE(shown.dialog.goal().keeps.size(), std::size_t(6));
    QCOMPARE(shown.dialog.goal().keeps.begin()->first, QStringLiteral("encoder.0.mlp.3"));
    shown.find<QLineEdit>("goal_find")->clear();
    QCOMPARE(shown.layers()->model()->rowCount(), 24);
    QCOMPARE(shown.dialog.goal().keeps.size(), std::size_t(6));
}

void TestGoalDialog::an_impossible_goal_cannot_be_run()
{
    const Shown shown;
    const auto *run = shown.find<QPushButton>("goal_run");
    shown.find<QCheckBox>("goal_size")->click();
    shown.find<QDoubleSpinBox>("goal_size_value")->setValue(14);
    shown.layers()->selectAll();
    QVERIFY(run->isEnabled());
    shown.keep(QStringLiteral("3 bits or more")); // 1.87 MB, and 1.36 are allowed
    QVERIFY(!run->isEnabled());
    QVERIFY(shown.find<QLabel>("goal_problem")->text().contains(QStringLiteral("1.87 MB")));
    shown.find<QDoubleSpinBox>("goal_size_value")->setValue(10); // 1.90
    QVERIFY(run->isEnabled());
    shown.keep(QStringLiteral("int3"));
    QVERIFY(shown.find<QLabel>("goal_problem")->text().contains(QStringLiteral("nothing to search")));
    QVERIFY(!run->isEnabled());
}

void TestGoalDialog::names_out_of_files_stay_plain_text()
{
    const ca::GoalDialog dialog({QStringLiteral("<b>net"), {}, {{QStringLiteral("a") + QChar(0x202E), 10}}}, {});
    const auto *table = dialog.findChild<ca::Table *>(QStringLiteral("goal_layers"));
    QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("a\\u{202E}"));
}

void TestGoalDialog::every_control_has_a_name()
{
    const Shown shown;
    for (const QWidget *widget : shown.dialog.findChildren<QWidget *>()) {
        const bool control = qobject_cast<const QPushButton *>(widget) || qobject_cast<const QComboBox *>(widget)
            || qobject_cast<const QAbstractSpinBox *>(widget) || qobject_cast<const QCheckBox *>(widget)
            || qobject_cast<const QTableView *>(widget)
            || (qobject_cast<const QLineEdit *>(widget) && !qobject_cast<const QAbstractSpinBox *>(widget->parentWidget()));
        if (control)
            QVERIFY2(!widget->accessibleName().isEmpty() && !widget->objectName().isEmpty(), qPrintable(widget->objectName()));
    }
}

/// Pictures go where CA_PICTURES says, for those who look.
void TestGoalDialog::fits_a_small_window_in_light_and_dark()
{
    for (const bool dark : {false, true}) {
        ca::GoalFacts goal;
        goal.max_drop = 0.5;
        goal.size = ca::SizeLimit{8, Unit::times_smaller};
        goal.keeps[QStringLiteral("encoder.0.in_proj")] = {ca::Format::int8, 0};
        goal.keeps[QStringLiteral("encoder.5.mlp.3")] = {{}, 4};
        Shown shown(goal);
        const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
        shown.dialog.setStyleSheet(ca::style_sheet(theme));
        shown.dialog.setPalette(ca::palette_of(theme));
        shown.select({0});
        QApplication::processEvents();
        QVERIFY(shown.dialog.minimumSizeHint().height() <= 720 && shown.dialog.minimumSizeHint().width() <= 1180);
        const QPixmap picture = shown.dialog.grab();
        QVERIFY(!picture.isNull());
        if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
            picture.save(folder + (dark ? QStringLiteral("/goal-dark.png") : QStringLiteral("/goal-light.png")));
    }
}

CA_GUI_TEST_MAIN(TestGoalDialog)
#include "test_goal_dialog.moc"
