// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/report_controller.h"

#include "app/cli/study_results.h"
#include "app/session/worker.h"
#include "core/base/atomic_file.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/writers/html.h"
#include "core/report/writers/markdown.h"
#include "core/study/store.h"
#include "ui/common/words.h"
#include "ui/main_window.h"
#include "ui/report/pdf_writer.h"
#include "ui/report/report_pages.h"
#include "ui/studies/studies_menu.h"

#include <QFileDialog>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString suffix_of(ReportFormat format)
{
    switch (format) {
    case ReportFormat::pdf:
        return u"pdf"_s;
    case ReportFormat::html:
        return u"html"_s;
    case ReportFormat::markdown:
        return u"md"_s;
    case ReportFormat::folder:
        break;
    }
    return {};
}

} // namespace

ReportController::ReportController(MainWindow &window, Shown shown, ShowFolder show_folder, QObject *parent)
    : QObject(parent),
      window_(window),
      shown_(std::move(shown)),
      show_folder_(std::move(show_folder)),
      worker_(std::make_unique<Worker>())
{
    connect(&window.studies_menu(), &StudiesMenu::report_requested, this, &ReportController::open);
    connect(&window.studies_menu(), &StudiesMenu::folder_requested, this, &ReportController::open_folder);
}

ReportController::~ReportController() = default;

void ReportController::open()
{
    const auto folder = shown_();
    if (dialog_ || folder.empty())
        return;
    folder_ = folder;
    report_.reset();
    dialog_ = new ReportDialog(&window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &ReportDialog::save_requested, this, &ReportController::choose_place);
    connect(dialog_, &ReportDialog::retry_requested, this, &ReportController::read);
    dialog_->open();
    read();
}

void ReportController::read()
{
    const std::uint64_t number = ++readings_;
    worker_->post([this, number, folder = folder_](const std::stop_token &) {
        const auto make = [&]() -> Result<std::shared_ptr<const Report>> {
            const auto store = StudyStore::open_for_reading(folder);
            if (!store)
                return forward(store);
            auto source = read_report_source(*store);
            if (!source)
                return forward(source);
            report::Document document = report::make_report(*source, report_options(*source));
            return std::make_shared<const Report>(Report{std::move(*source), std::move(document)});
        };
        QMetaObject::invokeMethod(this, [this, number, report = make()] {
            if (number == readings_)
                take(report);
        });
    });
}

void ReportController::take(Result<std::shared_ptr<const Report>> report)
{
    if (!dialog_)
        return;
    if (!report) {
        dialog_->show_failure(report.error());
        return;
    }
    report_ = std::move(*report);
    dialog_->show_pages(std::make_shared<const report::ReportPages>(report_->document));
}

void ReportController::choose_place(ReportFormat format)
{
    const bool whole = format == ReportFormat::folder;
    auto *chooser = new QFileDialog(dialog_, whole ? tr("Save the report into a folder") : tr("Save the report"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setAcceptMode(whole ? QFileDialog::AcceptOpen : QFileDialog::AcceptSave);
    chooser->setFileMode(whole ? QFileDialog::Directory : QFileDialog::AnyFile);
    chooser->setOption(QFileDialog::ShowDirsOnly, whole);
    chooser->setDirectory(words::from((whole ? folder_ : folder_.parent_path()).string()));
    if (!whole) {
        chooser->setDefaultSuffix(suffix_of(format));
        chooser->selectFile(words::from(folder_.filename().string()) + u'.' + suffix_of(format));
    } else {
        chooser->setLabelText(QFileDialog::Accept, tr("Save here"));
    }
    connect(chooser, &QFileDialog::fileSelected, this, [this, format](const QString &place) { save(format, place); });
    chooser->open();
}

std::string ReportController::bytes_of(ReportFormat format) const
{
    if (format == ReportFormat::pdf)
        return report::to_pdf(report_->document);
    if (format == ReportFormat::markdown)
        return report::to_markdown(report_->document);
    const report::StoredNumbers numbers(report_->source);
    return report::to_html(report_->document, [&](const std::string &figure) { return numbers.text(figure); });
}

void ReportController::save(ReportFormat format, const QString &place)
{
    if (!report_)
        return;
    const std::filesystem::path target(place.toStdString());
    if (format != ReportFormat::folder) {
        const auto written = write_file(target, bytes_of(format));
        say(written ? Result<QString>(tr("Saved %1, %2").arg(words::escaped(place), words::size(*written))) : forward(written));
        return;
    }
    const auto written = write_study_results(report_->source, target);
    if (!written) {
        say(forward(written));
        return;
    }
    QStringList sentences{tr("Saved %1 files in %2").arg(written->files.size()).arg(words::escaped(place))};
    for (const std::string &note : written->notes)
        sentences << words::from(note);
    say(sentences.join(u"\n"_s));
}

void ReportController::say(const Result<QString> &outcome)
{
    const QString sentence = outcome ? *outcome : words::from(outcome.error().text());
    if (dialog_)
        dialog_->set_note(sentence);
    else
        window_.warn(sentence);
}

void ReportController::open_folder()
{
    const auto folder = shown_();
    if (!folder.empty() && !show_folder_(folder))
        window_.warn(tr("Nothing on this computer shows folders. The results stand in %1.")
                         .arg(words::escaped(words::from(folder.string()))));
}

} // namespace ca
