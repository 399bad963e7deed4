// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/evaluate/example_set.h"
#include "core/report/document/document.h"
#include "core/study/study.h"

#include <string>

namespace ca {

/// Bytes of the files of a results folder that have to be drawn: report.pdf, examples.png, and pareto.png of 1920 x 1200 pixels.
/// They need no display: where no application object exists they make one without a window for as long as they draw. Call them
/// from the main thread. Errors: `failed` where an application without graphics is running.
[[nodiscard]] Result<std::string> draw_pdf(const report::Document &document);
[[nodiscard]] Result<std::string> draw_examples(const ExampleSet &set);
[[nodiscard]] Result<std::string> draw_pareto(const Study &study);

} // namespace ca
