// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/svg.h"

#include <QXmlStreamReader>
#include <QtTest>

#include <cmath>

using namespace ca::report;

namespace {

/// One element, with what stands in it, and its hint.
struct Element {
    QString name;
    QXmlStreamAttributes attributes;
    QString content, hint;

    [[nodiscard]] QString value(const char *attribute) const { return attributes.value(QLatin1String(attribute)).toString(); }
};

/// In the order in which they end. Empty where the text is no well-formed XML.
std::vector<Element> elements(const std::string &svg)
{
    std::vector<Element> result, open;
    QXmlStreamReader reader(QByteArray::fromStdString(svg));
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isStartElement())
            open.push_back({reader.name().toString(), reader.attributes(), {}, {}});
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

Element only(const Shape &shape, const QString &name)
{
    Drawing drawing;
    drawing.shapes = {shape};
    for (const Element &element : elements(to_svg(drawing)))
        if (element.name == name && element.value("fill") != "#ffffff") // not the sheet
            return element;
    return {};
}

} // namespace

class TestSvg final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writes_each_shape();
    void turns_text_upwards();
    void tells_those_who_do_not_see_it();
    void keeps_markup_out_of_texts();
    void survives_numbers_that_are_none();
};

void TestSvg::writes_each_shape()
{
    const Element polyline =
        only({.what = LineShape{{{1, 2.25}, {3, 4}}, {.colour = 0x0a0b0c, .width = 2, .dashed = true}}}, "polyline");
    QCOMPARE(polyline.value("points"), QString("1,2.2 3,4"));
    QCOMPARE(polyline.value("stroke"), QString("#0a0b0c"));
    QCOMPARE(polyline.value("stroke-dasharray"), QString("6 4"));
    QCOMPARE(polyline.value("fill"), QString("none"));
    const Element polygon = only({.what = PolygonShape{{{0, 0}, {1, 0}, {0, 1}}, 0x123456}}, "polygon");
    QCOMPARE(polygon.value("fill"), QString("#123456"));
    QVERIFY(polygon.value("stroke").isEmpty()); // no outline
    const Element box = only({.what = RectangleShape{{1, 2}, 30, 40, 0x00ff00, {.colour = 0xff, .width = 1}}}, "rect");
    QCOMPARE(box.value("x") + " " + box.value("y") + " " + box.value("width") + " " + box.value("height"), QString("1 2 30 40"));
    QCOMPARE(box.value("stroke"), QString("#0000ff"));
    const Element circle = only({CircleShape{{5, 6}, 7, 0x010203}, "seven\nwide"}, "circle");
    QCOMPARE(circle.value("cx") + " " + circle.value("cy") + " " + circle.value("r"), QString("5 6 7"));
    QCOMPARE(circle.hint, QString("seven\nwide"));
}

void TestSvg::turns_text_upwards()
{
    const Element text = only({.what = TextShape{{10, 20}, "up", 13, 0, TextShape::Anchor::middle, true, true}}, "text");
    QCOMPARE(text.content, QString("up"));
    QCOMPARE(text.value("transform"), QString("rotate(-90 10 20)"));
    QCOMPARE(text.value("text-anchor"), QString("middle"));
    QCOMPARE(text.value("font-size"), QString("13"));
    QCOMPARE(text.value("font-weight"), QString("600"));
}

void TestSvg::tells_those_who_do_not_see_it()
{
    Drawing drawing;
    drawing.width = 640;
    drawing.title = "Sizes";
    drawing.description = "Two bars.";
    const Element root = elements(to_svg(drawing)).back();
    QCOMPARE(root.name, QString("svg"));
    QCOMPARE(root.value("role"), QString("img"));
    QCOMPARE(root.value("aria-label"), QString("Sizes. Two bars."));
    QCOMPARE(root.value("width"), QString("640"));
    QCOMPARE(root.value("viewBox"), QString("0 0 640 600"));
}

void TestSvg::keeps_markup_out_of_texts()
{
    const std::string bad = "<script>alert('1')</script> & \"c\" \x01 ]]> \xff \xef\xbf\xbf";
    Drawing drawing;
    drawing.title = drawing.description = bad;
    drawing.shapes = {{TextShape{{1, 2}, bad, 12, 0}, bad}};
    const auto all = elements(to_svg(drawing));
    QVERIFY(!all.empty());
    QVERIFY(std::none_of(all.begin(), all.end(), [](const Element &element) { return element.name == "script"; }));
    const QString kept = QStringLiteral("<script>alert('1')</script> & \"c\"   ]]> \ufffd \ufffd");
    QCOMPARE(only(drawing.shapes[0], "text").content, kept);
    QCOMPARE(only(drawing.shapes[0], "text").hint, kept);
    QCOMPARE(all.back().value("aria-label"), kept + ". " + kept);
}

void TestSvg::survives_numbers_that_are_none()
{
    const Element box = only({.what = RectangleShape{{std::nan(""), INFINITY}, -3, 4, 0x1}}, "rect");
    QCOMPARE(box.value("x") + " " + box.value("y") + " " + box.value("width"), QString("0 0 0"));
}

QTEST_APPLESS_MAIN(TestSvg)
#include "test_svg.moc"
