// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/common/segments.h"
#include "ui/common/state_pane.h"
#include "ui/common/theme.h"
#include "ui/layers/density_chart.h"
#include "ui/layers/density_view.h"
#include "ui/layers/layers_model.h"
#include "ui/layers/layers_pane.h"
#include "ui/main_window.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>

class TestLayersPane final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shows_beta_noise_until_there_is_divergence();
    void a_persons_choice_of_measure_stays();
    void the_selected_layer_stays_while_a_scan_goes_and_between_measures();
    void shows_the_weights_of_the_selected_layer();
    void says_where_divergence_comes_from();
    void sorts_by_a_click_and_returns_to_the_program();
    void arrow_keys_choose_the_measure();
    void every_cell_keeps_its_size_in_a_small_window();
    void cells_have_the_colours_of_the_scale_in_light_and_dark();
    void knows_the_density_of_beta_distributions();
    void draws_the_second_fit_where_it_differs();
    void draws_bars_and_curve();
};

namespace {

struct Shown {
    ca::LayersPane pane;
    QTableView *table = pane.findChild<QTableView *>(QStringLiteral("layers_table"));
    ca::DensityView *density = pane.findChild<ca::DensityView *>();

    explicit Shown(const ca::SensitivityFacts &facts)
    {
        pane.set_facts(facts);
        pane.resize(768, 480);
        pane.states()->show_content();
        pane.show();
    }
    Q_DISABLE_COPY_MOVE(Shown)
    ~Shown()
    {
        delete pane.measures(); // a heading would own them
        delete pane.legend();
    }
};

QString first_layer(const QTableView &table)
{
    return table.model()->index(0, 0).data().toString();
}

} // namespace

void TestLayersPane::shows_beta_noise_until_there_is_divergence()
{
    Shown shown(made_up_sensitivity());
    QCOMPARE(shown.pane.measure(), ca::Measure::noise);
    shown.pane.begin_scan(false); // of weights alone
    QCOMPARE(shown.pane.measure(), ca::Measure::noise);
    shown.pane.end_scan();
    shown.pane.begin_scan(true);
    QCOMPARE(shown.pane.measure(), ca::Measure::divergence);
    ca::SensitivityFacts other = made_up_sensitivity();
    other.layers.pop_back();
    shown.pane.end_scan();
    shown.pane.set_facts(other); // another model
    QCOMPARE(shown.pane.measure(), ca::Measure::noise);
    other = made_up_sensitivity(24);
    shown.pane.set_facts(other);
    QCOMPARE(shown.pane.measure(), ca::Measure::divergence);
}

void TestLayersPane::a_persons_choice_of_measure_stays()
{
    Shown shown(made_up_sensitivity());
    shown.pane.measures()->findChild<QPushButton *>(QStringLiteral("layers_measure_2"))->click();
    QCOMPARE(shown.pane.measure(), ca::Measure::bytes);
    shown.pane.begin_scan(true);
    shown.pane.set_facts(made_up_sensitivity(2));
    QCOMPARE(shown.pane.measure(), ca::Measure::bytes);
}

void TestLayersPane::the_selected_layer_stays_while_a_scan_goes_and_between_measures()
{
    Shown shown(made_up_sensitivity());
    shown.pane.select(QStringLiteral("encoder.2.mlp.0"));
    shown.pane.begin_scan(true); // which shows another measure
    shown.pane.set_facts(made_up_sensitivity(4));
    QCOMPARE(shown.pane.selected(), QStringLiteral("encoder.2.mlp.0"));
    QVERIFY(shown.density->isVisible());
    shown.pane.set_facts({});
    QCOMPARE(shown.pane.selected(), QString());
    QVERIFY(!shown.density->isVisible());
}

void TestLayersPane::shows_the_weights_of_the_selected_layer()
{
    ca::SensitivityFacts facts = made_up_sensitivity();
    facts.layers[1].density->trouble = QStringLiteral("heaped");
    facts.layers[1].activation = ca::ActivationFacts{-0.17, 8.25, -0.16, 4.5, 256, 2};
    Shown shown(facts);
    QVERIFY(!shown.density->isVisible());
    QTest::mouseClick(shown.table->viewport(), Qt::LeftButton, {},
                      shown.table->visualRect(shown.table->model()->index(0, 0)).center());
    QVERIFY(shown.density->isVisible());
    const auto text = [&](const char *name) { return shown.density->findChild<QLabel *>(QString::fromLatin1(name))->text(); };
    QCOMPARE(text("density_title"), QStringLiteral("encoder.0.in_proj"));
    QVERIFY(text("density_facts")
                .startsWith(QStringLiteral("linear 768 × 256 · −0.500 to 0.500 · excess kurtosis −0.857 ·"))); // -6/7
    QVERIFY(text("density_facts").contains(QStringLiteral("Beta(2.00, 2.00), KS distance 0.0100")));
    QCOMPARE(text("density_trouble"), QString());
    QTest::keyClick(shown.table, Qt::Key_Down);
    QCOMPARE(text("density_title"), QStringLiteral("encoder.0.out_proj"));
    QCOMPARE(text("density_trouble"), QStringLiteral("The Beta density fits badly: heaped."));
    QVERIFY(text("density_facts").endsWith(QStringLiteral("2 of 256 channels above 6")));
    QVERIFY(shown.density->findChild<ca::DensityChart *>()->accessibleDescription().contains(QStringLiteral("heaped")));
}

void TestLayersPane::says_where_divergence_comes_from()
{
    Shown shown(made_up_sensitivity());
    const auto *line = shown.pane.findChild<QLabel *>(QStringLiteral("layers_summary"));
    QVERIFY(line->isHidden());
    shown.pane.measures()->findChild<QPushButton *>(QStringLiteral("layers_measure_0"))->click();
    QVERIFY(line->text().contains(QStringLiteral("Scan")));
    shown.pane.begin_scan(true);
    QVERIFY(line->isHidden());
    ca::SensitivityFacts facts = made_up_sensitivity(24);
    facts.agreement = QStringLiteral("Rank correlation 0.81");
    shown.pane.set_facts(facts);
    QCOMPARE(line->text(), facts.agreement);
    QVERIFY(!line->isHidden());
}

void TestLayersPane::sorts_by_a_click_and_returns_to_the_program()
{
    Shown shown(made_up_sensitivity());
    QCOMPARE(first_layer(*shown.table), QStringLiteral("encoder.0.in_proj"));
    shown.table->sortByColumn(ca::LayersModel::FirstHeat + 5, Qt::DescendingOrder);
    // 0.8 + 0.35 x 6 is the most; (5 block + 3 part) mod 7 is 6 first for block 0, part 2
    QCOMPARE(first_layer(*shown.table), QStringLiteral("encoder.0.mlp.0"));
    shown.table->sortByColumn(ca::LayersModel::Name, Qt::AscendingOrder);
    QCOMPARE(first_layer(*shown.table), QStringLiteral("encoder.0.in_proj"));
}

void TestLayersPane::arrow_keys_choose_the_measure()
{
    Shown shown(made_up_sensitivity(24));
    QCOMPARE(shown.pane.measure(), ca::Measure::divergence);
    shown.pane.measures()->show();
    shown.pane.measures()->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(shown.pane.measures()));
    auto *first = shown.pane.measures()->findChild<QPushButton *>(QStringLiteral("layers_measure_0"));
    first->setFocus();
    QTest::keyClick(first, Qt::Key_Right);
    QCOMPARE(shown.pane.measure(), ca::Measure::noise);
}

void TestLayersPane::every_cell_keeps_its_size_in_a_small_window()
{
    ca::MainWindow window;
    ca::ModelFacts model = made_up_model();
    model.sensitivity = made_up_sensitivity(24);
    window.set_model(model);
    window.resize(1180, 720);
    window.show();
    auto *pane = window.findChild<ca::LayersPane *>();
    auto *table = window.findChild<QTableView *>(QStringLiteral("layers_table"));
    for (const auto measure : {0, 1, 2}) {
        window.findChild<QPushButton *>(QStringLiteral("layers_measure_%1").arg(measure))->click();
        for (int column = ca::LayersModel::FirstHeat; column < table->model()->columnCount() - 1; ++column)
            QVERIFY(table->columnWidth(column) >= 48); // 44 inside its gaps
        QVERIFY(!table->horizontalScrollBar()->isVisible());
    }
    pane->select(QStringLiteral("encoder.0.in_proj"));
    QApplication::processEvents();
    QCOMPARE(window.size(), QSize(1180, 720));
    QVERIFY(window.findChild<ca::DensityView *>()->height() >= 96);
    QVERIFY(table->height() >= 80); // headings and two rows
    for (int measure = 0; measure < 3; ++measure) {
        const auto *button = window.findChild<QPushButton *>(QStringLiteral("layers_measure_%1").arg(measure));
        QVERIFY(button->width() >= button->sizeHint().width());
    }
}

void TestLayersPane::cells_have_the_colours_of_the_scale_in_light_and_dark()
{
    for (const ca::Theme &theme : {ca::light_theme(), ca::dark_theme()}) {
        Shown shown(made_up_sensitivity());
        shown.pane.setPalette(ca::palette_of(theme));
        shown.pane.begin_scan(true);
        ca::SensitivityFacts facts = made_up_sensitivity(1);
        facts.layers[0].of(ca::Measure::divergence)[6].value = std::numeric_limits<double>::infinity();
        shown.pane.set_facts(facts);
        const QImage image = shown.table->viewport()->grab().toImage();
        const auto left_in_cell = [&](int row, int column) { // beside the number
            const QRect cell = shown.table->visualRect(shown.table->model()->index(row, column));
            return image.pixelColor(cell.left() + 5, cell.center().y());
        };
        QCOMPARE(left_in_cell(0, ca::LayersModel::FirstHeat), ca::viridis(0));     // the smallest
        QCOMPARE(left_in_cell(0, ca::LayersModel::FirstHeat + 6), ca::viridis(1)); // infinite
        const QRect waiting = shown.table->visualRect(shown.table->model()->index(2, ca::LayersModel::FirstHeat));
        QCOMPARE(image.pixelColor(waiting.center()), theme.grid);
    }
}

void TestLayersPane::knows_the_density_of_beta_distributions()
{
    const auto close = [](double a, double b) { return qAbs(a - b) < 1e-9; };
    QVERIFY(close(ca::beta_density({2, 2, 0}, 0.5), 1.5));          // 6 x (1 - x)
    QVERIFY(close(ca::beta_density({1, 1, 0}, 0.0), 1.0));          // even
    QVERIFY(close(ca::beta_density({2, 5, 0}, 0.2), 2.4576));       // 30 x (1 - x)^4
    QVERIFY(close(ca::beta_density({0.5, 0.5, 0}, 0.5), 2 / M_PI)); // the arc sine law: 1 / (pi sqrt(x (1 - x)))
    QCOMPARE(ca::beta_density({0, 0, 1}, 0.5), 0.0);
    QVERIFY(ca::beta_density({5e4, 5e4, 0}, 0.5) > 100);
}

void TestLayersPane::draws_the_second_fit_where_it_differs()
{
    ca::DensityChart chart;
    ca::DensityFacts density = made_up_density();
    chart.set_density(density);
    QVERIFY(chart.has_second_line()); // shapes 2 and 2.4
    density.moments = {2.05, 1.95, 0.01};
    chart.set_density(density);
    QVERIFY(!chart.has_second_line());
    density.moments = {0, 0, 1};
    chart.set_density(density);
    QVERIFY(!chart.has_second_line());
}

void TestLayersPane::draws_bars_and_curve()
{
    for (const ca::Theme &theme : {ca::light_theme(), ca::dark_theme()}) {
        ca::DensityChart chart;
        chart.setPalette(ca::palette_of(theme));
        chart.resize(330, 130);
        QImage nothing = chart.grab().toImage();
        chart.set_density(made_up_density());
        const QImage image = chart.grab().toImage();
        // At the foot of the middle stands a bar, and the curve passes over its head: 1.5 of 1.5 x 1.08.
        const auto has = [&](int from, int to, const QColor &color) {
            for (int y = from; y < to; ++y)
                for (int x = 155; x < 175; ++x)
                    if (image.pixelColor(x, y) == color)
                        return true;
            return false;
        };
        QVERIFY(has(60, 110, theme.faint));
        QVERIFY(has(18, 34, theme.accent));
        QVERIFY(!has(60, 110, theme.accent));
        chart.set_density({}); // no weights
        QCOMPARE(chart.grab().toImage(), nothing);
    }
}

CA_GUI_TEST_MAIN(TestLayersPane)
#include "test_layers_pane.moc"
