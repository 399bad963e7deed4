// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/inline_objects.h"

#include "ui/report/drawing_painter.h"

#include <QAbstractTextDocumentLayout>
#include <QPainter>
#include <QTextCursor>
#include <QTextDocument>

namespace ca::report {
namespace {

constexpr int kObjectType = QTextFormat::UserObject + 1;
constexpr int kPlace = QTextFormat::UserProperty + 1; // in `objects_`

} // namespace

InlineObjects::InlineObjects(QTextDocument *document) : QObject(document)
{
    document->documentLayout()->registerHandler(kObjectType, this);
}

void InlineObjects::insert(QTextCursor &cursor, Content content, QSizeF size)
{
    QTextCharFormat format = cursor.blockCharFormat();
    format.setObjectType(kObjectType);
    format.setProperty(kPlace, static_cast<int>(objects_.size()));
    objects_.push_back({std::move(content), size});
    cursor.insertText(QString(QChar::ObjectReplacementCharacter), format);
}

const InlineObjects::Object &InlineObjects::object_of(const QTextFormat &format) const
{
    return objects_.at(static_cast<std::size_t>(format.intProperty(kPlace)));
}

QSizeF InlineObjects::intrinsicSize(QTextDocument *, int, const QTextFormat &format)
{
    return object_of(format).size;
}

void InlineObjects::drawObject(QPainter *painter, const QRectF &room, QTextDocument *, int, const QTextFormat &format)
{
    const Content &content = object_of(format).content;
    if (const auto *drawing = std::get_if<Drawing>(&content)) {
        paint_drawing(*painter, *drawing, room);
        return;
    }
    painter->save();
    painter->setRenderHint(QPainter::LosslessImageRendering); // small pictures suffer most as JPEG
    painter->drawImage(room, std::get<QImage>(content));
    painter->restore();
}

} // namespace ca::report
