// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/files/image_file.h"
#include "tests/fuzz/mutants.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

/// The expected pixels are Pillow's, to the last bit (its libjpeg-turbo and libwebp are newer, and what they decode is fixed by
/// their formats): tests/golden/images/make_images.py wrote them beside the pictures.
class TestImageFile final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void gives_the_pixels_that_pillow_gives_data();
    void gives_the_pixels_that_pillow_gives();
    void tells_the_size_from_the_header_data() { add_pictures(); }
    void tells_the_size_from_the_header();
    void finds_exif_data_behind_more_than_the_first_bytes();
    void says_that_a_picture_is_cut_off_data() { add_pictures(); }
    void says_that_a_picture_is_cut_off();
    void takes_the_kind_from_the_bytes_and_not_from_the_name();
    void says_why_a_file_is_no_usable_picture_data();
    void says_why_a_file_is_no_usable_picture();
    void says_why_a_file_cannot_be_read();
    void refuses_more_pixels_than_the_limit_data();
    void refuses_more_pixels_than_the_limit();
    void refuses_a_jpeg_of_endless_scans();
    void lives_through_changed_bytes_data() { add_pictures(); }
    void lives_through_changed_bytes();
    void knows_the_names_of_pictures();

private:
    void add_pictures() const;
    [[nodiscard]] static std::filesystem::path picture(const std::string &name)
    {
        return source_folder() / "tests" / "golden" / "images" / name;
    }
    [[nodiscard]] static std::string bytes_of(const std::string &name) { return ca::read_file(picture(name), 1U << 20U).value(); }

    ca::Json golden_;
};

namespace {

std::vector<std::uint8_t> from_hex(const std::string &hex)
{
    const QByteArray bytes = QByteArray::fromHex(QByteArray::fromStdString(hex));
    return {bytes.begin(), bytes.end()};
}

std::string big_endian(std::uint32_t number)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
    return bytes;
}

/// A PNG that claims this size; the checksum of IHDR is right.
std::string png_of_size(std::string bytes, std::uint32_t width, std::uint32_t height)
{
    bytes.replace(16, 8, big_endian(width) + big_endian(height));
    std::uint32_t crc = ~0U; // ISO 3309, as in annex D of the PNG specification
    for (std::size_t i = 12; i < 29; ++i) {
        crc ^= static_cast<std::uint8_t>(bytes[i]);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return bytes.replace(29, 4, big_endian(~crc));
}

QString sentence_of(const std::string &bytes)
{
    const auto image = ca::decode_image(bytes, "x.png");
    return image ? QString() : QString::fromStdString(image.error().sentence);
}

} // namespace

void TestImageFile::initTestCase()
{
    golden_ = ca::parse_json(ca::read_file(picture("pixels.json"), 1U << 20U).value(), "pixels.json").value();
    QVERIFY(golden_.size() > 40);
}

void TestImageFile::add_pictures() const
{
    QTest::addColumn<QString>("name");
    for (const auto &[name, entry] : golden_.items())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestImageFile::gives_the_pixels_that_pillow_gives_data()
{
    add_pictures();
}

void TestImageFile::gives_the_pixels_that_pillow_gives()
{
    QFETCH(QString, name);
    const auto &entry = golden_.at(name.toStdString());
    const auto image = ca::read_image(picture(name.toStdString()));
    QVERIFY2(image, image ? "" : image.error().sentence.c_str());
    QCOMPARE(image->size, (ca::ImageSize{entry.at("width"), entry.at("height")}));
    QCOMPARE(image->pixels, from_hex(entry.at("pixels")));
}

void TestImageFile::tells_the_size_from_the_header()
{
    QFETCH(QString, name);
    const auto &entry = golden_.at(name.toStdString());
    const auto size = ca::read_image_size(picture(name.toStdString()));
    QVERIFY(size);
    QCOMPARE(*size, (ca::ImageSize{entry.at("width"), entry.at("height")}));
}

void TestImageFile::finds_exif_data_behind_more_than_the_first_bytes()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("long.jpg").toStdString();
    std::string bytes = bytes_of("orientation-6.jpg"); // 11 x 6, seen turned
    const std::string comment = std::string("\xFF\xFE\xFF\xFF") + std::string(0xFFFF - 2, 'c');
    bytes.insert(2, comment + comment);
    QVERIFY(write_bytes(file, bytes));
    QCOMPARE(ca::read_image_size(file).value(), (ca::ImageSize{6, 11}));
    QCOMPARE(ca::read_image(file).value(), ca::read_image(picture("orientation-6.jpg")).value());
}

void TestImageFile::says_that_a_picture_is_cut_off()
{
    QFETCH(QString, name);
    const std::string bytes = bytes_of(name.toStdString());
    for (const double part : {0.3, 0.6, 0.9}) {
        const auto kept = static_cast<std::size_t>(part * static_cast<double>(bytes.size()));
        const QString sentence = sentence_of(bytes.substr(0, kept));
        QVERIFY2(sentence.startsWith("The image x.png is cut off") || sentence.contains("or it is cut off"),
                 qPrintable(sentence));
        QVERIFY(sentence.endsWith("Copy it again, or leave it out."));
    }
}

void TestImageFile::takes_the_kind_from_the_bytes_and_not_from_the_name()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("photo.jpg").toStdString();
    QVERIFY(write_bytes(file, bytes_of("lossless.webp")));
    QCOMPARE(ca::read_image(file).value(), ca::read_image(picture("lossless.webp")).value());
}

void TestImageFile::says_why_a_file_is_no_usable_picture_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("part");
    QTest::newRow("empty") << QByteArray() << "is empty";
    QTest::newRow("text") << QByteArray("no picture at all") << "is no PNG, JPEG, BMP or WebP picture";
    QTest::newRow("GIF") << QByteArray("GIF89a\1\0\1\0\0\0\0;", 14) << "is no PNG, JPEG, BMP or WebP picture";
    QTest::newRow("only a PNG's first bytes") << QByteArray("\x89PNG\r\n\x1A\n") << "is cut off";
    QTest::newRow("only a JPEG's first bytes") << QByteArray("\xFF\xD8\xFF") << "is cut off";
    QByteArray bytes = QByteArray::fromStdString(bytes_of("rgb.png"));
    bytes[bytes.indexOf("IDAT") + 10] = static_cast<char>(~bytes[bytes.indexOf("IDAT") + 10]);
    QTest::newRow("PNG with a changed byte") << bytes << "is damaged (";
    bytes = QByteArray::fromStdString(bytes_of("rgb.bmp"));
    bytes[30] = 5; // biCompression: a PNG inside
    QTest::newRow("BMP around a PNG") << bytes << "is a BMP of 24 bits with compression 5, which is not read";
    bytes = QByteArray::fromStdString(bytes_of("rgb.bmp"));
    bytes[18] = 0; // biWidth
    QTest::newRow("BMP without width") << bytes << "has no width or no height";
    bytes = QByteArray::fromStdString(bytes_of("rgb.jpg"));
    bytes[bytes.indexOf("\xFF\xC0") + 4] = 12; // sample precision
    QTest::newRow("JPEG of 12 bits") << bytes << "is damaged (Unsupported JPEG data precision 12)";
}

void TestImageFile::says_why_a_file_is_no_usable_picture()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, part);
    const QString sentence = sentence_of(bytes.toStdString());
    QVERIFY2(sentence.contains(part), qPrintable(sentence));
}

void TestImageFile::says_why_a_file_cannot_be_read()
{
    QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    QVERIFY(ca::read_image(root / "none.png").error().code == ca::ErrorCode::not_found);
    QVERIFY(ca::read_image_size(root / "none.png").error().code == ca::ErrorCode::not_found);
    QVERIFY(ca::read_image(root).error().code == ca::ErrorCode::unreadable);
    QVERIFY(QString::fromStdString(ca::read_image(root).error().sentence).contains("is not a file"));
}

void TestImageFile::refuses_more_pixels_than_the_limit_data()
{
    QTest::addColumn<quint32>("width");
    QTest::addColumn<quint32>("height");
    QTest::addColumn<QString>("part");
    QTest::newRow("a row over it") << 10'000U << 17'896U << "has 10000 x 17896 pixels, more than the 178956970 that are read";
    QTest::newRow("just below it") << 10'000U << 17'895U << "is cut off"; // 178 bytes cannot hold that
}

void TestImageFile::refuses_more_pixels_than_the_limit()
{
    QFETCH(quint32, width);
    QFETCH(quint32, height);
    QFETCH(QString, part);
    const QString sentence = sentence_of(png_of_size(bytes_of("rgb.png"), width, height));
    QVERIFY2(sentence.contains(part), qPrintable(sentence));
}

void TestImageFile::refuses_a_jpeg_of_endless_scans()
{
    std::string bytes = bytes_of("progressive.jpg");
    const std::size_t begin = bytes.rfind("\xFF\xDA"), end = bytes.size() - 2; // the last scan, up to the end-of-image marker
    const std::string scan = bytes.substr(begin, end - begin);
    bytes.insert(end, scan);
    QCOMPARE(sentence_of(bytes), QString()); // a second time does no harm
    for (int i = 0; i < 100; ++i)
        bytes.insert(end, scan);
    QVERIFY2(sentence_of(bytes).contains("it has more scans than a picture needs"), qPrintable(sentence_of(bytes)));
}

void TestImageFile::lives_through_changed_bytes()
{
    QFETCH(QString, name);
    const std::string original = bytes_of(name.toStdString());
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        fuzz::Generator generator(seed);
        std::string bytes = original;
        for (auto changes = 1 + fuzz::below(generator, 3); changes > 0; --changes)
            fuzz::change(bytes, {"IHDR", "IDAT", "PLTE", "\xFF\xC0", "\xFF\xDA", "Exif", "VP8", "BM"}, generator);
        const auto image = ca::decode_image(bytes, "mutant");
        if (image)
            QCOMPARE(image->pixels.size(), 3 * static_cast<std::size_t>(image->size.width * image->size.height));
        else
            QVERIFY(image.error().sentence.starts_with("The image mutant ") && ++refused > 0);
    }
    QVERIFY(refused > 0);
}

void TestImageFile::knows_the_names_of_pictures()
{
    for (const char *name : {"a.png", "B.JPG", "c.d.Jpeg", "e.bmp", "f.WebP"})
        QVERIFY2(ca::has_image_name(name), name);
    for (const char *name : {".png", "png", "a.gif", "a.png.txt", "a.jpe", ""})
        QVERIFY2(!ca::has_image_name(name), name);
}

QTEST_APPLESS_MAIN(TestImageFile)
#include "test_image_file.moc"
