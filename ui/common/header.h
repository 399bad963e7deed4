// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QMenu;
class QPushButton;

namespace ca {

class Chip;

/// The top of the window: what is loaded as three chips, then Scan, Quantize, Run study (the one filled button), Pause, Stop, and
/// a menu for the rest.
class Header final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Header)
public:
    explicit Header(QWidget *parent = nullptr);

    [[nodiscard]] Chip *model() const { return model_; }
    [[nodiscard]] Chip *data() const { return data_; }
    [[nodiscard]] Chip *device() const { return device_; }
    [[nodiscard]] QMenu *menu() const { return menu_; }

    // Empty where it can; else the button's tooltip
    void set_can_scan(const QString &why_not); ///< or quantize
    void set_can_run(const QString &why_not);
    void set_pause(bool resumes, const QString &why_not); ///< the button's verb: Resume, else Pause
    void set_can_stop(bool can);

Q_SIGNALS:
    void scan_requested();
    void quantize_requested();
    void run_requested();
    void pause_requested();
    void resume_requested();
    void stop_requested();

private:
    Chip *model_ = nullptr;
    Chip *data_ = nullptr;
    Chip *device_ = nullptr;
    QPushButton *scan_ = nullptr;
    QPushButton *quantize_ = nullptr;
    QPushButton *run_ = nullptr;
    QPushButton *pause_ = nullptr;
    QPushButton *stop_ = nullptr;
    QPushButton *more_ = nullptr;
    QMenu *menu_ = nullptr;
    bool resumes_ = false; ///< what the pause button would do
};

} // namespace ca
