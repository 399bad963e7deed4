// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/pareto.h"
#include "core/report/charts/plot.h"
#include "tests/core/report/drawings.h"

#include <QtTest>

#include <cmath>

using namespace ca::report;

namespace {

std::vector<ca::ChartPoint> some_points()
{
    return {{"T1", "fp32", 32e6, 0.92, 0.91, 0.93, true, true},
            {"T2", "int8", 8e6, 0.918, 0.908, 0.928, false, true},
            {"T3", "int8 again", 8.5e6, 0.90, 0.89, 0.91, false, false},
            {"T4", "mixed, 4 bits", 4e6, 0.89, 0.88, 0.90, false, true}};
}

/// Of the markers whose hint begins so.
std::vector<Shape> markers(const Drawing &drawing, const std::string &label)
{
    std::vector<Shape> found;
    for (const Shape &shape : drawing.shapes)
        if (shape.hint.starts_with(label + ":") || shape.hint.starts_with(label + "\n"))
            found.push_back(shape);
    return found;
}

CircleShape circle(const Drawing &drawing, const std::string &label)
{
    return std::get<CircleShape>(markers(drawing, label).at(0).what);
}

/// The joined points of the front.
std::vector<Point> front(const Drawing &drawing)
{
    for (const LineShape &line : drawings::all<LineShape>(drawing))
        if (line.pen.width == 2)
            return line.points;
    return {};
}

} // namespace

class TestChartsPareto final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void draws_axes_and_a_sentence_for_no_trial();
    void puts_a_doubling_at_equal_steps();
    void puts_accuracy_on_a_straight_scale();
    void draws_each_kind_of_point();
    void draws_trials_that_ended_early_hollow();
    void rings_the_recommended_trial();
    void joins_only_points_that_are_better_than_all_smaller_ones();
    void labels_do_not_cover_each_other();
    void takes_in_only_intervals_of_the_front();
    void keeps_detail_when_a_trial_fails_badly();
    void draws_one_point_and_kilobytes();
    void survives_numbers_that_are_none();
    void says_in_words_what_it_shows();
};

void TestChartsPareto::draws_axes_and_a_sentence_for_no_trial()
{
    const Drawing drawing = pareto_drawing({}, "Nothing");
    QCOMPARE(drawing.width, 960.0);
    QCOMPARE(drawing.height, 600.0);
    QVERIFY(drawings::has_text(drawing, "No trial has finished yet."));
    QVERIFY(drawings::has_text(drawing, "Nothing"));
    QCOMPARE(drawings::collisions(drawing), QString());
}

void TestChartsPareto::puts_a_doubling_at_equal_steps()
{
    // 4, 8 and 32 MB: one and three doublings apart.
    const Drawing drawing = pareto_drawing(some_points(), "t");
    const double at4 = circle(drawing, "T4").centre.x, at8 = circle(drawing, "T2").centre.x;
    const auto diamond = std::get<PolygonShape>(markers(drawing, "T1").at(0).what);
    const double at32 = diamond.points.at(0).x;
    QVERIFY(at4 < at8);
    QVERIFY(std::abs((at32 - at8) - 2 * (at8 - at4)) < 0.01);
    // The lines of the grid stand at powers of two, and say so.
    bool found = false;
    for (const TextShape &text : drawings::all<TextShape>(drawing))
        found = found || (text.text == "8" && std::abs(text.baseline.x - at8) < 0.01);
    QVERIFY(found);
}

void TestChartsPareto::puts_accuracy_on_a_straight_scale()
{
    const Drawing drawing = pareto_drawing(some_points(), "t");
    const double a_point = (circle(drawing, "T4").centre.y - circle(drawing, "T2").centre.y) / (91.8 - 89.0);
    QVERIFY(a_point > 0);
    double at90 = 0;
    for (const TextShape &text : drawings::all<TextShape>(drawing))
        if (text.text == "90")
            at90 = text.baseline.y - 4; // a label's baseline is 4 below its line
    QVERIFY(std::abs(circle(drawing, "T4").centre.y - at90 - a_point) < 0.01);
}

void TestChartsPareto::draws_each_kind_of_point()
{
    const Drawing drawing = pareto_drawing(some_points(), "t");
    QCOMPARE(markers(drawing, "T1").size(), std::size_t{1});
    QVERIFY(circle(drawing, "T3").radius < circle(drawing, "T4").radius);
    QVERIFY(circle(drawing, "T3").fill != circle(drawing, "T4").fill);
    QCOMPARE(markers(drawing, "T4").at(0).hint, std::string("T4: mixed, 4 bits\n4.00 MB, 89.00 % (88.00 to 90.00)"));
}

void TestChartsPareto::draws_trials_that_ended_early_hollow()
{
    auto points = some_points();
    QVERIFY(!drawings::has_part(pareto_drawing(points, "Trials"), "Hollow"));
    QVERIFY(circle(pareto_drawing(points, "Trials"), "T3").fill != kWhite);
    points[2].ended_early_at = 2176;
    const Drawing drawing = pareto_drawing(points, "Trials");
    QVERIFY(circle(drawing, "T3").fill == kWhite);
    QVERIFY(circle(drawing, "T3").pen.width > 0);
    QVERIFY(markers(drawing, "T3").at(0).hint.find("ended early, 2176 images") != std::string::npos);
    QVERIFY(drawings::has_part(drawing, "Hollow: ended early."));
    QCOMPARE(drawings::collisions(drawing), QString());
}

void TestChartsPareto::rings_the_recommended_trial()
{
    auto points = some_points();
    const std::size_t without = drawings::all<LineShape>(pareto_drawing(points, "t")).size();
    points[1].marked = true;
    const Drawing drawing = pareto_drawing(points, "t");
    const auto lines = drawings::all<LineShape>(drawing);
    QCOMPARE(lines.size(), without + 1);
    const CircleShape marker = circle(drawing, "T2");
    for (const Point &point : lines.back().points)
        QVERIFY(std::abs(std::hypot(point.x - marker.centre.x, point.y - marker.centre.y) - 12) < 1e-9);
    QVERIFY(drawings::has_part(drawing, "Ring: recommended."));
}

void TestChartsPareto::joins_only_points_that_are_better_than_all_smaller_ones()
{
    auto points = some_points();
    points.push_back({"T5", "fast, larger and worse", 16e6, 0.895, 0.885, 0.905, false, true});
    const auto joined = front(pareto_drawing(points, "t"));
    QCOMPARE(joined.size(), std::size_t{3}); // T4, T2, T1
    for (std::size_t i = 1; i < joined.size(); ++i)
        QVERIFY(joined[i].x > joined[i - 1].x && joined[i].y < joined[i - 1].y);
}

void TestChartsPareto::labels_do_not_cover_each_other()
{
    std::vector<ca::ChartPoint> points;
    for (int i = 0; i < 60; ++i)
        points.push_back({"T" + std::to_string(i), "", 4e6 * (1 + 0.003 * i), 0.9 + 0.0003 * i, 0.89, 0.93, false, true});
    const Drawing drawing = pareto_drawing(points, "t");
    const auto all = drawings::texts(drawing);
    const auto labels =
        std::count_if(all.begin(), all.end(), [](const std::string &text) { return text.starts_with('T') && text.size() <= 3; });
    QVERIFY(labels >= 2 && labels < 60);
    QCOMPARE(drawings::collisions(drawing), QString());
}

void TestChartsPareto::keeps_detail_when_a_trial_fails_badly()
{
    auto points = some_points();
    points.push_back({"T5", "int2", 2e6, 0.1, 0.09, 0.11, false, true});
    const Drawing drawing = pareto_drawing(points, "t");
    // 92 and 89 % keep a tenth of the height between them; the lost trial is an arrow at the edge, and the note counts it.
    QVERIFY(std::abs(circle(drawing, "T4").centre.y - circle(drawing, "T2").centre.y) > 47);
    QCOMPARE(std::get<PolygonShape>(markers(drawing, "T5").at(0).what).points.size(), std::size_t{3});
    QVERIFY(drawings::has_part(drawing, "1 trial below"));
    QCOMPARE(drawings::collisions(drawing), QString());
}

void TestChartsPareto::takes_in_only_intervals_of_the_front()
{
    auto points = some_points();
    points[2].low = 0.2; // ended early, after a few images
    const Drawing drawing = pareto_drawing(points, "t");
    QCOMPARE(circle(drawing, "T4").centre.y, circle(pareto_drawing(some_points(), "t"), "T4").centre.y);
    for (const LineShape &line : drawings::all<LineShape>(drawing))
        for (const Point &point : line.points)
            QVERIFY(point.y <= 532); // the bottom of the plot
    points[3].low = 0.85;
    QVERIFY(circle(pareto_drawing(points, "t"), "T4").centre.y < circle(drawing, "T4").centre.y);
}

void TestChartsPareto::draws_one_point_and_kilobytes()
{
    const Drawing drawing = pareto_drawing({{"T1", "fp32", 64e3, 1.0, 0.9, 1.0, true, true}}, "t", "Agreement with float");
    QVERIFY(drawings::has_text(drawing, "64"));
    QVERIFY(drawings::has_part(drawing, "kB"));
    QVERIFY(drawings::has_text(drawing, "Agreement with float, %"));
    QCOMPARE(drawings::collisions(drawing), QString());
}

void TestChartsPareto::survives_numbers_that_are_none()
{
    const double none = std::nan("");
    const Drawing drawing =
        pareto_drawing({{"T1", "", 0, 0.9, 0, 1, false, true}, {"T2", "", 5e6, none, none, none, false, true}}, "t");
    QVERIFY(drawings::all<CircleShape>(drawing).empty());
    QVERIFY(drawings::has_text(drawing, "No trial has finished yet."));
}

void TestChartsPareto::says_in_words_what_it_shows()
{
    QCOMPARE(
        pareto_drawing(some_points(), "t").description,
        std::string("Top-1 accuracy in percent against the size of the exported file, 4 trials. The front, from the smallest: "
                    "T4 with 4.00 MB and 89.00 %; T2 with 8.00 MB and 91.80 %; T1 with 32.0 MB and 92.00 %."));
}

QTEST_APPLESS_MAIN(TestChartsPareto)
#include "test_charts_pareto.moc"
