// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <QStringList>

namespace ca {

/// What may be asked or wanted next, in words that every advisor understands.
struct ChatSuggestions {
    QStringList questions;
    QString offer; ///< of these: to run so many trials more than the study was given; empty: none
    std::size_t trials = 0;
};

/// `study`: in the panes; null: none is. `can_run`: a model and data are open.
[[nodiscard]] ChatSuggestions chat_suggestions(const Study *study, bool can_run);

} // namespace ca
