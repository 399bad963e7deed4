// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <QImage>
#include <QObject>
#include <QTextObjectInterface>

#include <variant>
#include <vector>

namespace ca::report {

/// Charts and pictures that stand in a line of text like a large letter, and are painted as what they are.
class InlineObjects final : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)
    Q_DISABLE_COPY_MOVE(InlineObjects)
public:
    using Content = std::variant<Drawing, QImage>;

    /// Belongs to `document`, whose lines it paints in.
    explicit InlineObjects(QTextDocument *document);

    void insert(QTextCursor &cursor, Content content, QSizeF size);

    QSizeF intrinsicSize(QTextDocument *document, int place, const QTextFormat &format) override;
    void drawObject(QPainter *painter, const QRectF &room, QTextDocument *document, int place,
                    const QTextFormat &format) override;

private:
    struct Object {
        Content content;
        QSizeF size;
    };
    [[nodiscard]] const Object &object_of(const QTextFormat &format) const;

    std::vector<Object> objects_;
};

} // namespace ca::report
