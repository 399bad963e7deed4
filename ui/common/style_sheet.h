// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"

namespace ca {

/// The one style sheet of the window: measures of the 8 px grid and the theme's colours. Widgets are chosen by class, by object
/// name or by the properties `role` ("heading", "dim", "primary", "pane" …) and nothing else.
[[nodiscard]] QString style_sheet(const Theme &theme);

} // namespace ca
