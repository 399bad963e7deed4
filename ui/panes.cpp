// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes.h"

#include "ui/chat/chat_input.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/enter_edit.h"
#include "ui/common/pane.h"
#include "ui/layers/layers_pane.h"
#include "ui/model_picker/model_picker.h"
#include "ui/pareto/pareto_pane.h"
#include "ui/trials/trials_pane.h"

#include <QKeySequence>
#include <QLabel>
#include <QListView>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kGap = 8;           // px between panes and around them
constexpr int kPlacesVersion = 2; // of saved places; a new one when panes are renamed

} // namespace

Panes::Panes(QWidget *parent) : QMainWindow(parent)
{
    setWindowFlags(Qt::Widget);
    setObjectName(u"docks"_s);
    setContentsMargins(kGap, kGap, kGap, kGap);
    setDockNestingEnabled(true);
    setContextMenuPolicy(Qt::NoContextMenu); // panes cannot be hidden, so there is nothing to list
    make();
    place();
    usual_places_ = saveState(kPlacesVersion);
}

void Panes::make()
{
    picker_ = new ModelPicker;
    layers_ = new LayersPane;
    trials_ = new TrialsPane;
    pareto_ = new ParetoPane;
    chat_ = new ChatPane;
    picker_pane_ = new Pane(u"pane_models"_s, tr("Models"), picker_);
    picker_pane_->set_note(QKeySequence(QKeySequence::Open).toString(QKeySequence::NativeText));
    layers_pane_ = new Pane(u"pane_layers"_s, tr("Layers"), layers_);
    layers_pane_->add_after_title(layers_->measures());
    layers_pane_->add_to_heading(layers_->legend());
    trials_pane_ = new Pane(u"pane_trials"_s, tr("Trials"), trials_);
    pareto_pane_ = new Pane(u"pane_pareto"_s, tr("Pareto"), pareto_);
    chat_pane_ = new Pane(u"pane_chat"_s, tr("Advisor"), chat_);
    chat_pane_->add_to_heading(chat_->meter());
    for (QWidget *pane : {static_cast<QWidget *>(layers_), static_cast<QWidget *>(trials_), static_cast<QWidget *>(pareto_),
                          static_cast<QWidget *>(chat_)})
        pane->setMinimumSize(240, 120);
    picker_->setMinimumSize(220, 160); // a model's memory beside its button
}

void Panes::place()
{
    addDockWidget(Qt::LeftDockWidgetArea, picker_pane_);
    splitDockWidget(picker_pane_, layers_pane_, Qt::Horizontal);
    splitDockWidget(layers_pane_, trials_pane_, Qt::Vertical);
    addDockWidget(Qt::RightDockWidgetArea, pareto_pane_);
    splitDockWidget(pareto_pane_, chat_pane_, Qt::Vertical);
    // Shares of the drawn window: 256, 768 and 548 px of 1600; layers over trials 518 to 384; the chart 400 of them, for a low
    // window has to show some of the conversation, too.
    resizeDocks({picker_pane_, layers_pane_, pareto_pane_}, {256, 768, 548}, Qt::Horizontal);
    resizeDocks({layers_pane_, trials_pane_}, {518, 384}, Qt::Vertical);
    resizeDocks({pareto_pane_, chat_pane_}, {400, 502}, Qt::Vertical);
}

void Panes::set_layers_note(const QString &note)
{
    layers_pane_->set_note(note);
}

void Panes::set_trials_note(const QString &note)
{
    trials_pane_->set_note(note);
}

void Panes::show_models()
{
    picker_pane_->raise();
    picker_->list()->setFocus();
}

void Panes::show_chat()
{
    chat_pane_->raise();
    chat_->input()->edit()->setFocus();
}

QByteArray Panes::places() const
{
    return saveState(kPlacesVersion);
}

void Panes::restore_places(const QByteArray &places)
{
    if (!places.isEmpty() && !restoreState(places, kPlacesVersion))
        put_back();
}

void Panes::put_back()
{
    restoreState(usual_places_, kPlacesVersion);
}

} // namespace ca
