// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/bars.h"
#include "core/report/charts/beta.h"
#include "core/report/charts/class_changes.h"
#include "core/report/charts/heatmap.h"
#include "core/report/charts/hypervolume.h"
#include "core/report/charts/plot.h"
#include "tests/core/report/drawings.h"

#include <QtTest>

#include <cmath>

using namespace ca::report;

namespace {

Heatmap heatmap_of(std::size_t layers, std::size_t in_a_block)
{
    Heatmap map{"Sensitivity", "divergence, nats", {"int8", "static-int8"}, {}};
    for (std::size_t i = 0; i < layers; ++i)
        map.rows.push_back({"layer" + std::to_string(i),
                            "block" + std::to_string(i / in_a_block),
                            {{std::pow(10.0, -static_cast<double>(i % 5)), "v" + std::to_string(i)}, {}}});
    return map;
}

/// The curve of the only panel.
std::vector<Point> curve(const Drawing &drawing)
{
    for (const LineShape &line : drawings::all<LineShape>(drawing))
        if (line.pen.width == 2)
            return line.points;
    return {};
}

/// Where the label of a tick stands.
TextShape tick(const Drawing &drawing, const std::string &text)
{
    for (const TextShape &shape : drawings::all<TextShape>(drawing))
        if (shape.text == text)
            return shape;
    return {};
}

} // namespace

Q_DECLARE_METATYPE(ca::report::Drawing)

class TestCharts final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cuts_an_axis_at_round_numbers();
    void colours_as_viridis_does();
    void shortens_names_in_their_middle();
    void shows_every_layer_of_a_small_model();
    void rolls_layers_up_into_blocks();
    void rolls_blocks_up_where_they_are_too_many();
    void leaves_cells_empty_that_were_not_measured();
    void draws_the_beta_density();
    void stands_the_weights_under_their_density();
    void says_where_no_density_fits();
    void draws_bars_as_long_as_their_values();
    void draws_losses_to_the_left_and_gains_to_the_right();
    void counts_classes_that_it_leaves_out();
    void climbs_with_the_hypervolume();
    void no_text_covers_another_data();
    void no_text_covers_another();
};

void TestCharts::cuts_an_axis_at_round_numbers()
{
    QCOMPARE(round_step(100, 8), 20.0);
    QCOMPARE(round_step(0.7, 8), 0.1);
    QCOMPARE(round_ticks(-0.3, 0.31, 6), (std::vector<double>{-0.2, 0.0, 0.2}));
    QCOMPARE(tick_text(-0.2, 0.1), std::string("−0.2"));
    QCOMPARE(tick_text(20, 20), std::string("20"));
    QCOMPARE(tick_text(0.005, 0.005), std::string("0.005"));
    QCOMPARE(tick_text(3e-7, 1e-7), std::string("3e-7"));
    QCOMPARE(tick_text(-1'500'000, 500'000), std::string("−15e5"));
    QCOMPARE(tick_text(0, 1e-7), std::string("0"));
    QVERIFY(round_ticks(1e17, 1e17 + 64, 6).size() <= 7); // steps that vanish beside the number
}

void TestCharts::colours_as_viridis_does()
{
    // matplotlib 3: viridis(0), viridis(64), viridis(127), viridis(255).
    QCOMPARE(viridis(0), 0x440154U);
    QCOMPARE(viridis(1), 0xfde725U);
    const auto near = [](Colour a, Colour b) {
        for (const unsigned shift : {0U, 8U, 16U})
            if (std::abs(static_cast<int>((a >> shift) & 0xffU) - static_cast<int>((b >> shift) & 0xffU)) > 3)
                return false;
        return true;
    };
    QVERIFY(near(viridis(64.0 / 255), 0x3b528b));
    QVERIFY(near(viridis(127.0 / 255), 0x21918c));
    QCOMPARE(viridis(std::nan("")), 0x440154U);
    QCOMPARE(text_on(0x440154), kWhite);
    QCOMPARE(text_on(0xfde725), kInk);
}

void TestCharts::shortens_names_in_their_middle()
{
    const std::string name = "encoder.layers.11.self_attention.out_proj";
    const std::string shown = fitted(name, 10, 100);
    QVERIFY(shown.starts_with("enc") && shown.ends_with("proj"));
    QVERIFY(shown.find("…") != std::string::npos);
    QVERIFY(text_width(shown, 10) <= 100);
    QCOMPARE(fitted("fc", 10, 100), std::string("fc"));
    QVERIFY(QString::fromStdString(fitted("层层层层层层层层层层层层层层层层", 10, 60)).count(QChar(0x5c42)) < 6);
    QVERIFY(!QString::fromStdString(fitted("😀😀😀😀😀😀😀😀😀😀", 10, 60)).contains(QChar(0xfffd)));
}

void TestCharts::shows_every_layer_of_a_small_model()
{
    const Drawing drawing = heatmap_drawing(heatmap_of(60, 4));
    for (int i = 0; i < 60; ++i) {
        QVERIFY(drawings::has_text(drawing, "layer" + std::to_string(i)));
        QVERIFY(drawings::has_text(drawing, "v" + std::to_string(i)));
    }
    QVERIFY(drawing.height <= 1.3 * drawing.width); // what a page of paper holds
}

void TestCharts::rolls_layers_up_into_blocks()
{
    const auto rows = rolled_up(heatmap_of(61, 4).rows);
    QCOMPARE(rows.size(), std::size_t{16}); // 15 blocks of 4, and the last layer
    QCOMPARE(rows[1].name, std::string("block1 (4 layers)"));
    // Layers 4 to 7 hold 1e-4, 1, 0.1 and 0.01.
    QCOMPARE(rows[1].cells[0].value.value(), 1.0);
    QCOMPARE(rows[1].cells[0].text, std::string("v5"));
    QVERIFY(!rows[1].cells[1].value);
    QCOMPARE(rows[15].name, std::string("layer60"));
}

void TestCharts::rolls_blocks_up_where_they_are_too_many()
{
    const auto rows = rolled_up(heatmap_of(300, 2).rows); // 150 blocks: three at once
    QCOMPARE(rows.size(), std::size_t{50});
    QCOMPARE(rows[0].name, std::string("block0 to block2 (6 layers)"));
    QCOMPARE(rows[49].name, std::string("block147 to block149 (6 layers)"));
}

void TestCharts::leaves_cells_empty_that_were_not_measured()
{
    const Drawing drawing = heatmap_drawing(heatmap_of(5, 5));
    const auto boxes = drawings::all<RectangleShape>(drawing);
    QCOMPARE(std::count_if(boxes.begin(), boxes.end(), [](const RectangleShape &box) { return box.fill == kWhite; }), 5);
    QVERIFY(drawings::has_text(drawing, "Empty: not measured"));
    // 1 is the largest, 1e-4 the smallest.
    QCOMPARE(std::count_if(boxes.begin(), boxes.end(), [](const RectangleShape &box) { return box.fill == 0xfde725; }), 1);
    QCOMPARE(std::count_if(boxes.begin(), boxes.end(), [](const RectangleShape &box) { return box.fill == 0x440154; }), 1);
    QVERIFY(drawings::has_text(drawing, "0.001"));
}

void TestCharts::draws_the_beta_density()
{
    // Beta(2, 2) has the density 6 x (1 - x): 1.5 in the middle, 1.125 at a quarter.
    const Drawing drawing = beta_drawing({{"fc", "", 2, 2, -8, 8, {}}}, "t");
    const auto points = curve(drawing);
    const double zero = tick(drawing, "0.0").baseline.y - 4, one = tick(drawing, "1.0").baseline.y - 4;
    const auto at = [&](double share) {
        const auto &nearest = *std::min_element(points.begin(), points.end(), [&](const Point &a, const Point &b) {
            const double place = points.front().x + share * (points.back().x - points.front().x);
            return std::abs(a.x - place) < std::abs(b.x - place);
        });
        return (zero - nearest.y) / (zero - one);
    };
    QVERIFY(std::abs(at(0.5) - 1.5) < 0.01);
    QVERIFY(std::abs(at(0.25) - 1.125) < 0.02);
}

void TestCharts::stands_the_weights_under_their_density()
{
    // All weights equally often: every bin is as high as the density of Beta(1, 1), which is 1.
    const Drawing drawing = beta_drawing({{"fc", "", 1, 1, 0, 4, {0.25, 0.25, 0.25, 0.25}}}, "t");
    const auto bars = drawings::all<RectangleShape>(drawing);
    QCOMPARE(bars.size(), std::size_t{4});
    for (const RectangleShape &bar : bars)
        QVERIFY(std::abs(bar.corner.y - curve(drawing).at(0).y) < 0.01);
}

void TestCharts::says_where_no_density_fits()
{
    const double none = std::nan("");
    for (const BetaPanel &panel : {BetaPanel{"a", "", 0, 0, -1, 1, {}}, BetaPanel{"a", "", 2, 2, 1, 1, {}},
                                   BetaPanel{"a", "", none, none, none, none, {}}}) {
        const Drawing drawing = beta_drawing({panel}, "t");
        QVERIFY(drawings::has_text(drawing, "No Beta density fits these weights."));
        QVERIFY(curve(drawing).empty());
    }
}

void TestCharts::draws_bars_as_long_as_their_values()
{
    const Drawing drawing = bars_drawing(
        {{"Size", "", {{"Float", 40, "40 MB"}, {"T7", 10, "10 MB"}}}, {"Accuracy", "", {{"Float", 0.5, "50 %", 0.4, 0.6}}, 1.0}},
        "t");
    const auto bars = drawings::all<RectangleShape>(drawing);
    QCOMPARE(bars.size(), std::size_t{3});
    QVERIFY(std::abs(bars[0].width - 4 * bars[1].width) < 0.01);
    QVERIFY(std::abs(bars[2].width - bars[0].width / 2) < 0.01); // half of the whole
    QVERIFY(bars[0].fill != bars[1].fill);
    QVERIFY(drawings::has_text(drawing, "10 MB"));
    QCOMPARE(drawing.description, std::string("Size: Float 40 MB, T7 10 MB. Accuracy: Float 50 %."));
    const auto lines = drawings::all<LineShape>(drawing);
    const double end = bars[2].corner.x + bars[2].width, tenth = bars[2].width / 5;
    QVERIFY(std::any_of(lines.begin(), lines.end(), [&](const LineShape &line) {
        return std::abs(line.points[0].x - (end - tenth)) < 0.01 && std::abs(line.points[1].x - (end + tenth)) < 0.01;
    }));
}

void TestCharts::draws_losses_to_the_left_and_gains_to_the_right()
{
    const std::vector<ca::ShownClassChange> changes{
        {0, "cat", 200, 180, 174, 0, 6}, {1, std::nullopt, 100, 80, 81, 1, 0}, {2, "none", 0, 0, 0, 0, 0}};
    const Drawing drawing = class_change_drawing(changes, "t");
    const auto bars = drawings::all<RectangleShape>(drawing);
    QCOMPARE(bars.size(), std::size_t{2});         // one class has no image
    QVERIFY(drawings::has_text(drawing, "−3.00")); // 6 of 200
    QVERIFY(drawings::has_text(drawing, "+1.00"));
    QVERIFY(drawings::has_text(drawing, "class 1"));
    QVERIFY(std::abs(bars[0].width - 3 * bars[1].width) < 0.01);
    QVERIFY(std::abs(bars[0].corner.x + bars[0].width - bars[1].corner.x) < 0.01); // both begin at the line
    QVERIFY(drawings::has_text(class_change_drawing({}, "t"), "No class has an image."));
}

void TestCharts::counts_classes_that_it_leaves_out()
{
    std::vector<ca::ShownClassChange> changes;
    for (int i = 0; i < 100; ++i)
        changes.push_back({i, "c" + std::to_string(i), 1000, 500, 500 - i, 0, i});
    const Drawing drawing = class_change_drawing(changes, "t");
    QVERIFY(drawings::has_text(drawing, "76 classes that change less: not shown"));
    QVERIFY(drawings::has_text(drawing, "c99") && drawings::has_text(drawing, "c76"));
    QVERIFY(!drawings::has_text(drawing, "c75"));
}

void TestCharts::climbs_with_the_hypervolume()
{
    const Drawing drawing = hypervolume_drawing({{1, 0}, {2, 4}, {4, 10}}, "t");
    const auto points = curve(drawing);
    QCOMPARE(points.size(), std::size_t{5}); // two steps, each of a level line and a rise
    QCOMPARE(points[1].y, points[0].y);
    QCOMPARE(points[2].x, points[1].x);
    const double zero = points[0].y;
    QVERIFY(std::abs((zero - points[4].y) / (zero - points[2].y) - 2.5) < 1e-6); // 10 and 4
    QVERIFY(drawings::has_text(hypervolume_drawing({}, "t"), "No trial has finished yet."));
}

void TestCharts::no_text_covers_another_data()
{
    QTest::addColumn<Drawing>("drawing");
    const std::string odd = "слой<b>\"名字很长的层名字很长的层名字很长的层名字很长的层\"😀&amp;.with.a.long.tail.weight";
    Heatmap map = heatmap_of(60, 3);
    map.rows[3].name = odd;
    map.title = odd + odd;
    QTest::newRow("heatmap") << heatmap_drawing(map);
    QTest::newRow("heatmap of seven formats, blocks") << [&] {
        Heatmap wide = heatmap_of(300, 2);
        wide.columns = {"int8", "int6", "int4", "int3", "int2", "nf4", "static-int8"};
        for (HeatmapRow &row : wide.rows)
            row.cells.assign(7, {0.00012, "0.00012"});
        return heatmap_drawing(wide);
    }();
    QTest::newRow("empty heatmap") << heatmap_drawing({"t", "nats", {}, {}});
    QTest::newRow("beta") << beta_drawing(
        {{odd, odd, 12, 30, -0.0031, 0.0029, {}}, {"b", "n", 0.5, 0.5, 0, 1e6, {}}, {"c", "", 1, 1, -2, 2, {1}}}, odd);
    QTest::newRow("bars") << bars_drawing(
        {{odd, odd, {{odd, 1, odd, 0.9, 1.1}, {"T1000", 0, "0 bytes"}}}, {"L", "", {{"Float", 12, "12.1 ms"}}}}, odd);
    std::vector<ca::ShownClassChange> changes;
    for (int i = 0; i < 200; ++i)
        changes.push_back({i, odd, 10, 10, 10 - i % 11, 0, 0});
    QTest::newRow("classes") << class_change_drawing(changes, odd);
    QTest::newRow("hypervolume") << hypervolume_drawing({{1, 0}, {500, 12345.6}}, odd);
    QTest::newRow("flat hypervolume") << hypervolume_drawing({{1, 0}}, "t");
}

void TestCharts::no_text_covers_another()
{
    QFETCH(Drawing, drawing);
    QCOMPARE(drawings::collisions(drawing), QString());
    QVERIFY(!drawing.description.empty() || drawing.title == "t");
    for (const TextShape &text : drawings::all<TextShape>(drawing))
        QVERIFY(text.size >= 13); // 6.7 points on A4
}

QTEST_APPLESS_MAIN(TestCharts)
#include "test_charts.moc"
