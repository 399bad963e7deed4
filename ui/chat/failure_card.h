// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

namespace ca {

/// An answer that did not come: what happened, what to do, and details folded.
class FailureCard final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FailureCard)
public:
    FailureCard(const QString &sentence, const QString &details, QWidget *parent = nullptr);

Q_SIGNALS:
    void retry_requested();
};

} // namespace ca
