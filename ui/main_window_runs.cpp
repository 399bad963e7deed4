// SPDX-License-Identifier: GPL-3.0-or-later
// What runs in the main window: scans and studies are asked for and stopped here, and scans shown.
#include "ui/main_window.h"

#include "ui/common/status_strip.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/layers/layers_pane.h"
#include "ui/panes.h"

namespace ca {

void MainWindow::start()
{
    if (why_not_run().isEmpty())
        Q_EMIT start_requested(chooser_->choice());
}

void MainWindow::start_scan()
{
    if (why_not_scan().isEmpty())
        Q_EMIT scan_requested();
}

void MainWindow::open_quantize()
{
    if (why_not_scan().isEmpty())
        Q_EMIT quantize_requested();
}

void MainWindow::ask_to_stop()
{
    if (!strip_->is_busy())
        return;
    show_stopping(); // the answer is on the screen before the work hears of it
    Q_EMIT cancel_requested();
}

void MainWindow::show_scanning()
{
    run_state_ = RunState::running;
    run_kind_ = RunKind::scan;
    panes_->layers()->begin_scan(data_state_ == DataState::ready && cannot_run_.isEmpty());
    strip_->set_progress({tr("Starting the scan").toStdString(), 0, 0, 0, {}});
    show_study_states();
    refresh_actions();
}

void MainWindow::set_sensitivity(const SensitivityFacts &facts)
{
    panes_->layers()->set_facts(facts);
}

/// The session has ended it, to open what was asked for.
void MainWindow::drop_scan()
{
    if (run_state_ == RunState::idle || run_kind_ != RunKind::scan)
        return;
    run_state_ = RunState::idle;
    panes_->layers()->end_scan();
    strip_->set_idle({});
}

void MainWindow::show_scan_failure(const Error &error)
{
    show_finished(tr("The scan did not run"));
    strip_->warn(words::from(error.text()));
}

} // namespace ca
