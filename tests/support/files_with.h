// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QStringList>

#include <filesystem>

/// Files below `folder` that hold `text`.
inline QStringList files_with(const std::filesystem::path &folder, const QByteArray &text)
{
    QStringList names;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        QFile file(QString::fromStdString(entry.path().string()));
        if (entry.is_regular_file() && file.open(QFile::ReadOnly) && file.readAll().contains(text))
            names << file.fileName();
    }
    return names;
}
