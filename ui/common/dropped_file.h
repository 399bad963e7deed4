// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMimeData>
#include <QString>

namespace ca {

/// What hangs over the window: a model that can be opened, or the reason why not.
struct DroppedFile {
    QString file;   ///< or folder; empty where it is refused
    QString reason; ///< a sentence; empty where it is accepted
};

/// Decides by number, place, suffix and, of a folder, whether it holds a config.json; no file is read.
[[nodiscard]] DroppedFile dropped_file(const QMimeData &data);
/// The same for one that was chosen: a config.json means its folder.
[[nodiscard]] DroppedFile chosen_file(const QString &path);

/// `*.pt *.pth …`, for file dialogs.
[[nodiscard]] QString model_suffixes();

} // namespace ca
