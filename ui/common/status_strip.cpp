// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/status_strip.h"

#include "ui/common/elided_label.h"
#include "ui/common/words.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QTimer>

#include <utility>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kSteps = 1000;                // of the bar: finer than its pixels
constexpr int kWarningMilliseconds = 10000; // long enough to read two lines

ElidedLabel *make_label(const QString &name, const char *role)
{
    auto *label = new ElidedLabel;
    label->setObjectName(name);
    label->setProperty("role", role);
    return label;
}

void set_role(QWidget *widget, const char *role)
{
    widget->setProperty("role", role);
    widget->style()->unpolish(widget); // a style sheet looks at properties only when it is applied
    widget->style()->polish(widget);
}

} // namespace

StatusStrip::StatusStrip(QWidget *parent) : QFrame(parent)
{
    setObjectName(u"status_strip"_s);
    setProperty("role", "strip");
    setFixedHeight(32);
    stage_ = make_label(u"status_stage"_s, "dim");
    far_ = make_label(u"status_far"_s, "dim");
    note_ = make_label(u"status_note"_s, "dim");
    bar_ = new QProgressBar;
    bar_->setObjectName(u"status_bar"_s);
    bar_->setAccessibleName(tr("Progress of the running stage"));
    bar_->setTextVisible(false);
    bar_->setFixedWidth(180);
    bar_->setRange(0, kSteps);
    cancel_ = new QPushButton(tr("Cancel"));
    cancel_->setObjectName(u"status_cancel"_s);
    cancel_->setAccessibleName(tr("Cancel what is running"));
    cancel_->setProperty("role", "small");
    connect(cancel_, &QPushButton::clicked, this, &StatusStrip::cancel_requested);
    warning_ends_ = new QTimer(this);
    warning_ends_->setSingleShot(true);
    connect(warning_ends_, &QTimer::timeout, this, [this] {
        set_role(note_, "dim");
        note_->set_text(standing_note_);
    });

    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(16);
    row->addWidget(stage_);
    row->addWidget(bar_);
    row->addWidget(far_);
    row->addWidget(cancel_);
    row->addStretch(1);
    row->addWidget(note_);
    set_idle({});
}

QString StatusStrip::stage() const
{
    return stage_->text();
}

QString StatusStrip::note() const
{
    return note_->text();
}

bool StatusStrip::is_busy() const
{
    return !cancel_->isHidden();
}

void StatusStrip::set_idle(const QString &sentence)
{
    set_busy(false);
    pause_ = Pause::none;
    stage_->set_text(sentence);
}

void StatusStrip::set_progress(const ProgressReport &how)
{
    if (!is_busy()) {
        cancel_->setEnabled(true);
        cancel_->setText(tr("Cancel"));
    }
    set_busy(true);
    if (!cancel_->isEnabled() || pause_ == Pause::reached)
        return; // stopping or paused: a late report must not say otherwise
    if (pause_ == Pause::none)
        stage_->set_text(words::from(how.stage));
    far_->set_text(words::far(how));
    const double part = how.total > 0 ? static_cast<double>(how.done) / static_cast<double>(how.total) : 0;
    bar_->setValue(static_cast<int>(part * kSteps));
}

void StatusStrip::set_stopping()
{
    if (!is_busy())
        return;
    stage_->set_text(tr("Stopping…"));
    far_->set_text(tr("what is finished is kept"));
    cancel_->setEnabled(false);
}

void StatusStrip::set_pausing()
{
    pause_ = Pause::asked;
    stage_->set_text(tr("Pausing after this trial…"));
}

void StatusStrip::set_paused()
{
    if (!cancel_->isEnabled())
        return; // stopping
    pause_ = Pause::reached;
    stage_->set_text(tr("Paused"));
    far_->set_text(tr("Resume goes on with the next trial"));
}

void StatusStrip::set_resumed()
{
    const bool waited = std::exchange(pause_, Pause::none) == Pause::reached;
    stage_->set_text(tr("Going on"));
    if (waited)
        far_->set_text({});
}

void StatusStrip::set_note(const QString &note)
{
    standing_note_ = note;
    if (!warning_ends_->isActive())
        note_->set_text(note);
}

void StatusStrip::warn(const QString &sentence)
{
    set_role(note_, "bad");
    note_->set_text(sentence);
    warning_ends_->start(kWarningMilliseconds);
}

void StatusStrip::set_busy(bool busy)
{
    bar_->setVisible(busy);
    far_->setVisible(busy);
    cancel_->setVisible(busy);
}

} // namespace ca
