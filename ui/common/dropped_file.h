// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMimeData>
#include <QString>

namespace ca {

/// What hangs over the window: a file that can be opened, or the reason why not.
struct DroppedFile {
    QString file;   ///< empty where it is refused
    QString reason; ///< a sentence; empty where it is accepted
};

/// Decides by number, place and suffix alone; nothing is read.
[[nodiscard]] DroppedFile dropped_file(const QMimeData &data);

/// `*.pt *.pth *.safetensors`, for file dialogs.
[[nodiscard]] QString model_suffixes();

} // namespace ca
