// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"
#include "ui/pareto/pareto_points.h"

#include <QImage>
#include <QSize>

namespace ca {

/// The chart with its title on an image of `size` times `scale` pixels. Needs a QApplication (any platform, `offscreen` too).
[[nodiscard]] QImage pareto_image(const std::vector<ParetoPoint> &points, const QString &title, const Theme &theme, QSize size,
                                  double scale);

} // namespace ca
