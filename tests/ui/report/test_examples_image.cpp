// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/ui/report/made_up_report.h"
#include "ui/report/examples_image.h"

#include <set>

namespace {

ca::ShownExample example(const std::string &kind, QRgb colour)
{
    QImage image(2, 2, QImage::Format_RGB32);
    image.fill(colour);
    ca::ShownExample result;
    result.kind = kind;
    result.name = "cat";
    result.picture = ca::Thumbnail{2, 2, made_up::png(image)};
    return result;
}

/// How many of the sheet's pixels have this colour.
int count(const QImage &image, QRgb colour)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            found += image.pixel(x, y) == colour;
    return found;
}

constexpr QRgb kRed = 0xffff0000, kGreen = 0xff00ff00, kBlue = 0xff0000ff;

} // namespace

class TestExamplesImage final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shows_every_picture_large();
    void shows_at_most_twenty_of_a_group();
    void groups_stand_one_under_the_other();
    void a_broken_picture_leaves_its_text();
    void enlarges_by_whole_pixels();
    void puts_transparent_pictures_on_white();
    void nothing_to_show_is_a_sheet_too();
};

void TestExamplesImage::shows_every_picture_large()
{
    const ca::ExampleSet set{"T7", "holdout", {example("confident", kRed), example("marginal", kGreen)}, {}};
    const QImage sheet = ca::report::examples_image(set);
    QCOMPARE(sheet.width(), 1232);
    QCOMPARE(count(sheet, kRed), 128 * 128);
    QCOMPARE(count(sheet, kGreen), 128 * 128);
}

void TestExamplesImage::shows_at_most_twenty_of_a_group()
{
    ca::ExampleSet set{"T7", "holdout", {}, {}};
    for (int i = 0; i < 15; ++i)
        set.examples.push_back(example("broken", kRed));
    for (int i = 0; i < 15; ++i)
        set.examples.push_back(example("fixed", kGreen)); // of the same group
    const QImage sheet = ca::report::examples_image(set);
    QCOMPARE(count(sheet, kRed), 15 * 128 * 128);
    QCOMPARE(count(sheet, kGreen), 5 * 128 * 128);
}

void TestExamplesImage::groups_stand_one_under_the_other()
{
    const ca::ExampleSet set{
        "T7", "holdout", {example("changed", kBlue), example("confident", kRed), example("marginal", kGreen)}, {}};
    const QImage sheet = ca::report::examples_image(set);
    std::vector<QRgb> order;
    for (int y = 0; y < sheet.height(); ++y)
        if (const QRgb pixel = sheet.pixel(24 + 64, y); std::set<QRgb>{kRed, kGreen, kBlue}.contains(pixel))
            if (order.empty() || order.back() != pixel)
                order.push_back(pixel);
    QCOMPARE(order, (std::vector<QRgb>{kRed, kGreen, kBlue}));
}

void TestExamplesImage::a_broken_picture_leaves_its_text()
{
    ca::ExampleSet set{"T7", "holdout", {example("confident", kRed)}, {}};
    set.examples[0].picture->png = "no picture";
    const QImage with_text = ca::report::examples_image(set);
    QCOMPARE(count(with_text, kRed), 0);
    set.examples[0].name = "dog";
    QVERIFY(ca::report::examples_image(set) != with_text);
}

void TestExamplesImage::enlarges_by_whole_pixels()
{
    QImage image(3, 2, QImage::Format_RGB32);
    image.fill(Qt::white);
    image.setPixel(1, 0, kBlue);
    const QImage large = ca::report::enlarged_picture(made_up::png(image), 100);
    QCOMPARE(large.size(), QSize(99, 66)); // 33 times
    QCOMPARE(count(large, kBlue), 33 * 33);
    QCOMPARE(large.pixel(33, 0), kBlue);
    QCOMPARE(large.pixel(65, 32), kBlue);
    QCOMPARE(ca::report::enlarged_picture(made_up::png(image.scaled(300, 150)), 100).size(), QSize(100, 50));
    QVERIFY(ca::report::enlarged_picture("GIF89a", 100).isNull());
}

void TestExamplesImage::puts_transparent_pictures_on_white()
{
    QImage image(4, 4, QImage::Format_ARGB32);
    image.fill(Qt::transparent);
    const QImage large = ca::report::enlarged_picture(made_up::png(image), 8);
    QVERIFY(!large.hasAlphaChannel());
    QCOMPARE(count(large, 0xffffffff), 64);
}

void TestExamplesImage::nothing_to_show_is_a_sheet_too()
{
    const QImage sheet = ca::report::examples_image({"T7", "holdout", {}, {}});
    QVERIFY(sheet.height() > 100 && count(sheet, 0xffffffff) < sheet.width() * sheet.height());
}

CA_GUI_TEST_MAIN(TestExamplesImage)
#include "test_examples_image.moc"
