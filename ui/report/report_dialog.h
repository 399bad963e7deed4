// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QDialog>

#include <memory>

class QComboBox;
class QLabel;
class QPushButton;

namespace ca {

class StatePane;
namespace report {
class PageView;
class ReportPages;
} // namespace report

/// What a report can be saved as. `folder`: all of them, with tables, charts and recipes.
enum class ReportFormat { pdf, html, markdown, folder };

/// The report of a study as it will be printed, and what to save it as. Passive: it says what a person wants by signals. Until
/// pages are given it says that they are being made.
class ReportDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ReportDialog)
public:
    explicit ReportDialog(QWidget *parent = nullptr);

    void show_pages(std::shared_ptr<const report::ReportPages> pages);
    void show_failure(const Error &error);
    void set_note(const QString &sentence); ///< how saving ended

    [[nodiscard]] ReportFormat format() const;

Q_SIGNALS:
    void save_requested(ca::ReportFormat format);
    void retry_requested();

private:
    QWidget *make_bar();
    QWidget *make_foot();
    void show_working();
    void refresh();

    report::PageView *view_ = nullptr;
    StatePane *states_ = nullptr;
    QLabel *page_ = nullptr;
    QLabel *zoom_ = nullptr;
    QLabel *note_ = nullptr;
    QComboBox *format_ = nullptr;
    QPushButton *save_ = nullptr;
    QWidget *bar_ = nullptr;
};

} // namespace ca
