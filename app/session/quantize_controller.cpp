// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/quantize_controller.h"

#include "app/session/describe_quantization.h"
#include "app/session/session.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/main_window.h"
#include "ui/trials/quantize_dialog.h"

#include <QFileDialog>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kSettles = 120; // ms: less than a person waits for, more than between two keys that are held

QString filter_of(ExportFormat format)
{
    switch (format) {
    case ExportFormat::torchscript:
        return QuantizeController::tr("TorchScript that runs by itself (*.pt)");
    case ExportFormat::recipe:
        return QuantizeController::tr("Recipe alone (*.json)");
    case ExportFormat::safetensors:
        break;
    }
    return QuantizeController::tr("Safetensors, as other tools open it (*.safetensors)");
}

} // namespace

QuantizeController::QuantizeController(MainWindow &window, Session &session, QObject *parent)
    : QObject(parent), window_(window), session_(session)
{
    settles_.setSingleShot(true);
    settles_.setInterval(kSettles);
    connect(&settles_, &QTimer::timeout, this, [this] {
        if (dialog_)
            session_.expect_costs(dialog_->choice());
    });
    connect(&window_, &MainWindow::quantize_requested, this, &QuantizeController::open);
    connect(&session_, &Session::costs_expected, this, [this](const ExpectedCosts &costs) {
        if (dialog_)
            dialog_->set_expected(describe_costs(costs));
    });
    connect(&session_, &Session::quantize_progress, this, [this](const ProgressReport &how) {
        if (dialog_)
            dialog_->set_progress(how);
    });
    connect(&session_, &Session::quantized, this, &QuantizeController::take_result);
    connect(&session_, &Session::quantization_failed, this, &QuantizeController::take_failure);
    connect(&session_, &Session::exported, this, [this](const QString &file, const Bytes &size) {
        if (dialog_)
            dialog_->set_exported(file, size);
    });
}

void QuantizeController::open()
{
    if (dialog_ || !session_.has_model() || session_.is_running())
        return;
    const QString why_not =
        !session_.can_be_measured() ? tr("Choose data, and a model that can be run, to measure accuracy.") : QString();
    dialog_ = new QuantizeDialog(window_.model_name(), why_not, &window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &QuantizeDialog::choice_changed, this, [this] {
        made_.reset();
        settles_.start();
    });
    connect(dialog_, &QuantizeDialog::quantize_requested, this, &QuantizeController::start);
    connect(dialog_, &QuantizeDialog::cancel_requested, &session_, &Session::cancel);
    connect(dialog_, &QuantizeDialog::export_requested, this, &QuantizeController::choose_file);
    connect(dialog_, &QuantizeDialog::finished, this, [this] { made_.reset(); });
    dialog_->open();
    session_.expect_costs(dialog_->choice());
}

void QuantizeController::start()
{
    const DataChoice data = window_.chooser().choice();
    dialog_->show_working();
    session_.start_quantization(
        {dialog_->choice(), dialog_->measures(), data.head.toStdString(), static_cast<std::size_t>(std::max(0, data.samples))});
}

void QuantizeController::take_result(const std::shared_ptr<const Quantization> &made)
{
    if (!dialog_)
        return;
    made_ = made;
    dialog_->set_result(describe_quantization(*made));
}

void QuantizeController::take_failure(const Error &error)
{
    if (!dialog_)
        return;
    if (error.code == ErrorCode::cancelled)
        dialog_->show_stopped();
    else
        dialog_->show_failure(error);
}

void QuantizeController::choose_file()
{
    auto *chooser = new QFileDialog(dialog_, tr("Export the quantized model"));
    chooser->setObjectName(u"quantize_file_dialog"_s);
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setAcceptMode(QFileDialog::AcceptSave);
    QStringList filters;
    for (const ExportFormat format : kExportFormats)
        filters << filter_of(format);
    chooser->setNameFilters(filters);
    const auto follow = [chooser, filters](const QString &filter) {
        const auto place = static_cast<std::size_t>(std::max<qsizetype>(0, filters.indexOf(filter)));
        chooser->setDefaultSuffix(words::from(ending_of(kExportFormats[place]).substr(1)));
    };
    follow(filters.front());
    chooser->selectFile(window_.model_name() + u'-' + dialog_->choice().method);
    connect(chooser, &QFileDialog::filterSelected, chooser, follow);
    connect(chooser, &QFileDialog::fileSelected, this, [this, chooser, filters](const QString &file) {
        const auto place = static_cast<std::size_t>(std::max<qsizetype>(0, filters.indexOf(chooser->selectedNameFilter())));
        export_to(file, kExportFormats[place]);
    });
    chooser->open();
}

void QuantizeController::export_to(const QString &file, ExportFormat format)
{
    if (!dialog_ || !made_)
        return;
    dialog_->show_exporting();
    session_.export_quantization(made_, format, file);
}

} // namespace ca
