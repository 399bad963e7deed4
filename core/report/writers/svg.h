// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <string>

namespace ca::report {

/// A picture that needs nothing else, for a file of its own and for the inside of HTML: no style sheet, no id, no font to load.
/// Well formed, whatever the texts hold.
[[nodiscard]] std::string to_svg(const Drawing &drawing);

} // namespace ca::report
