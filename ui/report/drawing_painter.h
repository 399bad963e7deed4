// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

class QPainter;
class QRectF;

namespace ca::report {

/// Paints the drawing into `room`, as large as it fits there and from its upper left corner: as vectors where the device has
/// them. Text that would leave the drawing is set narrower.
void paint_drawing(QPainter &painter, const Drawing &drawing, const QRectF &room);

} // namespace ca::report
