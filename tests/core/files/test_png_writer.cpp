// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/png_writer.h"

#include <QTest>

using namespace ca;

class TestPngWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void loses_nothing();
    void is_a_file_that_others_read();
    void refuses_a_picture_without_its_pixels();
};

namespace {

RgbImage picture(int width, int height)
{
    RgbImage image{{width, height}, {}};
    for (int i = 0; i < 3 * width * height; ++i)
        image.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return image;
}

} // namespace

void TestPngWriter::loses_nothing()
{
    for (const auto &[width, height] : {std::pair(1, 1), {32, 32}, {7, 96}, {96, 5}}) {
        const auto bytes = encode_png(picture(width, height));
        QVERIFY(bytes);
        const auto read = decode_image(*bytes, "written.png");
        QVERIFY(read);
        QCOMPARE(*read, picture(width, height));
    }
}

void TestPngWriter::is_a_file_that_others_read()
{
    const auto bytes = encode_png(picture(2, 1));
    QVERIFY(bytes);
    // W3C PNG, 5.2 and 11.2.2: the signature, then a header of 13 bytes: width, height, depth 8, colour type 2.
    const QByteArray start = QByteArray::fromHex("89504e470d0a1a0a0000000d49484452000000020000000108020000 00");
    QCOMPARE(QByteArray::fromStdString(*bytes).left(start.size()), start);
    QVERIFY(QByteArray::fromStdString(*bytes).endsWith(QByteArray::fromHex("49454e44ae426082"))); // IEND and its CRC
}

void TestPngWriter::refuses_a_picture_without_its_pixels()
{
    RgbImage image = picture(4, 4);
    image.pixels.pop_back();
    const auto written = encode_png(image);
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::bad_data);
    QVERIFY(!encode_png(RgbImage{}));
}

QTEST_APPLESS_MAIN(TestPngWriter)
#include "test_png_writer.moc"
