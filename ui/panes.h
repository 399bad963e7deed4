// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>

namespace ca {

class ChatPane;
class LayersPane;
class ModelPicker;
class Pane;
class ParetoPane;
class TrialsPane;

/// The panes of the window as docks: models at the left, layers over trials, the chart over the advisor at the right.
class Panes final : public QMainWindow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Panes)
public:
    explicit Panes(QWidget *parent = nullptr);

    [[nodiscard]] ModelPicker *picker() const { return picker_; }
    [[nodiscard]] LayersPane *layers() const { return layers_; }
    [[nodiscard]] TrialsPane *trials() const { return trials_; }
    [[nodiscard]] ParetoPane *pareto() const { return pareto_; }
    [[nodiscard]] ChatPane *chat() const { return chat_; }

    void set_layers_note(const QString &note);
    void set_trials_note(const QString &note);
    void show_models(); ///< brings the list to the front, with the focus
    void show_chat();   ///< likewise the advisor, where a message is typed

    [[nodiscard]] QByteArray places() const;
    void restore_places(const QByteArray &places); ///< an empty or foreign one leaves the usual ones
    void put_back();

private:
    void make();
    void place();

    ModelPicker *picker_ = nullptr;
    LayersPane *layers_ = nullptr;
    TrialsPane *trials_ = nullptr;
    ParetoPane *pareto_ = nullptr;
    ChatPane *chat_ = nullptr;
    Pane *picker_pane_ = nullptr;
    Pane *layers_pane_ = nullptr;
    Pane *trials_pane_ = nullptr;
    Pane *pareto_pane_ = nullptr;
    Pane *chat_pane_ = nullptr;
    QByteArray usual_places_;
};

} // namespace ca
