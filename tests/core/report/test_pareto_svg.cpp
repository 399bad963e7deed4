// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/pareto_svg.h"

#include <QXmlStreamReader>
#include <QtTest>

#include <cmath>

namespace {

/// One element that the chart draws, with what stands in it.
struct Element {
    QString name, style;
    QXmlStreamAttributes attributes;
    QString content, hint;

    [[nodiscard]] double number(const char *attribute) const { return attributes.value(QLatin1String(attribute)).toDouble(); }
};

/// Empty where the text is no well-formed XML.
std::vector<Element> elements(const std::string &svg)
{
    std::vector<Element> result, open;
    QXmlStreamReader reader(QByteArray::fromStdString(svg));
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isStartElement())
            open.push_back(
                {reader.name().toString(), reader.attributes().value("class").toString(), reader.attributes(), {}, {}});
        else if (reader.isCharacters() && !open.empty())
            open.back().content += reader.text().toString();
        else if (reader.isEndElement()) {
            if (open.back().name == "title" && open.size() > 1)
                open[open.size() - 2].hint = open.back().content;
            result.push_back(open.back());
            open.pop_back();
        }
    }
    return reader.hasError() ? std::vector<Element>{} : result;
}

std::vector<Element> with_style(const std::vector<Element> &all, const QString &style)
{
    std::vector<Element> result;
    std::copy_if(all.begin(), all.end(), std::back_inserter(result), [&](const Element &e) { return e.style == style; });
    return result;
}

std::vector<ca::ChartPoint> some_points()
{
    return {{"T1", "fp32", 32e6, 0.92, 0.91, 0.93, true, true},
            {"T2", "int8", 8e6, 0.918, 0.908, 0.928, false, true},
            {"T3", "int8 again", 8.5e6, 0.90, 0.89, 0.91, false, false},
            {"T4", "mixed, 4 bits", 4e6, 0.89, 0.88, 0.90, false, true}};
}

} // namespace

class TestParetoSvg final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void draws_axes_and_a_sentence_for_no_trial();
    void puts_a_doubling_at_equal_steps();
    void puts_accuracy_on_a_straight_scale();
    void draws_each_kind_of_point();
    void escapes_text_and_controls();
    void labels_do_not_cover_each_other();
    void keeps_detail_when_a_trial_fails_badly();
    void draws_one_point_and_kilobytes();
    void survives_numbers_that_are_none();
};

void TestParetoSvg::draws_axes_and_a_sentence_for_no_trial()
{
    const auto all = elements(ca::pareto_svg({}, "Nothing"));
    QVERIFY(!all.empty());
    QCOMPARE(all.back().name, QString("svg"));
    QCOMPARE(all.back().attributes.value("width"), QString("960"));
    QCOMPARE(all.back().attributes.value("height"), QString("600"));
    const auto notes = with_style(all, "note");
    QCOMPARE(notes.size(), std::size_t{1});
    QCOMPARE(notes[0].content, QString("No trial has finished yet."));
    QVERIFY(!with_style(all, "grid").empty());
}

void TestParetoSvg::puts_a_doubling_at_equal_steps()
{
    // 4, 8 and 32 MB: one and three doublings apart.
    const auto all = elements(ca::pareto_svg(some_points(), "t"));
    const auto dots = with_style(all, "on");
    QCOMPARE(dots.size(), std::size_t{2});
    const double at8 = dots[0].number("cx"), at4 = dots[1].number("cx");
    const QStringList diamond = with_style(all, "float").at(0).attributes.value("points").toString().split(' ');
    const double at32 = diamond.at(0).split(',').at(0).toDouble();
    QVERIFY(at4 < at8 && at8 < at32);
    QVERIFY(std::abs((at32 - at8) - 2 * (at8 - at4)) < 0.5);
    // The lines of the grid stand at powers of two, and say so.
    bool found = false;
    for (const Element &e : with_style(all, "axis"))
        found = found || (e.content == "8" && std::abs(e.number("x") - at8) < 0.2);
    QVERIFY(found);
}

void TestParetoSvg::puts_accuracy_on_a_straight_scale()
{
    const auto all = elements(ca::pareto_svg(some_points(), "t"));
    const auto dots = with_style(all, "on");
    const double points_apart = 91.8 - 89.0;
    const double pixels_apart = dots[1].number("cy") - dots[0].number("cy");
    const auto bars = with_style(all, "bar"); // of two points' width: 91.8 +- 1
    QVERIFY(pixels_apart > 0);
    const Element &bar = bars.at(1);
    QVERIFY(std::abs((bar.number("y1") - bar.number("y2")) / 2.0 - pixels_apart / points_apart) < 0.2);
}

void TestParetoSvg::draws_each_kind_of_point()
{
    const auto all = elements(ca::pareto_svg(some_points(), "t"));
    QCOMPARE(with_style(all, "float").size(), std::size_t{1});
    QCOMPARE(with_style(all, "on").size(), std::size_t{2});
    QCOMPARE(with_style(all, "off").size(), std::size_t{1});
    QCOMPARE(with_style(all, "front").size(), std::size_t{1});
    QVERIFY(with_style(all, "off")[0].number("r") < with_style(all, "on")[0].number("r"));
    QCOMPARE(with_style(all, "on")[1].hint, QString("T4: mixed, 4 bits\n4.00 MB, 89.00 % (88.00 to 90.00)"));
}

void TestParetoSvg::escapes_text_and_controls()
{
    auto points = some_points();
    points[1].hint = "a<b & \"c\" \x01 ]]>";
    points[1].label = "<T2>";
    const auto all = elements(ca::pareto_svg(points, "<script>alert(1)</script> & \xff"));
    QVERIFY(!all.empty());
    QVERIFY(with_style(all, "title").at(0).content.startsWith("<script>alert(1)</script> & "));
    QVERIFY(with_style(all, "on").at(0).hint.contains("a<b & \"c\""));
}

void TestParetoSvg::labels_do_not_cover_each_other()
{
    std::vector<ca::ChartPoint> points;
    for (int i = 0; i < 60; ++i)
        points.push_back({"T" + std::to_string(i), "", 4e6 * (1 + 0.003 * i), 0.9 + 0.0003 * i, 0.89, 0.93, false, true});
    const auto labels = with_style(elements(ca::pareto_svg(points, "t")), "label");
    QVERIFY(labels.size() >= 2 && labels.size() < 60);
    for (std::size_t a = 0; a < labels.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            if (labels[a].attributes.value("text-anchor") != labels[b].attributes.value("text-anchor"))
                continue;
            // Letters of 12 pixels are at least 9 high and two of them 13 wide.
            QVERIFY(std::abs(labels[a].number("y") - labels[b].number("y")) >= 9
                    || std::abs(labels[a].number("x") - labels[b].number("x")) >= 13);
        }
    }
}

void TestParetoSvg::keeps_detail_when_a_trial_fails_badly()
{
    auto points = some_points();
    points.push_back({"T5", "int2", 2e6, 0.1, 0.09, 0.11, false, true});
    const auto all = elements(ca::pareto_svg(points, "t"));
    // 92 and 89 % keep a tenth of the height between them; the lost trial is an arrow at the edge, and the note counts it.
    const auto dots = with_style(all, "on");
    QCOMPARE(std::count_if(dots.begin(), dots.end(), [](const Element &e) { return e.name == "polygon"; }), 1);
    std::vector<double> heights;
    for (const Element &e : dots)
        if (e.name == "circle")
            heights.push_back(e.number("cy"));
    QVERIFY(std::abs(heights.at(0) - heights.at(1)) > 47);
    QVERIFY(with_style(all, "note").at(0).content.contains("1 trial below"));
}

void TestParetoSvg::draws_one_point_and_kilobytes()
{
    const auto all = elements(ca::pareto_svg({{"T1", "fp32", 64e3, 1.0, 0.9, 1.0, true, true}}, "t"));
    QVERIFY(!all.empty());
    QStringList axis;
    for (const Element &e : with_style(all, "axis"))
        axis << e.content;
    QVERIFY(axis.contains("64"));
    QVERIFY(axis.filter("kB").size() == 1);
}

void TestParetoSvg::survives_numbers_that_are_none()
{
    const double none = std::nan("");
    const auto all =
        elements(ca::pareto_svg({{"T1", "", 0, 0.9, 0, 1, false, true}, {"T2", "", 5e6, none, none, none, false, true}}, "t"));
    QVERIFY(!all.empty());
    QVERIFY(with_style(all, "on").empty());
}

QTEST_APPLESS_MAIN(TestParetoSvg)
#include "test_pareto_svg.moc"
