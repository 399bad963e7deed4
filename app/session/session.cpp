// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/session.h"

#include "app/session/agent_relay.h"
#include "app/session/describe.h"
#include "app/session/guarded_work.h"
#include "core/data/prompts.h"
#include "core/evaluate/evaluate.h"
#include "core/model/first_load.h"

namespace ca {

namespace {

std::vector<std::string> to_std(const QStringList &texts)
{
    std::vector<std::string> list;
    for (const QString &text : texts)
        list.push_back(text.toStdString());
    return list;
}

/// `classes`: of the data; empty where none is open.
PromptMaker prompts_for(const ModelRequest &request, const std::vector<std::string> &classes)
{
    if (request.names)
        return prompt_maker(to_std(request.names->classes), to_std(request.names->templates));
    return prompt_maker(classes.empty() ? cifar10_classes() : classes, clip_templates());
}

/// `data`: null where none is open.
Result<SensitivityTable> scan_on(const Model &model, const DataSet *data, ScanOptions options, const ScanWatcher &watcher,
                                 std::stop_token stop, const Progress &progress)
{
    options.images.reset();
    if (data)
        if (const auto added = add_scan_images(options, model, *data, "auto", stop); !added)
            return forward(added);
    return scan(model, options, watcher, stop, progress);
}

} // namespace

Session::Session(std::filesystem::path program, QObject *parent)
    : QObject(parent), agent_(new AgentRelay(this)), program_(std::move(program)), worker_(std::make_unique<Worker>())
{
}

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

void Session::open_model(const ModelRequest &request)
{
    if (studying_)
        return;
    free_worker();
    begin(&Session::scan_run_);
    const auto id = begin(&Session::model_run_);
    model_.reset();
    // The data may still be opening before it in the queue, so what is known of it is looked up when the job runs.
    model_run_.stop = worker_->post([this, id, request, program = program_, known = known_data_](std::stop_token stop) {
        LoadOptions options;
        if (known->image_size.first > 0)
            options.sizes.push_back(known->image_size);
        options.trust = request.trust;
        options.first_load = first_load_by(program);
        options.prompts = prompts_for(request, known->classes);
        auto opening = std::make_shared<ModelOpening>(guarded_work<ModelOpening>(
            [&] { return ca::open_model(request, options, stop, reporter(&Session::model_run_, id)); }));
        answer(&Session::model_run_, id, [this, opening] { end_opening(*opening); });
    });
}

void Session::end_opening(ModelOpening &opening)
{
    if (opening) {
        model_ = std::make_shared<const Model>(std::move(opening->model));
        Q_EMIT model_opened(opening->facts);
    } else if (opening.error().findings.empty()) {
        Q_EMIT model_failed(opening.error().error);
    } else {
        Q_EMIT model_refused(opening.error().error, opening.error().findings);
    }
}

void Session::open_data(const QString &folder, quint64 seed)
{
    if (studying_)
        return;
    free_worker();
    begin(&Session::scan_run_);
    const auto id = begin(&Session::data_run_);
    data_.reset();
    data_run_.stop = worker_->post([this, id, folder, seed, known = known_data_](std::stop_token stop) {
        auto opened = std::make_shared<Result<DataSet>>(
            guarded_work<Result<DataSet>>([&] { return open_data_folder(folder.toStdString(), seed, stop); }));
        if (*opened && (*opened)->all.images)
            *known = {{(*opened)->all.images->height, (*opened)->all.images->width}, (*opened)->classes};
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

void Session::start_scan(const ScanOptions &options)
{
    if (studying_)
        return;
    if (!model_) {
        Q_EMIT scan_failed({ErrorCode::usage, "There is nothing to scan yet. Open a model first.", nullptr});
        return;
    }
    free_worker();
    const auto id = begin(&Session::scan_run_);
    scan_run_.stop = worker_->post([this, id, options, model = model_, data = data_](std::stop_token stop) {
        const ScanWatcher watcher = [this, id](const SensitivityTable &so_far) {
            auto now = std::make_shared<const SensitivityTable>(so_far);
            answer(&Session::scan_run_, id, [this, now] { Q_EMIT scan_changed(now); });
        };
        auto end = std::make_shared<Result<SensitivityTable>>(guarded_work<Result<SensitivityTable>>(
            [&] { return scan_on(*model, data.get(), options, watcher, stop, reporter(&Session::scan_run_, id)); }));
        answer(&Session::scan_run_, id, [this, end] {
            if (*end)
                Q_EMIT scan_finished(std::make_shared<const SensitivityTable>(std::move(**end)));
            else
                Q_EMIT scan_failed(end->error());
        });
    });
}

void Session::cancel()
{
    close_study();
    for (Run *run : {&model_run_, &data_run_, &scan_run_, &study_run_, &quantize_run_})
        run->stop.request_stop();
}

} // namespace ca
