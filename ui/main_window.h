// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/study/study.h"
#include "ui/facts.h"

#include <QWidget>

#include <memory>

class QAction;

namespace ca {

class ChatPane;
class DataChooser;
class Header;
class ModelPicker;
class Panes;
class StatusStrip;
class StudiesMenu;

/// Where the window and its panes stood; opaque, for the settings.
struct WindowLayout {
    QByteArray geometry;
    QByteArray panes;
};

/// The window: header, panes that move, status strip. Passive: it says what a person wants by signals, and shows the values it is
/// given. It opens no file and starts no work. All of it on the interface's thread.
class MainWindow final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)
public:
    static constexpr int kTextSize = 13; ///< px

    explicit MainWindow(QWidget *parent = nullptr);

    [[nodiscard]] ModelPicker &picker() const;
    [[nodiscard]] ChatPane &chat() const;
    [[nodiscard]] DataChooser &chooser() const { return *chooser_; }
    [[nodiscard]] StudiesMenu &studies_menu() const { return *studies_menu_; }
    [[nodiscard]] QString model_name() const { return model_name_; } ///< of the open one
    [[nodiscard]] QString selected_trial() const { return selected_; }
    [[nodiscard]] WindowLayout layout_state() const;
    void restore_layout(const WindowLayout &layout); ///< an empty or foreign one leaves the usual places

    // Models and data
    void set_device(const QString &name, const QString &facts);
    void open_data_panel();
    void show_opening_data(const QString &name);
    void set_data(const DataFacts &facts);
    void show_data_failure(const Error &error);
    void show_opening(const QString &name);
    void set_model(const ModelFacts &model);
    void show_model_failure(const QString &name, const Error &error);

    // The scan of the open model; how it ends is said by show_finished
    void show_scanning();
    void set_sensitivity(const SensitivityFacts &facts);
    void show_scan_failure(const Error &error);

    // The study
    void show_started();
    void set_trials(std::shared_ptr<const Study> study);
    void set_progress(const ProgressReport &how);
    void show_pausing(); ///< asked for; the trial under way goes on
    void show_paused();
    void show_resumed();
    void show_stopping();
    void show_finished(const QString &sentence);
    void show_failure(const Error &error);
    void set_unfinished(bool unfinished); ///< the study in the panes can go on, so that Resume is offered
    void set_saved_note(const QString &note);
    void warn(const QString &sentence);

public Q_SLOTS:
    void select_trial(const QString &trial);
    void select_layer(const QString &layer); ///< by name

Q_SIGNALS:
    void model_dropped(const QString &file);
    void weights_dropped(const QString &id, const QString &file); ///< on a row of the picker
    void open_requested();
    void open_folder_requested();
    void demo_requested();
    void retry_requested(); ///< to open the model that was not opened
    void scan_requested();
    void quantize_requested();
    void start_requested(const ca::DataChoice &choice);
    void pause_requested();
    void resume_requested(); ///< what is paused, or the unfinished study in the panes
    void cancel_requested();
    void trial_selected(const QString &trial);
    void closing();

protected:
    bool event(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragMoveEvent(QDragMoveEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    enum class ModelState { none, opening, failed, ready };
    enum class DataState { none, opening, ready };
    enum class RunState { idle, running, pausing, paused, stopping };
    enum class RunKind { study, scan };

    void connect_header();
    void connect_panes();
    void fill_menu();
    void apply_theme();
    void refresh_actions();
    void show_study_states();
    void ask_to_stop();
    void ask_to_pause();
    void ask_to_resume();
    void start();
    void start_scan();
    void open_quantize();
    void drop_scan();
    [[nodiscard]] bool studies() const { return run_state_ != RunState::idle && run_kind_ == RunKind::study; }
    [[nodiscard]] bool can_stop() const { return run_state_ != RunState::idle && run_state_ != RunState::stopping; }
    [[nodiscard]] bool is_paused() const { return run_state_ == RunState::pausing || run_state_ == RunState::paused; }
    [[nodiscard]] bool can_resume() const { return is_paused() || (run_state_ == RunState::idle && unfinished_); }
    [[nodiscard]] QString why_not_scan() const; ///< empty where it can
    [[nodiscard]] QString why_not_run() const;
    [[nodiscard]] QString why_not_pause() const;

    ModelState model_state_ = ModelState::none;
    RunState run_state_ = RunState::idle;
    RunKind run_kind_ = RunKind::study; ///< of what runs, or ran last
    DataState data_state_ = DataState::none;
    bool unfinished_ = false;        ///< the study in the panes
    QAction *choose_data_ = nullptr; ///< in the menu, and by its keys
    QString cannot_run_;             ///< why the open model cannot; empty where it can
    QString selected_, model_name_;
    std::shared_ptr<const Study> study_;

    Header *header_ = nullptr;
    Panes *panes_ = nullptr;
    StatusStrip *strip_ = nullptr;
    DataChooser *chooser_ = nullptr;
    StudiesMenu *studies_menu_ = nullptr;
};

} // namespace ca
