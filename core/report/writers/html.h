// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"

#include <functional>
#include <optional>
#include <string>

namespace ca::report {

/// The stored number of a Run's `figure`, as text that reads back as the same number; nothing where there is none.
using FigureValue = std::function<std::optional<std::string>(const std::string &figure)>;

/// One file without scripts that loads nothing: pictures and charts are inside. A figure is
/// `<data value="0.9134" data-source="study/trials/T7/selection/top1">91.34 %</data>`; where `value_of` gives nothing its value
/// is its text. Well formed as HTML and as XML, whatever the texts hold.
[[nodiscard]] std::string to_html(const Document &document, const FigureValue &value_of = {});

} // namespace ca::report
