// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// A piece of a text in which figures were looked up.
struct TextSpan {
    enum class Kind {
        plain,
        figure,   ///< a figure that the store holds; `reference` says where
        unproved, ///< a figure that nothing in the store matches: shown struck through
    } kind = Kind::plain;
    std::string text;
    std::string
        reference{}; ///< `T7/selection/top1`, `T7/bytes`, `float/selection/top1`, `L017/int4/divergence`, `constraint/max_drop`
    bool operator==(const TextSpan &) const = default;
};

/// A number with where it is stored and what it measures.
struct StoredFigure {
    enum class Unit { fraction, points, bytes, milliseconds, ratio, count, plain } unit = Unit::plain;
    double value = 0;
    std::string reference;
};
/// All numbers of a study that a text may speak of: of each trial and of float, differences from float, constraints, budget,
/// counts; and those of the scan's rows.
[[nodiscard]] std::vector<StoredFigure> figures_of(const Study &study, const SensitivityTable *table);

/// `text` in order, cut at its figures. A figure matches what is stored where it is that value rounded to the digits that it is
/// written with, in its unit: %, points, bytes (kB, MB, GB; KiB, MiB, GiB), times, ms, s, minutes; a number without a unit is a
/// count to the last, or a fraction. The trial is one that the sentence names, or the last before it in the paragraph; where none
/// is named any trial's will do. Layers and proposals have to be named. Of two trials that a sentence names differences and
/// ratios are figures, too. Numbers that are no claims of measurement stay plain: ids (T7, L017, P2), names of formats and
/// methods (int8, W4A8, resnet18), markers of lists, ordinals, shapes, bits.
[[nodiscard]] std::vector<TextSpan> look_up_figures(std::string_view text, const std::vector<StoredFigure> &stored);

} // namespace ca
