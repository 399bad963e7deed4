// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/report/drawing_painter.h"

#include <QImage>
#include <QPainter>

namespace {

using namespace ca::report;

QImage painted(const Drawing &drawing, QSize size, const QRectF &room)
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    paint_drawing(painter, drawing, room);
    return image;
}

/// The smallest rectangle with all pixels that are not white.
QRect inked(const QImage &image)
{
    QRect all;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixelColor(x, y) != QColor(Qt::white))
                all |= QRect(x, y, 1, 1);
    return all;
}

Drawing drawing_of(std::vector<Shape> shapes)
{
    Drawing drawing;
    drawing.width = 100;
    drawing.height = 50;
    drawing.shapes = std::move(shapes);
    return drawing;
}

Shape text_at(Point place, TextShape::Anchor anchor, const std::string &text, bool upwards = false)
{
    return {TextShape{.baseline = place, .text = text, .size = 10, .anchor = anchor, .upwards = upwards}, {}};
}

} // namespace

class TestDrawingPainter final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void puts_shapes_where_they_belong();
    void paints_the_first_at_the_bottom();
    void scales_to_its_room_without_stretching();
    void sets_texts_by_their_anchors();
    void turns_texts_against_the_clock();
    void keeps_texts_inside();
    void a_drawing_without_size_is_nothing();
};

void TestDrawingPainter::puts_shapes_where_they_belong()
{
    const QImage image = painted(drawing_of({{RectangleShape{.corner = {10, 5}, .width = 20, .height = 10, .fill = 0xff0000}, {}},
                                             {CircleShape{.centre = {60, 25}, .radius = 8, .fill = 0x00ff00}, {}},
                                             {PolygonShape{.points = {{80, 5}, {98, 5}, {98, 23}}, .fill = 0x0000ff}, {}},
                                             {LineShape{.points = {{0, 45}, {100, 45}}, .pen = {0x123456, 2}}, {}}}),
                                 {100, 50}, {0, 0, 100, 50});
    QCOMPARE(image.pixelColor(20, 10), QColor(255, 0, 0));
    QCOMPARE(image.pixelColor(9, 10), QColor(Qt::white));
    QCOMPARE(image.pixelColor(60, 25), QColor(0, 255, 0));
    QCOMPARE(image.pixelColor(67, 32), QColor(Qt::white)); // the corner around the circle
    QCOMPARE(image.pixelColor(96, 8), QColor(0, 0, 255));
    QCOMPARE(image.pixelColor(82, 20), QColor(Qt::white)); // left of the slope
    QCOMPARE(image.pixelColor(50, 44), QColor(0x12, 0x34, 0x56));
    QCOMPARE(image.pixelColor(50, 47), QColor(Qt::white));
}

void TestDrawingPainter::paints_the_first_at_the_bottom()
{
    const QImage image =
        painted(drawing_of({{RectangleShape{.corner = {0, 0}, .width = 20, .height = 20, .fill = 0xff0000}, {}},
                            {RectangleShape{.corner = {5, 5}, .width = 10, .height = 10, .fill = 0x00ff00}, {}}}),
                {100, 50}, {0, 0, 100, 50});
    QCOMPARE(image.pixelColor(10, 10), QColor(0, 255, 0));
    QCOMPARE(image.pixelColor(2, 2), QColor(255, 0, 0));
}

void TestDrawingPainter::scales_to_its_room_without_stretching()
{
    const Drawing full = drawing_of({{RectangleShape{.corner = {0, 0}, .width = 100, .height = 50, .fill = 0}, {}}});
    QCOMPARE(inked(painted(full, {300, 300}, {20, 30, 200, 250})), QRect(20, 30, 200, 100));
    QCOMPARE(inked(painted(full, {300, 300}, {20, 30, 250, 50})), QRect(20, 30, 100, 50));
}

void TestDrawingPainter::sets_texts_by_their_anchors()
{
    const auto place = [](TextShape::Anchor anchor) {
        return inked(painted(drawing_of({text_at({50, 30}, anchor, "HHHH")}), {400, 200}, {0, 0, 400, 200}));
    };
    const QRect start = place(TextShape::Anchor::start), middle = place(TextShape::Anchor::middle),
                end = place(TextShape::Anchor::end);
    QVERIFY(start.left() >= 200 && start.left() < 212); // 50 of 100 is 200 pixels of 400, and an H has a little room beside it
    QVERIFY(std::abs(middle.center().x() - 200) < 6);
    QVERIFY(end.right() < 200 && end.right() > 188);
    QVERIFY(std::abs(start.bottom() - 119) <= 1); // the base line is at 30 of 50
}

void TestDrawingPainter::turns_texts_against_the_clock()
{
    const QRect turned =
        inked(painted(drawing_of({text_at({50, 45}, TextShape::Anchor::start, "HHHH", true)}), {400, 200}, {0, 0, 400, 200}));
    QVERIFY(turned.height() > 2 * turned.width());
    QVERIFY(turned.bottom() < 180 && turned.bottom() > 168); // begins at 45 of 50 and goes up
    QVERIFY(turned.right() <= 201);                          // its letters stand to the left of the base line
}

void TestDrawingPainter::keeps_texts_inside()
{
    const QRect moved =
        inked(painted(drawing_of({text_at({90, 30}, TextShape::Anchor::start, "HHHHHH")}), {500, 200}, {0, 0, 400, 200}));
    QVERIFY(moved.right() < 400);
    const QRect narrow = inked(
        painted(drawing_of({text_at({90, 30}, TextShape::Anchor::middle, std::string(60, 'H'))}), {500, 200}, {0, 0, 400, 200}));
    QVERIFY(narrow.left() >= 0 && narrow.right() < 400 && narrow.width() > 380);
}

void TestDrawingPainter::a_drawing_without_size_is_nothing()
{
    Drawing drawing = drawing_of({{RectangleShape{.corner = {0, 0}, .width = 9, .height = 9, .fill = 0}, {}}});
    drawing.width = 0;
    QVERIFY(inked(painted(drawing, {50, 50}, {0, 0, 50, 50})).isEmpty());
}

CA_GUI_TEST_MAIN(TestDrawingPainter)
#include "test_drawing_painter.moc"
