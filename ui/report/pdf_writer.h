// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"

#include <string>

namespace ca::report {

/// The document as PDF/A-1b on A4: fonts embedded, charts as vectors, bookmarks, a table of contents with page numbers. The same
/// document gives the same bytes on a machine with the same fonts. Needs a QGuiApplication (any platform, `offscreen` too), on
/// its thread.
[[nodiscard]] std::string to_pdf(const Document &document);

} // namespace ca::report
