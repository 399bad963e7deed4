// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/open_model.h"
#include "core/base/json.h"
#include "ui/facts.h"

#include <QObject>
#include <QStringList>

namespace ca {

class DownloadStates;
class MainWindow;
class Session;
class Settings;

/// Everything about which model is open: the list, downloads that end in opening, what is dropped or chosen, code that is not
/// trusted, and the class names of a CLIP model. Outlived by all that it is given.
class ModelController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ModelController)
public:
    /// `demo`: the demo's folder; empty where it was not found.
    ModelController(MainWindow &window, Session &session, Settings &settings, DownloadStates &states, QString demo,
                    QObject *parent = nullptr);

    void open_file(const QString &file);
    void open_demo();
    [[nodiscard]] QString study_name() const; ///< what studies of the open model are called after
    [[nodiscard]] Json source() const;        ///< `model`, `weights` and `trust`, as the command line has them
    [[nodiscard]] const ModelFacts &facts() const { return facts_; } ///< empty while no model is open

private:
    void connect_window();
    void connect_picker();
    void connect_session();
    void connect_states();
    void fill_list();
    void open(const ModelRequest &request);
    /// `weights` as `--weights` has them: empty for the published ones.
    void open_key(const QString &key, const QString &weights = {});
    void choose(const QString &id);
    void download(const QString &key);
    void choose_file();
    void choose_folder();
    void choose_weights(const QString &key);
    void take_model(const ModelFacts &facts);
    void ask_about(const Error &error, const std::vector<FindingFacts> &findings);
    void follow_data(const DataFacts &data);
    void edit_names();
    [[nodiscard]] ClassNames usual_names() const;

    MainWindow &window_;
    Session &session_;
    Settings &settings_;
    DownloadStates &states_;
    QString demo_;
    ModelRequest request_; ///< the last
    ModelFacts facts_;     ///< of the open model; empty while none is
    QStringList data_classes_;
    std::optional<ClassNames> edited_names_; ///< a person's own
    QString opens_when_here_;                ///< a key of the zoo that is on its way
    QStringList asked_;                      ///< keys whose download a person has agreed to
};

} // namespace ca
