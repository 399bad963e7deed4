// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/session.h"

#include "app/session/describe.h"
#include "core/base/json.h"
#include "core/files/inspect_file.h"
#include "core/report/results.h"

#include <exception>
#include <new>

namespace ca {

namespace {

/// Core throws nothing; the libraries beneath it may still run out of memory, and a thread that throws ends the program.
template <typename T, typename Work>
Result<T> guarded(const Work &work)
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::out_of_memory,
                    "The machine has too little memory for this. Close other programs, or measure on fewer images.");
    } catch (const std::exception &problem) {
        return fail(ErrorCode::failed, "The work stopped on an unexpected problem: " + clean_text(problem.what()) + ".");
    }
}

struct OpenedModel {
    Model model;
    ModelFacts facts;
};

Result<OpenedModel> open(const std::filesystem::path &file, const LoadOptions &options, std::stop_token stop,
                         const Progress &progress)
{
    auto inspection = inspect_file(file, stop);
    if (!inspection)
        return forward(inspection);
    auto model = load_model(file, options, stop, progress);
    if (!model)
        return forward(model);
    auto facts = describe_model(*inspection, *model, stop, progress);
    if (!facts)
        return forward(facts);
    return OpenedModel{std::move(*model), std::move(*facts)};
}

Result<StudyEnd> carry_out(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial,
                           std::stop_token stop, const Progress &progress)
{
    auto study = run_study(model, data, options, on_trial, stop, progress);
    if (!study)
        return forward(study);
    StudyEnd end;
    end.stopped = stop.stop_requested();
    if (!options.folder.empty() && has_results(*study))
        if (const auto written = write_results(*study, options.folder); !written)
            end.not_saved = written.error();
    end.study = std::make_shared<const Study>(std::move(*study));
    return end;
}

} // namespace

Session::Session(QObject *parent) : QObject(parent), worker_(std::make_unique<Worker>()) { }

Session::~Session()
{
    worker_.reset(); // joins: nothing of the thread reaches this object afterwards
}

std::uint64_t Session::begin(Run Session::*kind)
{
    Run &run = this->*kind;
    run.stop.request_stop();
    return ++run.id;
}

void Session::answer(Run Session::*kind, std::uint64_t id, std::function<void()> deliver)
{
    const auto unless_stale = [this, kind, id, deliver = std::move(deliver)] {
        if ((this->*kind).id == id)
            deliver();
    };
    QMetaObject::invokeMethod(this, unless_stale, Qt::QueuedConnection);
}

Progress Session::reporter(Run Session::*kind, std::uint64_t id)
{
    return Progress(
        [this, kind, id](const ProgressReport &report) { answer(kind, id, [this, report] { Q_EMIT progress(report); }); });
}

void Session::open_model(const QString &file)
{
    if (studying_)
        return;
    const auto id = begin(&Session::model_run_);
    model_.reset();
    // The data may still be opening before it in the queue, so its size is looked up when the job runs.
    model_run_.stop = worker_->post([this, id, file, image_size = image_size_](std::stop_token stop) {
        LoadOptions options;
        if (image_size->first > 0)
            options.sizes.push_back(*image_size);
        auto opened = std::make_shared<Result<OpenedModel>>(
            guarded<OpenedModel>([&] { return open(file.toStdString(), options, stop, reporter(&Session::model_run_, id)); }));
        answer(&Session::model_run_, id, [this, file, opened] {
            if (!*opened) {
                Q_EMIT model_failed(file, opened->error());
                return;
            }
            model_ = std::make_shared<const Model>(std::move((*opened)->model));
            Q_EMIT model_opened((*opened)->facts);
        });
    });
}

void Session::open_data(const QString &folder, quint64 seed)
{
    if (studying_)
        return;
    const auto id = begin(&Session::data_run_);
    data_.reset();
    data_run_.stop = worker_->post([this, id, folder, seed, image_size = image_size_](std::stop_token) {
        auto opened =
            std::make_shared<Result<DataSet>>(guarded<DataSet>([&] { return open_data_folder(folder.toStdString(), seed); }));
        if (*opened && (*opened)->all.images)
            *image_size = {(*opened)->all.images->height, (*opened)->all.images->width};
        answer(&Session::data_run_, id, [this, opened] {
            if (!*opened) {
                Q_EMIT data_failed(opened->error());
                return;
            }
            data_ = std::make_shared<const DataSet>(std::move(**opened));
            Q_EMIT data_opened(describe_data(*data_));
        });
    });
}

void Session::start_study(const StudyOptions &options)
{
    if (studying_)
        return;
    if (!model_ || !data_) {
        Q_EMIT study_failed({ErrorCode::usage, "There is nothing to run yet. Open a model and choose data first.", nullptr});
        return;
    }
    studying_ = true;
    const auto id = begin(&Session::study_run_);
    study_run_.stop = worker_->post([this, id, options, model = model_, data = data_](std::stop_token stop) {
        const TrialSink on_trial = [this, id](const Study &study, const Trial &) {
            auto now = std::make_shared<const Study>(study);
            answer(&Session::study_run_, id, [this, now] { Q_EMIT study_changed(now); });
        };
        auto end = std::make_shared<Result<StudyEnd>>(guarded<StudyEnd>(
            [&] { return carry_out(*model, *data, options, on_trial, stop, reporter(&Session::study_run_, id)); }));
        answer(&Session::study_run_, id, [this, end] { end_study(*end); });
    });
}

void Session::end_study(const Result<StudyEnd> &end)
{
    studying_ = false;
    if (end)
        Q_EMIT study_finished(*end);
    else
        Q_EMIT study_failed(end.error());
}

void Session::cancel()
{
    for (Run *run : {&model_run_, &data_run_, &study_run_})
        run->stop.request_stop();
}

} // namespace ca
