// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QDialog>

#include <vector>

namespace ca {

/// Says what the code in a file does beyond computing, before any of it has run. Accepted means: open it anyway.
class FindingsDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FindingsDialog)
public:
    FindingsDialog(const QString &file, const std::vector<FindingFacts> &findings, QWidget *parent = nullptr);
};

} // namespace ca
