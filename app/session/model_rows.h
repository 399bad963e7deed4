// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/model_picker/picker_row.h"

#include <QStringList>

#include <vector>

namespace ca {

class DownloadStates;

/// The five models of the zoo and the demo. `demo`: its folder; empty where it was not found.
[[nodiscard]] std::vector<PickerRow> model_rows(const DownloadStates &states, const QString &demo);

/// Files opened lately that are still there.
[[nodiscard]] std::vector<PickerRow> recent_rows(const QStringList &files);

} // namespace ca
