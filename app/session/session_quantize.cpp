// SPDX-License-Identifier: GPL-3.0-or-later
// What the session does for the quantize dialog.
#include "app/cli/output_place.h"
#include "app/session/guarded_work.h"
#include "app/session/session.h"

namespace ca {
namespace {

Error study_in_the_way()
{
    return {ErrorCode::usage, "A study is running. Stop it first, or wait until it has ended.", nullptr};
}

} // namespace

void Session::expect_costs(const QuantizeChoice &choice)
{
    if (!model_ || studying_)
        return;
    free_worker();
    const auto id = begin(&Session::expect_run_);
    expect_run_.stop = worker_->post([this, id, choice, model = model_, data = data_](const std::stop_token &stop) {
        if (stop.stop_requested()) // a person goes through methods faster than sizes are added up
            return;
        const auto costs = guarded_work<Result<ExpectedCosts>>([&] { return expected_costs(*model, data.get(), choice); });
        answer(&Session::expect_run_, id, [this, costs] {
            if (costs)
                Q_EMIT costs_expected(*costs);
            else
                Q_EMIT costs_expected({{}, {}, costs.error().text(), false});
        });
    });
}

void Session::start_quantization(const QuantizeRequest &request)
{
    if (studying_) {
        Q_EMIT quantization_failed(study_in_the_way());
        return;
    }
    if (!model_) {
        Q_EMIT quantization_failed({ErrorCode::usage, "There is nothing to quantize yet. Open a model first.", nullptr});
        return;
    }
    free_worker();
    const auto id = begin(&Session::quantize_run_);
    quantize_run_.stop = worker_->post([this, id, request, model = model_, data = data_](std::stop_token stop) {
        const Progress progress([this, id](const ProgressReport &report) {
            answer(&Session::quantize_run_, id, [this, report] { Q_EMIT quantize_progress(report); });
        });
        auto end = std::make_shared<Result<Quantization>>(
            guarded_work<Result<Quantization>>([&] { return quantize_as_asked(*model, data.get(), request, stop, progress); }));
        answer(&Session::quantize_run_, id, [this, end] {
            if (*end)
                Q_EMIT quantized(std::make_shared<const Quantization>(std::move(**end)));
            else
                Q_EMIT quantization_failed(end->error());
        });
    });
}

void Session::export_quantization(const std::shared_ptr<const Quantization> &made, ExportFormat format, const QString &file)
{
    if (studying_) {
        Q_EMIT quantization_failed(study_in_the_way());
        return;
    }
    free_worker();
    const auto id = begin(&Session::quantize_run_);
    std::vector<std::filesystem::path> inputs{made->model.model.file, data_ ? data_->path : ""};
    quantize_run_.stop = worker_->post([this, id, made, format, file, inputs = std::move(inputs)](const std::stop_token &stop) {
        const std::filesystem::path place = file.toStdString();
        const auto written = guarded_work<Result<Bytes>>([&]() -> Result<Bytes> {
            if (const auto fine = check_not_input(place, inputs); !fine)
                return forward(fine);
            return write_as(format, made->model, place, stop);
        });
        answer(&Session::quantize_run_, id, [this, written, file] {
            if (written)
                Q_EMIT exported(file, *written);
            else
                Q_EMIT quantization_failed(written.error());
        });
    });
}

} // namespace ca
