// SPDX-License-Identifier: GPL-3.0-or-later
// What runs in the main window: scans and studies are asked for, paused and stopped here, and scans shown.
#include "ui/main_window.h"

#include "ui/common/state_pane.h"
#include "ui/common/status_strip.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/layers/layers_pane.h"
#include "ui/panes.h"
#include "ui/pareto/pareto_pane.h"
#include "ui/trials/trials_pane.h"

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

void MainWindow::show_started()
{
    run_state_ = RunState::running;
    run_kind_ = RunKind::study;
    unfinished_ = false;
    strip_->set_note({});
    strip_->set_progress({tr("Starting the study").toStdString(), 0, 0, 0, {}});
    show_study_states();
    refresh_actions();
}

void MainWindow::ask_to_pause()
{
    if (!why_not_pause().isEmpty() || can_resume())
        return;
    show_pausing(); // the answer is on the screen before the runner hears of it
    Q_EMIT pause_requested();
}

void MainWindow::ask_to_resume()
{
    if (can_resume())
        Q_EMIT resume_requested();
}

void MainWindow::show_pausing()
{
    run_state_ = RunState::pausing;
    strip_->set_pausing();
    refresh_actions();
}

void MainWindow::show_paused()
{
    if (run_state_ != RunState::pausing)
        return;
    run_state_ = RunState::paused;
    strip_->set_paused();
    refresh_actions();
}

void MainWindow::show_resumed()
{
    if (!is_paused())
        return;
    run_state_ = RunState::running;
    strip_->set_resumed();
    refresh_actions();
}

void MainWindow::set_unfinished(bool unfinished)
{
    unfinished_ = unfinished;
    refresh_actions();
}

QString MainWindow::why_not_pause() const
{
    if (can_resume())
        return {};
    if (!studies())
        return tr("No study is running");
    return run_state_ == RunState::stopping ? tr("The study is being stopped") : QString();
}

void MainWindow::show_stopping()
{
    run_state_ = can_stop() ? RunState::stopping : run_state_;
    strip_->set_stopping();
    refresh_actions();
}

void MainWindow::show_finished(const QString &sentence)
{
    run_state_ = RunState::idle;
    panes_->layers()->end_scan();
    strip_->set_idle(sentence);
    show_study_states();
    refresh_actions();
}

void MainWindow::show_failure(const Error &error)
{
    show_finished(tr("The study did not run"));
    if (study_ && !study_->trials.empty()) {
        strip_->warn(words::from(error.text()));
        return;
    }
    const QString details = error.cause ? words::from(error.cause->text()) : QString();
    panes_->trials()->states()->show_failed(words::from(error.sentence), tr("Retry"), details);
    panes_->pareto()->states()->show_failed(tr("There is no point to draw: the study did not run."), {}, {});
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
