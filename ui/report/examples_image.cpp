// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/examples_image.h"

#include "ui/common/words.h"
#include "ui/report/paper.h"

#include <QCoreApplication>
#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <array>
#include <vector>

namespace ca::report {

using namespace Qt::StringLiterals;

namespace {

// Pixels.
constexpr int kMargin = 24, kColumn = 148, kColumns = 8, kPicture = 128, kTextSize = 12, kLine = 17;
constexpr int kCell = kPicture + 4 * kLine + 16, kTitle = 44, kHeading = 40, kSentence = 28;
constexpr std::size_t kMost = 20;
constexpr std::size_t kLargestPng = 1U << 26U; // bytes: no thumbnail is that large

QString tr(const char *text)
{
    return QCoreApplication::translate("Examples", text);
}

struct Group {
    QString title;
    std::vector<const ShownExample *> examples;
};

std::array<Group, 3> groups_of(const ExampleSet &set)
{
    std::array<Group, 3> groups{Group{tr("Confident: both give the same answer, and both are sure"), {}},
                                Group{tr("Marginal: the same answer, by little"), {}},
                                Group{tr("Flipped: the answer changed"), {}}};
    for (const ShownExample &example : set.examples) {
        Group &group = groups[example.kind == "confident" ? 0 : example.kind == "marginal" ? 1 : 2];
        if (group.examples.size() < kMost)
            group.examples.push_back(&example);
    }
    return groups;
}

int height_of(const Group &group)
{
    const int count = static_cast<int>(group.examples.size());
    return kHeading + (count == 0 ? kSentence : (count + kColumns - 1) / kColumns * kCell);
}

class SheetPainter {
public:
    explicit SheetPainter(QImage &image) : painter_(&image) { }

    void paint(const ExampleSet &set, const std::array<Group, 3> &groups)
    {
        const QString trial = words::clean(set.trial);
        write(QRect(kMargin, kMargin / 2, kColumns * kColumn, kTitle),
              tr("Examples of %1 on %2").arg(trial, words::clean(set.split)), 18, true, theme_.ink);
        int top = kMargin / 2 + kTitle;
        for (const Group &group : groups) {
            write(QRect(kMargin, top, kColumns * kColumn, kHeading), group.title, 14, true, theme_.ink);
            if (group.examples.empty())
                write(QRect(kMargin, top + kHeading, kColumns * kColumn, kLine), tr("None."), kTextSize, false, theme_.dim);
            for (std::size_t i = 0; i < group.examples.size(); ++i) {
                const int place = static_cast<int>(i);
                paint(*group.examples[i], trial,
                      QPoint(kMargin + place % kColumns * kColumn, top + kHeading + place / kColumns * kCell));
            }
            top += height_of(group);
        }
    }

private:
    void paint(const ShownExample &example, const QString &trial, QPoint corner)
    {
        const QImage picture = example.picture ? enlarged_picture(example.picture->png, kPicture) : QImage();
        const QRect room(corner, QSize(kPicture, kPicture));
        if (picture.isNull()) {
            painter_.fillRect(room, theme_.grid);
            write(room, tr("no picture"), kTextSize, false, theme_.dim, Qt::AlignCenter);
        } else {
            QRect place(QPoint(), picture.size());
            place.moveCenter(room.center());
            painter_.drawImage(place.topLeft(), picture);
        }
        QRect line(corner + QPoint(0, kPicture + 4), QSize(kColumn - 12, kLine));
        const auto put = [&](const QString &text, bool strong, const QColor &colour) {
            write(line, text, kTextSize, strong, colour);
            line.translate(0, kLine);
        };
        put(label_of(example), true, theme_.ink);
        put(answer(tr("float"), example.before), false, theme_.ink);
        put(answer(trial, example.after), false, theme_.ink);
        if (example.kind == "broken")
            put(tr("broken"), false, theme_.bad);
        else if (example.kind == "fixed")
            put(tr("fixed"), false, theme_.good);
        else if (example.kind == "changed")
            put(tr("changed"), false, theme_.warning);
    }

    static QString label_of(const ShownExample &example)
    {
        if (example.name)
            return words::clean(*example.name);
        return example.label >= 0 ? tr("class %1").arg(example.label) : tr("image %1").arg(example.index);
    }

    static QString answer(const QString &who, const ShownAnswer &answer)
    {
        return tr("%1: %2 % %3").arg(who, words::percent(answer.probability), words::clean(answer.name));
    }

    void write(const QRect &room, const QString &text, int size, bool strong, const QColor &colour,
               Qt::Alignment where = Qt::AlignLeft | Qt::AlignVCenter)
    {
        QFont font = font_of({.strong = strong});
        font.setPixelSize(size);
        painter_.setFont(font);
        painter_.setPen(colour);
        painter_.drawText(room, static_cast<int>(where.toInt() | Qt::TextSingleLine),
                          QFontMetrics(font).elidedText(text, Qt::ElideRight, room.width()));
    }

    QPainter painter_;
    const Theme &theme_ = paper_theme();
};

} // namespace

QImage enlarged_picture(const std::string &png, int side)
{
    QImage picture;
    if (png.size() > kLargestPng
        || !picture.loadFromData(reinterpret_cast<const uchar *>(png.data()), static_cast<int>(png.size()), "PNG"))
        return {};
    QImage opaque(picture.size(), QImage::Format_RGB32);
    opaque.fill(Qt::white);
    QPainter(&opaque).drawImage(0, 0, picture);
    const int longest = std::max(opaque.width(), opaque.height());
    if (longest > side)
        return opaque.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return opaque.scaled(opaque.size() * (side / longest), Qt::IgnoreAspectRatio, Qt::FastTransformation);
}

QImage examples_image(const ExampleSet &set)
{
    const std::array<Group, 3> groups = groups_of(set);
    int height = kMargin / 2 + kTitle + kMargin;
    for (const Group &group : groups)
        height += height_of(group);
    QImage image(2 * kMargin + kColumns * kColumn, height, QImage::Format_RGB32);
    image.fill(paper_theme().panel);
    SheetPainter(image).paint(set, groups);
    return image;
}

} // namespace ca::report
