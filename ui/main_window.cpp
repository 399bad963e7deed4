// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window.h"

#include "ui/common/chip.h"
#include "ui/common/header.h"
#include "ui/common/state_pane.h"
#include "ui/common/status_strip.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/layers/layers_pane.h"
#include "ui/model_picker/model_picker.h"
#include "ui/panes.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/pareto/pareto_pane.h"
#include "ui/studies/studies_menu.h"
#include "ui/trials/trial_words.h"
#include "ui/trials/trials_pane.h"

#include <QAction>
#include <QMenu>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

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
    panes_ = new Panes;
    strip_ = new StatusStrip;
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(panes_, 1);
    column->addWidget(strip_);

    connect_header();
    connect_panes();
    fill_menu();
    header_->model()->set_facts(tr("No model"), tr("drop one on the window"));
    header_->data()->set_facts(tr("No data"), {});
    header_->device()->set_facts(tr("CPU"), {});
    panes_->layers()->states()->show_empty(tr("Drop a model on the window, or open the demo."), tr("Open the demo"));
    show_study_states();
    apply_theme();
    refresh_actions();
    setFocus(); // so that no button wears the ring before Tab is pressed
}

void MainWindow::connect_header()
{
    connect(header_, &Header::scan_requested, this, &MainWindow::start_scan);
    connect(header_, &Header::quantize_requested, this, &MainWindow::open_quantize);
    connect(header_, &Header::run_requested, this, &MainWindow::start);
    connect(header_, &Header::pause_requested, this, &MainWindow::ask_to_pause);
    connect(header_, &Header::resume_requested, this, &MainWindow::ask_to_resume);
    connect(header_, &Header::stop_requested, this, &MainWindow::ask_to_stop);
    connect(strip_, &StatusStrip::cancel_requested, this, &MainWindow::ask_to_stop);
    connect(header_->model(), &Chip::clicked, panes_, &Panes::show_models);
    connect(header_->data(), &Chip::clicked, this, &MainWindow::open_data_panel);
    connect(header_->device(), &Chip::clicked, this, [this] { strip_->set_note(header_->device()->toolTip()); });
}

void MainWindow::connect_panes()
{
    connect(panes_->picker(), &ModelPicker::open_requested, this, &MainWindow::open_requested);
    connect(panes_->picker(), &ModelPicker::refused, this, &MainWindow::warn);
    connect(panes_->layers()->states(), &StatePane::action_triggered, this, [this] {
        if (model_state_ == ModelState::failed)
            Q_EMIT retry_requested();
        else
            Q_EMIT demo_requested();
    });
    connect(panes_->trials()->states(), &StatePane::action_triggered, this, &MainWindow::start);
    connect(panes_->pareto()->states(), &StatePane::action_triggered, this, &MainWindow::start);
    connect(panes_->trials(), &TrialsPane::trial_selected, this, &MainWindow::select_trial);
    connect(panes_->pareto(), &ParetoPane::trial_selected, this, &MainWindow::select_trial);
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
    add(tr("Open a model folder…"), {}, [this] { Q_EMIT open_folder_requested(); });
    add(tr("Open the demo"), {}, [this] { Q_EMIT demo_requested(); });
    choose_data_ = add(tr("Choose data…"), QKeySequence(Qt::CTRL | Qt::Key_D), [this] { open_data_panel(); });
    menu->addSeparator();
    studies_menu_ = new StudiesMenu(menu, this);
    menu->addSeparator();
    add(tr("Scan"), QKeySequence(Qt::CTRL | Qt::Key_L), [this] { start_scan(); });
    add(tr("Quantize…"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] { open_quantize(); });
    add(tr("Run study"), QKeySequence(Qt::CTRL | Qt::Key_R), [this] { start(); });
    add(tr("Pause or resume"), QKeySequence(Qt::CTRL | Qt::Key_P), [this] {
        if (can_resume())
            ask_to_resume();
        else
            ask_to_pause();
    });
    add(tr("Stop"), QKeySequence(Qt::CTRL | Qt::Key_Period), [this] { ask_to_stop(); });
    menu->addSeparator();
    add(tr("Talk to the advisor"), QKeySequence(Qt::CTRL | Qt::Key_T), [this] { panes_->show_chat(); });
    add(tr("Put the panes back"), {}, [this] { panes_->put_back(); });
    add(tr("Quit"), QKeySequence::Quit, [this] { close(); });
}

ModelPicker &MainWindow::picker() const
{
    return *panes_->picker();
}

ChatPane &MainWindow::chat() const
{
    return *panes_->chat();
}

void MainWindow::select_layer(const QString &layer)
{
    panes_->layers()->select(layer);
}

WindowLayout MainWindow::layout_state() const
{
    return {saveGeometry(), panes_->places()};
}

void MainWindow::restore_layout(const WindowLayout &layout)
{
    if (!layout.geometry.isEmpty())
        restoreGeometry(layout.geometry);
    panes_->restore_places(layout.panes);
}

void MainWindow::set_device(const QString &name, const QString &facts)
{
    header_->device()->set_facts(name, facts);
}

void MainWindow::open_data_panel()
{
    chooser_->open_under(header_->data());
}

void MainWindow::show_opening_data(const QString &name)
{
    drop_scan();
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

void MainWindow::show_opening(const QString &name)
{
    model_state_ = ModelState::opening;
    drop_scan();
    cannot_run_.clear();
    strip_->set_idle({}); // an earlier opening that still stops is no longer spoken of
    header_->model()->set_facts(name, tr("opening…"));
    chooser_->set_zero_shot({});
    panes_->layers()->set_facts({});
    panes_->layers()->set_notes({});
    panes_->layers()->states()->show_working(tr("Opening %1").arg(name));
    panes_->set_layers_note({});
    strip_->set_progress({tr("Opening %1").arg(name).toStdString(), 0, 0, 0, {}});
    refresh_actions();
}

void MainWindow::set_model(const ModelFacts &model)
{
    model_state_ = ModelState::ready;
    model_name_ = model.name;
    const QString first_note = model.notes.isEmpty() ? QString() : model.notes.front();
    cannot_run_ = model.has_network ? QString()
        : first_note.isEmpty()      ? tr("These are weights without a network, which cannot be run.")
                                    : first_note;
    QStringList facts{model.format, words::count(model.parameters), words::size(model.size)};
    if (!model.code.isEmpty())
        facts << model.code;
    header_->model()->set_facts(model.name, facts.join(u" · "_s));
    chooser_->set_zero_shot(model.zero_shot);
    LayersPane *layers = panes_->layers();
    layers->set_facts(model.sensitivity);
    layers->set_notes(model.notes);
    const std::size_t count = model.sensitivity.layers.size();
    if (count == 0)
        layers->states()->show_empty(first_note.isEmpty() ? tr("This model has no layer that can be quantized.") : first_note,
                                     tr("Open the demo"));
    else
        layers->states()->show_content();
    panes_->set_layers_note(count == 0 ? QString() : count == 1 ? tr("1 layer") : tr("%1 layers").arg(count));
    strip_->set_idle(tr("%1 is open").arg(model.name));
    show_study_states();
    refresh_actions();
}

void MainWindow::show_model_failure(const QString &name, const Error &error)
{
    model_state_ = ModelState::failed;
    const QString outcome = tr("%1 was not opened").arg(name);
    header_->model()->set_facts(tr("No model"), outcome);
    panes_->layers()->set_facts({});
    panes_->layers()->states()->show_failed(words::from(error.sentence), tr("Retry"),
                                            error.cause ? words::from(error.cause->text()) : QString());
    strip_->set_idle(outcome);
    show_study_states();
    refresh_actions();
}

void MainWindow::set_trials(std::shared_ptr<const Study> study)
{
    study_ = std::move(study);
    panes_->trials()->set_study(study_);
    panes_->pareto()->set_study(study_);
    const auto all = study_ ? study_->trials.size() : 0;
    const auto done = all == 0 ? 0 : std::count_if(study_->trials.begin(), study_->trials.end(), [](const Trial &trial) {
        return trial.state == TrialState::done;
    });
    panes_->set_trials_note(all == 0 ? QString()
                                     : tr("%1 · %2 of %3").arg(words::escaped(words::from(study_->name))).arg(done).arg(all));
    show_study_states();
    select_trial(study_ && find_trial(*study_, selected_) ? selected_ : QString());
}

void MainWindow::set_progress(const ProgressReport &how)
{
    strip_->set_progress(how);
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
    panes_->trials()->select(trial);
    panes_->pareto()->select(trial);
    const Trial *found = study_ && !trial.isEmpty() ? find_trial(*study_, trial) : nullptr;
    panes_->layers()->set_recipe(found ? trial : QString(), found ? found->recipe : Recipe{});
    if (news)
        Q_EMIT trial_selected(trial);
}

void MainWindow::show_study_states()
{
    const bool runs = studies();
    const bool ready = model_state_ == ModelState::ready;
    if (study_ && !study_->trials.empty())
        panes_->trials()->states()->show_content();
    else if (runs)
        panes_->trials()->states()->show_working(tr("Preparing the first trial"));
    else
        panes_->trials()->states()->show_empty(!cannot_run_.isEmpty() ? cannot_run_ + u' ' + tr("Quantize… exports them.")
                                                   : ready            ? tr("Trials stand here once a study runs.")
                                                           : tr("Trials stand here once a model is open and a study runs."),
                                               why_not_run().isEmpty() ? tr("Run study") : QString());
    if (panes_->pareto()->chart()->drawn_points() > 0)
        panes_->pareto()->states()->show_content();
    else if (runs)
        panes_->pareto()->states()->show_working(tr("The first point comes with the first finished trial"));
    else
        panes_->pareto()->states()->show_empty(tr("Size against accuracy of every trial will be drawn here."), {});
}

void MainWindow::refresh_actions()
{
    const bool idle = run_state_ == RunState::idle;
    header_->set_can_scan(why_not_scan());
    header_->set_can_run(why_not_run());
    header_->set_pause(can_resume(), why_not_pause());
    header_->set_can_stop(can_stop());
    studies_menu_->set_busy(studies());
    header_->data()->setEnabled(idle);
    choose_data_->setEnabled(idle);
}

QString MainWindow::why_not_scan() const
{
    if (model_state_ != ModelState::ready)
        return tr("Open a model first");
    if (run_state_ != RunState::idle)
        return run_kind_ == RunKind::study ? tr("A study is running") : tr("A scan is running");
    return data_state_ == DataState::opening ? tr("The data is being opened") : QString();
}

QString MainWindow::why_not_run() const
{
    if (model_state_ == ModelState::ready && !cannot_run_.isEmpty())
        return cannot_run_;
    const QString why = why_not_scan();
    return why.isEmpty() && data_state_ != DataState::ready ? tr("Choose data first") : why;
}

} // namespace ca
