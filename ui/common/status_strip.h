// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"

#include <QFrame>

class QProgressBar;
class QPushButton;
class QTimer;

namespace ca {

class ElidedLabel;

/// The bar at the foot of the window: the running stage, how far it is, time left, Cancel; at the right a note.
class StatusStrip final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatusStrip)
public:
    explicit StatusStrip(QWidget *parent = nullptr);

    [[nodiscard]] QString stage() const;
    [[nodiscard]] QString note() const;
    [[nodiscard]] bool is_busy() const;

    void set_idle(const QString &sentence);
    void set_progress(const ProgressReport &how);
    /// At once after a click on Cancel: the word changes, and the button cannot be pressed twice.
    void set_stopping();
    /// Pause was asked for: progress goes on being shown until the runner waits.
    void set_pausing();
    void set_paused();
    void set_resumed();
    /// What stays at the right: when the study was last saved.
    void set_note(const QString &note);
    /// A reason or a warning at the right for some seconds, then the note again.
    void warn(const QString &sentence);

Q_SIGNALS:
    void cancel_requested();

private:
    enum class Pause { none, asked, reached };

    void set_busy(bool busy);

    ElidedLabel *stage_ = nullptr;
    QProgressBar *bar_ = nullptr;
    ElidedLabel *far_ = nullptr;
    QPushButton *cancel_ = nullptr;
    ElidedLabel *note_ = nullptr;
    QTimer *warning_ends_ = nullptr;
    QString standing_note_;
    Pause pause_ = Pause::none;
};

} // namespace ca
