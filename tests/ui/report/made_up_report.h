// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"

#include <QBuffer>
#include <QImage>

#include <string>

/// A document with every kind of block, and names that are hard to set.
namespace made_up {

using namespace ca::report;

inline Drawing drawing()
{
    Drawing drawing;
    drawing.height = 480;
    drawing.title = "Size and accuracy";
    drawing.description = "Two trials on a line";
    const auto add = [&](auto shape) { drawing.shapes.push_back({shape}); };
    add(RectangleShape{.corner = {80, 40}, .width = 840, .height = 380, .fill = 0xf6f7f9, .pen = {0xd9dde3, 1}});
    add(LineShape{.points = {{80, 300}, {400, 180}, {900, 90}}, .pen = {0x1f5fbf, 2}});
    add(LineShape{.points = {{80, 230}, {920, 230}}, .pen = {0x9a6200, 1, true}});
    add(CircleShape{.centre = {400, 180}, .radius = 7, .fill = 0x1f5fbf, .pen = {0xffffff, 1.5}});
    add(PolygonShape{.points = {{900, 80}, {910, 90}, {900, 100}, {890, 90}}, .fill = 0xc4651a});
    add(TextShape{.baseline = {500, 460}, .text = "Size of the file, MB", .size = 14, .anchor = TextShape::Anchor::middle});
    add(TextShape{
        .baseline = {30, 230}, .text = "Top-1 accuracy, %", .size = 14, .anchor = TextShape::Anchor::middle, .upwards = true});
    add(TextShape{.baseline = {400, 165}, .text = "T7", .size = 14, .strong = true});
    add(TextShape{.baseline = {880, 85}, .text = "a label that would run out of the drawing", .size = 14});
    return drawing;
}

inline std::string png(const QImage &image)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes.toStdString();
}

/// A picture whose colours are all different.
inline std::string png(int side)
{
    QImage image(side, side, QImage::Format_RGB32);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
            image.setPixel(x, y, qRgb(x * 255 / side, y * 255 / side, (x ^ y) * 8 % 256));
    return png(image);
}

inline Table trials(int rows)
{
    Table table{.caption = "Trials, the smallest first",
                .columns = {{"Trial", false, 0.6},
                            {"What it does", false, 3},
                            {"Size, MB", true},
                            {"Top-1 on holdout, %", true},
                            {"95 % interval", true},
                            {"Latency, ms", true}},
                .rows = {}};
    for (int row = 0; row < rows; ++row) {
        const std::string number = std::to_string(row + 1);
        table.rows.push_back({{{.text = "T" + number, .figure = "study/trials/T" + number}},
                              plain(row % 7 == 3 ? "int4 per channel where the layer can bear it, first and last layer int8, GPTQ"
                                                 : "static int8, minmax"),
                              plain(std::to_string(3 + row) + ".2"),
                              plain("91.34"),
                              plain("90.1 to 92.4"),
                              plain("12.8")});
    }
    table.marked = {1};
    return table;
}

inline Document report(int rows = 70)
{
    const std::string wide = "модель 模型 模型 🙂 <b>not bold</b> & “quoted”";
    const std::string endless = "features.0.very_long_name_" + std::string(90, 'w') + ".weight_quantizer_without_any_space";
    Document document{.title = "How resnet18_cifar10 was compressed: " + wide,
                      .subject = "A study",
                      .creator = "Compression Agent 0.1.0",
                      .keywords = {"quantization"},
                      .date = "2026-11-26",
                      .blocks = {}};
    const auto add = [&](auto block) { document.blocks.push_back(block); };
    add(Heading{1, document.title, "title"});
    add(Paragraph{{{.text = "The file becomes "},
                   {.text = "3.9 times", .strong = true},
                   {.text = " smaller, 44.8 MB to 11.4 MB, and the confident answers stay: 91.34 % of the holdout "
                            "images are classified right, 90.1 to 92.4 %, against 91.52 % by the float model. No difference "
                            "was detected (p 0.31). See "},
                   {.text = "the front", .link = "front"},
                   {.text = ". A figure that nothing matches: "},
                   {.text = "99.9 %", .wrong = true},
                   {.text = ". The official file of the first fit is "},
                   {.text = "T7_balanced.json", .code = true},
                   {.text = "."}}});
    add(Heading{2, "Summary", "summary"});
    add(FactGrid{{{"Recommended", plain("T7"), plain("static int8, first and last layer float")},
                  {"Size", plain("11.4 MB"), plain("float: 44.8 MB")},
                  {"Top-1 on holdout", plain("91.34 %"), plain("90.1 to 92.4; float: 91.52 %")},
                  {"Latency", plain("12.8 ms"), plain("float: 31.0 ms; one thread")}}});
    add(Warning{
        plain("Intervals are wide: only 500 images were used, so that a drop of less than 1.2 points cannot be detected.")});
    add(Chart{drawing(), plain("Each point is a trial; the line joins those that no other one beats. Bars are 95 % intervals.")});
    add(Heading{2, "Trials and the front", "front"});
    add(Paragraph{plain("All trials in the order of their size; the recommended one is shaded.")});
    add(trials(rows));
    add(Heading{3, "Names", "names"});
    add(Table{.caption = "Layers with names that are hard to set",
              .columns = {{"Layer"}, {"Format"}, {"Weights", true}, {"Divergence", true}},
              .rows = {{{{.text = endless, .code = true}}, plain("int8"), plain("2 359 296"), plain("0.0012")},
                       {plain(wide), plain("int4"), plain("64"), plain("0.3")}}});
    add(Heading{2, "Examples", "examples"});
    PictureRow pictures;
    for (int i = 0; i < 14; ++i)
        pictures.pictures.push_back({png(32), 32, 32, "a cat", {plain("cat"), plain("float: cat 98 %"), plain("T7: dog 51 %")}});
    pictures.pictures[2].png = "no picture";
    add(pictures);
    add(Heading{2, "Method", "method"});
    add(Listing{{plain("Calibration: 512 images"),
                 plain("Selection: 2,000 images, on which trials were compared, and which are therefore "
                       "not what a report quotes; the holdout is"),
                 plain("Holdout: 8,000 images")}});
    add(Listing{{plain("open"), plain("quantize"), plain("measure")}, true});
    add(Paragraph{plain("Small text explains a table or a chart."), true});
    add(Heading{2, "Repeat it", "repeat"});
    add(CodeBlock{"compression-agent run --model resnet18_cifar10.traced.pt --data cifar10 --max-drop 0.5 --trials 24 --seed 1 "
                  "--threads 1\n"
                  "compression-agent report study --output results\n"});
    return document;
}

} // namespace made_up
