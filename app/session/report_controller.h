// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "core/report/source/report_source.h"
#include "ui/report/report_dialog.h"

#include <QObject>
#include <QPointer>

#include <filesystem>
#include <functional>
#include <memory>

namespace ca {

class MainWindow;
class Worker;

/// The report of the study in the panes: read and written on a thread of its own, which a study that runs does not keep waiting,
/// shown in a dialog, saved, and its folder opened. Outlived by all that it is given.
class ReportController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ReportController)
public:
    /// The folder of the study in the panes; empty: none is on disk.
    using Shown = std::function<std::filesystem::path()>;
    /// What shows a folder to a person; false where nothing does.
    using ShowFolder = std::function<bool(const std::filesystem::path &)>;

    ReportController(MainWindow &window, Shown shown, ShowFolder show_folder, QObject *parent = nullptr);
    ~ReportController() override;

    void open();
    /// As the dialog asks once a person has chosen a place.
    void save(ReportFormat format, const QString &place);
    void open_folder();

private:
    /// A study as a report says it.
    struct Report {
        ReportSource source;
        report::Document document;
    };

    void read();
    void take(Result<std::shared_ptr<const Report>> report);
    void choose_place(ReportFormat format);
    /// The bytes of a file. On the interface's thread.
    [[nodiscard]] std::string bytes_of(ReportFormat format) const;
    void say(const Result<QString> &outcome);

    MainWindow &window_;
    Shown shown_;
    ShowFolder show_folder_;
    QPointer<ReportDialog> dialog_;
    std::filesystem::path folder_; ///< of the study whose report the dialog shows
    std::shared_ptr<const Report> report_;
    std::uint64_t readings_ = 0; ///< answers of earlier ones are dropped
    std::unique_ptr<Worker> worker_;
};

} // namespace ca
