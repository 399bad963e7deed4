// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/study_controller.h"

#include "app/session/chat_controller.h"
#include "app/session/data_controller.h"
#include "app/session/goal.h"
#include "app/session/model_controller.h"
#include "app/session/read_conversation.h"
#include "app/session/resumption.h"
#include "app/session/session.h"
#include "app/session/study_shelf.h"
#include "app/session/window_controller.h"
#include "app/settings/settings.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/goal/goal_dialog.h"
#include "ui/goal/goal_words.h"
#include "ui/main_window.h"

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

std::vector<GoalLayer> layers_of(const Model &model)
{
    std::vector<GoalLayer> layers;
    for (const Layer &layer : model.program.layers())
        layers.push_back({words::from(layer.name), layer.weights()});
    return layers;
}

} // namespace

StudyController::StudyController(MainWindow &window, Session &session, Settings &settings, const ModelController &model,
                                 const DataController &data, ChatController &chat, Places places, QObject *parent)
    : QObject(parent),
      window_(window),
      session_(session),
      settings_(settings),
      model_(model),
      data_(data),
      chat_(chat),
      places_(std::move(places))
{
    connect_window();
    connect_session();
}

void StudyController::connect_window()
{
    connect(&window_, &MainWindow::start_requested, this, &StudyController::ask_for_goal);
    connect(&window_, &MainWindow::pause_requested, &session_, &Session::pause);
    connect(&window_, &MainWindow::resume_requested, this, &StudyController::resume);
}

void StudyController::connect_session()
{
    connect(&session_, &Session::study_changed, this, &StudyController::take_change);
    connect(&session_, &Session::study_paused, &window_, &MainWindow::show_paused);
    connect(&session_, &Session::study_finished, this, &StudyController::take_end);
    connect(&session_, &Session::study_failed, this, &StudyController::take_failure);
    connect(&session_, &Session::model_opened, this, &StudyController::take_model);
    connect(&session_, &Session::data_opened, this, [this] {
        chat_.give_up(); // it was said about others
        chat_.set_can_run(session_.can_be_measured());
    });
    connect(&session_, &Session::answer_begun, this, [this] {
        window_.show_started();
        window_.set_progress({tr("The advisor answers").toStdString(), 0, 0, 0, {}});
    });
    connect(&chat_, &ChatController::study_wanted, this, &StudyController::open_for_talk);
    connect(&chat_, &ChatController::given_up, this, [this] { take_failure({ErrorCode::cancelled, {}, nullptr}); });
}

void StudyController::ask_for_goal()
{
    if (dialog_ || !session_.can_be_measured() || is_busy())
        return;
    const GoalModel model{window_.model_name(), model_.facts().float_file, layers_of(*session_.model())};
    dialog_ = new GoalDialog(model, goal_from_setting(settings_.value(Setting::goal).toString()), &window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &QDialog::accepted, this, [this] {
        const GoalFacts goal = dialog_->goal();
        settings_.set(Setting::goal, goal_setting(goal));
        start(goal);
    });
    dialog_->open();
}

void StudyController::start(const GoalFacts &goal)
{
    if (!session_.can_be_measured() || is_busy())
        return;
    const DataChoice choice = window_.chooser().choice();
    QString name = model_.study_name() + u'-' + data_.name();
    name.replace(u'/', u'-');
    StudyOptions options;
    options.folder = new_folder(name);
    options.name = options.folder.empty() ? name.toStdString() : options.folder.filename().string();
    options.seed = WindowController::kSeed;
    options.samples = static_cast<std::size_t>(std::max(0, choice.samples));
    options.head = choice.head.toStdString();
    options.max_trials = static_cast<std::size_t>(goal.trials);
    options.minutes = goal.minutes;
    options.constraints = constraints_of(goal, model_.facts().float_file);
    options.scan_cache = places_.scans;
    options.source = source(goal);
    window_.set_trials(nullptr);
    set_shown(options, nullptr);
    window_.show_started();
    chat_.begin(options, Unfinished::carry_out, true);
}

/// What the command line would be told, so that it can go on as well.
Json StudyController::source(const GoalFacts &goal) const
{
    Json source = model_.source();
    source["data"] = window_.chooser().choice().data.toStdString();
    source["classes"] = source["templates"] = "";
    source["trials"] = static_cast<std::size_t>(goal.trials);
    source["minutes"] = goal.minutes;
    return source;
}

std::filesystem::path StudyController::new_folder(const QString &name) const
{
    if (places_.studies.empty())
        return {};
    std::error_code ignored;
    std::filesystem::path folder = places_.studies / name.toStdString();
    for (int number = 2; std::filesystem::exists(folder, ignored); ++number)
        folder = places_.studies / u"%1-%2"_s.arg(name).arg(number).toStdString();
    return folder;
}

void StudyController::resume()
{
    if (!session_.is_running()) {
        go_on();
        return;
    }
    session_.resume();
    window_.show_resumed();
}

bool StudyController::is_busy() const
{
    return session_.is_running() || chat_.is_opening();
}

/// With the unfinished study in the panes.
void StudyController::go_on()
{
    if (chat_.is_opening() || !study_ || options_.folder.empty())
        return;
    if (const std::string missing = missing_here(); !missing.empty()) {
        window_.warn(words::from(missing));
        return;
    }
    options_.resume = true;
    options_.scan_cache = places_.scans;
    window_.show_started();
    chat_.begin(options_, Unfinished::carry_out, false);
}

/// Something was typed: about the study in the panes, else for a new one with the usual goal.
void StudyController::open_for_talk()
{
    if (const QString why = why_no_talk(); !why.isEmpty()) {
        chat_.answer(why);
    } else if (!study_ || options_.folder.empty()) {
        start(goal_from_setting(settings_.value(Setting::goal).toString()));
    } else {
        options_.resume = true;
        options_.scan_cache = places_.scans;
        window_.show_started();
        chat_.begin(options_, Unfinished::leave, false);
    }
}

/// Empty where a study can be opened.
QString StudyController::why_no_talk() const
{
    if (study_ && !options_.folder.empty())
        return words::from(missing_here());
    if (session_.can_be_measured())
        return {};
    if (session_.has_model() && !session_.model()->has_network())
        return tr(
            "These are weights without a network. Open a model that can be run, and I can measure what its quantization costs.");
    return session_.has_model() ? tr("Choose data first, by Ctrl+D: then I can measure what quantizing this model costs.")
        : session_.has_data()
        ? tr("Drop a model on the window first, or open the demo: then I look at its layers, propose recipes "
             "and measure them.")
        : tr("Drop a model on the window and choose data first, or open the demo: then I look at its layers, "
             "propose recipes and measure them.");
}

std::string StudyController::missing_here() const
{
    const bool has_model = session_.has_model() && session_.model()->sha256 == study_->model_sha256;
    const bool has_data = session_.has_data() && session_.data()->name == study_->data_name;
    return missing_for(*study_, options_.source, has_model, has_data);
}

void StudyController::show(const ShelvedStudy &shelved)
{
    if (is_busy()) {
        window_.warn(tr("A study is running. Stop it before you open another."));
        return;
    }
    session_.close_study();
    set_shown(resuming_options(shelved.folder, shelved.facts, *shelved.study), shelved.study);
    chat_.show(shelved.study, read_conversation(shelved.transcript, *shelved.study));
    window_.select_trial({}); // of another study, though it may have the same number
    window_.set_trials(shelved.study);
    window_.set_saved_note(
        tr("Goal: %1 · %2")
            .arg(goal_words(goal_of(shelved.study->constraints)), words::escaped(words::from(shelved.folder.string()))));
}

void StudyController::drop(const std::filesystem::path &folder)
{
    if (folder != options_.folder || session_.is_running())
        return;
    set_shown({}, nullptr);
    chat_.show(nullptr, {});
    window_.set_trials(nullptr);
    window_.set_saved_note({});
}

void StudyController::set_shown(StudyOptions options, std::shared_ptr<const Study> study)
{
    options_ = std::move(options);
    study_ = std::move(study);
    window_.set_unfinished(study_ && !options_.folder.empty() && is_unfinished(*study_, options_.max_trials));
    Q_EMIT shown_changed();
}

/// Another model was opened, so the panes are no longer about the study of the one before.
void StudyController::take_model()
{
    chat_.give_up(); // as for data
    if (study_ && study_->model_sha256 != session_.model()->sha256)
        drop(options_.folder);
    chat_.set_can_run(session_.can_be_measured());
}

void StudyController::take_change(const std::shared_ptr<const Study> &study)
{
    const bool is_new = !study_;
    study_ = study;
    chat_.follow(study);
    window_.set_trials(study);
    if (is_new)
        Q_EMIT written();
}

void StudyController::take_end(const StudyEnd &end)
{
    chat_.follow(end.study);
    window_.set_trials(end.study);
    const auto done = std::count_if(end.study->trials.begin(), end.study->trials.end(),
                                    [](const Trial &trial) { return trial.state == TrialState::done; });
    window_.show_finished(end.stopped         ? tr("Stopped; %1 finished trials are kept").arg(done)
                              : end.only_talk ? tr("The advisor has answered")
                                              : tr("Finished %1 trials").arg(done));
    set_shown(options_, end.study);
    if (!options_.folder.empty())
        window_.set_saved_note(tr("Saved in %1").arg(words::from(options_.folder.string())));
    if (end.not_saved)
        window_.warn(words::from(end.not_saved->text()));
    Q_EMIT written();
}

void StudyController::take_failure(const Error &error)
{
    if (error.code == ErrorCode::cancelled) // before its first trial
        window_.show_finished(study_ ? tr("Stopped; nothing more was measured") : tr("Stopped; nothing was measured yet"));
    else
        window_.show_failure(error);
    set_shown(study_ ? options_ : StudyOptions(), study_);
    Q_EMIT written();
}

} // namespace ca
