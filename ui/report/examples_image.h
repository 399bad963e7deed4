// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/example_set.h"

#include <QImage>

namespace ca::report {

/// A sheet of the examples in three groups, confident, marginal and flipped: at most 20 of each, the first ones, with the label
/// and what both models said under each picture. Light, 1,232 pixels wide, its pictures not blurred. Needs a QGuiApplication (any
/// platform, `offscreen` too), on its thread.
[[nodiscard]] QImage examples_image(const ExampleSet &set);

/// The picture on white, each pixel as a square of whole pixels so that it comes near `side`; scaled down where it is larger.
/// Null where the bytes are no PNG.
[[nodiscard]] QImage enlarged_picture(const std::string &png, int side);

} // namespace ca::report
