// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window.h"

#include "ui/common/chip.h"
#include "ui/common/dropped_file.h"
#include "ui/common/header.h"
#include "ui/common/pane.h"
#include "ui/common/state_pane.h"
#include "ui/common/status_strip.h"
#include "ui/common/style_sheet.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/layers/layers_pane.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/pareto/pareto_pane.h"
#include "ui/trials/trial_words.h"
#include "ui/trials/trials_pane.h"

#include <QAction>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QListView>
#include <QMainWindow>
#include <QMenu>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kGap = 8;              // px between panes and around them
constexpr int kTextSize = 13;        // px
constexpr int kPanesVersion = 1;     // of saved layouts; a new one when panes are renamed
constexpr QSize kSmallest{960, 600}; // all panes keep their headings and one row
constexpr QSize kUsual{1600, 1000};

} // namespace

MainWindow::MainWindow(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"main_window"_s);
    setWindowTitle(tr("Compression Agent"));
    setAcceptDrops(true);
    setMinimumSize(kSmallest);
    resize(kUsual);
    QFont text = font();
    text.setPixelSize(kTextSize);
    setFont(text);

    header_ = new Header;
    chooser_ = new DataChooser(this);
    docks_ = new QMainWindow;
    docks_->setWindowFlags(Qt::Widget);
    docks_->setObjectName(u"docks"_s);
    docks_->setContentsMargins(kGap, kGap, kGap, kGap);
    docks_->setDockNestingEnabled(true);
    docks_->setContextMenuPolicy(Qt::NoContextMenu); // panes cannot be hidden, so there is nothing to list
    strip_ = new StatusStrip;
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(docks_, 1);
    column->addWidget(strip_);

    make_panes();
    place_panes();
    connect_panes();
    fill_menu();
    usual_places_ = docks_->saveState(kPanesVersion);
    header_->model()->set_facts(tr("No model"), tr("drop one on the window"));
    header_->data()->set_facts(tr("No data"), {});
    header_->device()->set_facts(tr("CPU"), {});
    layers_->states()->show_empty(tr("Drop a model on the window, or open the demo."), tr("Open the demo"));
    show_study_states();
    apply_theme();
    refresh_actions();
    setFocus(); // so that no button wears the ring before Tab is pressed
}

void MainWindow::make_panes()
{
    picker_ = new ModelPicker;
    layers_ = new LayersPane;
    trials_ = new TrialsPane;
    pareto_ = new ParetoPane;
    picker_pane_ = new Pane(u"pane_models"_s, tr("Models"), picker_);
    picker_pane_->set_note(QKeySequence(QKeySequence::Open).toString(QKeySequence::NativeText));
    layers_pane_ = new Pane(u"pane_layers"_s, tr("Layers"), layers_);
    layers_pane_->add_to_heading(layers_->legend());
    trials_pane_ = new Pane(u"pane_trials"_s, tr("Trials"), trials_);
    pareto_pane_ = new Pane(u"pane_pareto"_s, tr("Pareto"), pareto_);
    pareto_pane_->set_note(tr("Size × accuracy"));
    for (QWidget *pane : {static_cast<QWidget *>(layers_), static_cast<QWidget *>(trials_), static_cast<QWidget *>(pareto_)})
        pane->setMinimumSize(240, 120);
    picker_->setMinimumSize(180, 160);
}

void MainWindow::place_panes()
{
    docks_->addDockWidget(Qt::LeftDockWidgetArea, picker_pane_);
    docks_->splitDockWidget(picker_pane_, layers_pane_, Qt::Horizontal);
    docks_->splitDockWidget(layers_pane_, trials_pane_, Qt::Vertical);
    docks_->addDockWidget(Qt::RightDockWidgetArea, pareto_pane_);
    // Shares of the drawn window: 256, 768 and 548 px of 1600; layers over trials 518 to 384.
    docks_->resizeDocks({picker_pane_, layers_pane_, pareto_pane_}, {256, 768, 548}, Qt::Horizontal);
    docks_->resizeDocks({layers_pane_, trials_pane_}, {518, 384}, Qt::Vertical);
}

void MainWindow::connect_panes()
{
    connect(header_, &Header::run_requested, this, &MainWindow::start);
    connect(header_, &Header::stop_requested, this, &MainWindow::ask_to_stop);
    connect(strip_, &StatusStrip::cancel_requested, this, &MainWindow::ask_to_stop);
    connect(header_->model(), &Chip::clicked, picker_->list(), [this] {
        picker_pane_->raise();
        picker_->list()->setFocus();
    });
    connect(header_->data(), &Chip::clicked, this, [this] { chooser_->open_under(header_->data()); });
    connect(header_->device(), &Chip::clicked, this, [this] { strip_->set_note(header_->device()->toolTip()); });
    connect(chooser_, &DataChooser::data_chosen, this, &MainWindow::data_chosen);
    connect(chooser_, &DataChooser::folder_requested, this, &MainWindow::data_folder_requested);
    connect(picker_, &ModelPicker::model_chosen, this, &MainWindow::model_chosen);
    connect(picker_, &ModelPicker::open_requested, this, &MainWindow::open_requested);
    connect(layers_->states(), &StatePane::action_triggered, this, [this] {
        if (model_state_ == ModelState::failed)
            Q_EMIT model_chosen(model_file_);
        else
            Q_EMIT demo_requested();
    });
    connect(trials_->states(), &StatePane::action_triggered, this, &MainWindow::start);
    connect(pareto_->states(), &StatePane::action_triggered, this, &MainWindow::start);
    connect(trials_, &TrialsPane::trial_selected, this, &MainWindow::select_trial);
    connect(pareto_, &ParetoPane::trial_selected, this, &MainWindow::select_trial);
}

void MainWindow::fill_menu()
{
    QMenu *menu = header_->menu();
    const auto add = [&](const QString &text, const QKeySequence &keys, auto &&what) {
        QAction *action = menu->addAction(text);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, what);
        addAction(action); // shortcuts work while the menu is closed
        return action;
    };
    add(tr("Open a model…"), QKeySequence::Open, [this] { Q_EMIT open_requested(); });
    add(tr("Open the demo"), {}, [this] { Q_EMIT demo_requested(); });
    choose_data_ = add(tr("Choose data…"), QKeySequence(Qt::CTRL | Qt::Key_D), [this] { chooser_->open_under(header_->data()); });
    menu->addSeparator();
    add(tr("Run study"), QKeySequence(Qt::CTRL | Qt::Key_R), [this] { start(); });
    add(tr("Stop"), QKeySequence(Qt::CTRL | Qt::Key_Period), [this] { ask_to_stop(); });
    menu->addSeparator();
    add(tr("Put the panes back"), {}, [this] { docks_->restoreState(usual_places_, kPanesVersion); });
    add(tr("Quit"), QKeySequence::Quit, [this] { close(); });
}

DataChoice MainWindow::choice() const
{
    return chooser_->choice();
}

WindowLayout MainWindow::layout_state() const
{
    return {saveGeometry(), docks_->saveState(kPanesVersion)};
}

void MainWindow::restore_layout(const WindowLayout &layout)
{
    if (!layout.geometry.isEmpty())
        restoreGeometry(layout.geometry);
    if (!layout.panes.isEmpty() && !docks_->restoreState(layout.panes, kPanesVersion))
        docks_->restoreState(usual_places_, kPanesVersion);
}

void MainWindow::set_models(const std::vector<PickerRow> &models, const std::vector<PickerRow> &recent)
{
    picker_->set_models(models);
    picker_->set_recent(recent);
}

void MainWindow::set_device(const QString &name, const QString &facts)
{
    header_->device()->set_facts(name, facts);
}

void MainWindow::set_choice(const DataChoice &choice)
{
    chooser_->set_choice(choice);
}

void MainWindow::show_opening_data(const QString &name)
{
    data_state_ = DataState::opening;
    header_->data()->set_facts(name, tr("opening…"));
    show_study_states();
    refresh_actions();
}

void MainWindow::set_data(const DataFacts &facts)
{
    data_state_ = DataState::ready;
    header_->data()->set_facts(
        facts.name,
        tr("calibration %1 · selection %2 · holdout %3")
            .arg(words::grouped(facts.calibration), words::grouped(facts.selection), words::grouped(facts.holdout)));
    show_study_states();
    refresh_actions();
}

void MainWindow::show_data_failure(const Error &error)
{
    data_state_ = DataState::none;
    header_->data()->set_facts(tr("No data"), words::from(error.text()));
    strip_->warn(words::from(error.text()));
    show_study_states();
    refresh_actions();
}

void MainWindow::show_opening(const QString &file)
{
    model_state_ = ModelState::opening;
    strip_->set_idle({}); // an earlier opening that still stops is no longer spoken of
    model_file_ = file;
    const QString name = QFileInfo(file).fileName();
    header_->model()->set_facts(name, tr("opening…"));
    picker_->set_current(file);
    layers_->set_layers({});
    layers_->states()->show_working(tr("Opening %1").arg(name));
    layers_pane_->set_note({});
    set_trials(nullptr);
    strip_->set_progress({tr("Opening %1").arg(name).toStdString(), 0, 0, 0, {}});
    refresh_actions();
}

void MainWindow::set_model(const ModelFacts &model)
{
    model_state_ = ModelState::ready;
    model_file_ = model.file;
    QStringList facts{model.format, words::count(model.parameters), words::size(model.size)};
    if (!model.code.isEmpty())
        facts << model.code;
    header_->model()->set_facts(model.name, facts.join(u" · "_s));
    if (!model.notes.isEmpty())
        header_->model()->setToolTip(header_->model()->toolTip() + u'\n' + model.notes.join(u'\n'));
    picker_->set_current(model.file);
    layers_->set_layers(model.layers);
    if (model.layers.empty())
        layers_->states()->show_empty(model.notes.isEmpty() ? tr("This model has no layer that can be quantized.")
                                                            : model.notes.front(),
                                      tr("Open the demo"));
    else
        layers_->states()->show_content();
    layers_pane_->set_note(model.layers.empty()           ? QString()
                               : model.layers.size() == 1 ? tr("1 layer")
                                                          : tr("%1 layers").arg(model.layers.size()));
    strip_->set_idle(tr("%1 is open").arg(model.name));
    show_study_states();
    refresh_actions();
}

void MainWindow::show_model_failure(const QString &file, const Error &error)
{
    model_state_ = ModelState::failed;
    model_file_ = file;
    header_->model()->set_facts(tr("No model"), tr("%1 was not opened").arg(QFileInfo(file).fileName()));
    picker_->set_current({});
    layers_->set_layers({});
    layers_->states()->show_failed(words::from(error.sentence), tr("Retry"),
                                   error.cause ? words::from(error.cause->text()) : QString());
    strip_->set_idle(tr("%1 was not opened").arg(QFileInfo(file).fileName()));
    show_study_states();
    refresh_actions();
}

void MainWindow::show_started()
{
    run_state_ = RunState::running;
    set_trials(nullptr);
    strip_->set_note({});
    strip_->set_progress({tr("Starting the study").toStdString(), 0, 0, 0, {}});
    refresh_actions();
}

void MainWindow::set_trials(std::shared_ptr<const Study> study)
{
    study_ = std::move(study);
    trials_->set_study(study_);
    pareto_->set_study(study_);
    const auto all = study_ ? study_->trials.size() : 0;
    const auto done = all == 0 ? 0 : std::count_if(study_->trials.begin(), study_->trials.end(), [](const Trial &trial) {
        return trial.state == TrialState::done;
    });
    trials_pane_->set_note(all == 0 ? QString() : tr("%1 of %2").arg(done).arg(all));
    show_study_states();
    select_trial(study_ && find_trial(*study_, selected_) ? selected_ : QString());
}

void MainWindow::set_progress(const ProgressReport &how)
{
    strip_->set_progress(how);
}

void MainWindow::show_stopping()
{
    run_state_ = run_state_ == RunState::running ? RunState::stopping : run_state_;
    strip_->set_stopping();
    refresh_actions();
}

void MainWindow::show_finished(const QString &sentence)
{
    run_state_ = RunState::idle;
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
    trials_->states()->show_failed(words::from(error.sentence), tr("Retry"), details);
    pareto_->states()->show_failed(tr("There is no point to draw: the study did not run."), {}, {});
}

void MainWindow::set_saved_note(const QString &note)
{
    strip_->set_note(note);
}

void MainWindow::warn(const QString &sentence)
{
    strip_->warn(sentence);
}

void MainWindow::select_trial(const QString &trial)
{
    const bool news = trial != selected_;
    selected_ = trial;
    trials_->select(trial);
    pareto_->select(trial);
    const Trial *found = study_ && !trial.isEmpty() ? find_trial(*study_, trial) : nullptr;
    layers_->set_recipe(found ? trial : QString(), found ? found->recipe : Recipe{});
    if (news)
        Q_EMIT trial_selected(trial);
}

void MainWindow::show_study_states()
{
    const bool runs = run_state_ != RunState::idle;
    const bool ready = model_state_ == ModelState::ready;
    if (study_ && !study_->trials.empty())
        trials_->states()->show_content();
    else if (runs)
        trials_->states()->show_working(tr("Preparing the first trial"));
    else
        trials_->states()->show_empty(ready ? tr("Trials stand here once a study runs.")
                                            : tr("Trials stand here once a model is open and a study runs."),
                                      ready && data_state_ == DataState::ready ? tr("Run study") : QString());
    if (pareto_->chart()->drawn_points() > 0)
        pareto_->states()->show_content();
    else if (runs)
        pareto_->states()->show_working(tr("The first point comes with the first finished trial"));
    else
        pareto_->states()->show_empty(tr("Size against accuracy of every trial will be drawn here."), {});
}

void MainWindow::refresh_actions()
{
    const bool idle = run_state_ == RunState::idle;
    QString why;
    if (model_state_ != ModelState::ready)
        why = tr("Open a model first");
    else if (data_state_ != DataState::ready)
        why = data_state_ == DataState::opening ? tr("The data is being opened") : tr("Choose data first");
    else if (!idle)
        why = tr("A study is running");
    header_->set_can_run(why.isEmpty(), why);
    header_->set_can_stop(run_state_ == RunState::running);
    header_->data()->setEnabled(idle);
    choose_data_->setEnabled(idle);
}

} // namespace ca
