// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/header.h"

#include "ui/common/button.h"
#include "ui/common/chip.h"

#include <QHBoxLayout>
#include <QMenu>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kPauseWidth = 84; // holds either verb, so that nothing moves

} // namespace

Header::Header(QWidget *parent) : QFrame(parent)
{
    setObjectName(u"header"_s);
    setProperty("role", "header");
    setFixedHeight(48);
    model_ = new Chip(u"chip_model"_s, tr("Model"));
    data_ = new Chip(u"chip_data"_s, tr("Data"));
    device_ = new Chip(u"chip_device"_s, tr("Device"));
    scan_ = make_button(u"button_scan"_s, tr("Scan"), tr("Scan the layers' sensitivity"));
    quantize_ = make_button(u"button_quantize"_s, tr("Quantize…"), tr("Quantize by one method, and export"));
    run_ = make_button(u"button_run"_s, tr("Run study"), tr("Run study"));
    run_->setProperty("role", "primary");
    pause_ = make_button(u"button_pause"_s, tr("Pause"), {});
    pause_->setFixedWidth(kPauseWidth);
    stop_ = make_button(u"button_stop"_s, tr("Stop"), tr("Stop what runs"));
    more_ = make_button(u"button_more"_s, u"⋯"_s, tr("More actions"));
    more_->setToolTip(tr("More actions"));
    more_->setFixedWidth(36);
    more_->setStyleSheet(u"padding: 0"_s);
    menu_ = new QMenu(more_);
    menu_->setAttribute(Qt::WA_WindowPropagation);
    more_->setMenu(menu_);
    connect(scan_, &QPushButton::clicked, this, &Header::scan_requested);
    connect(quantize_, &QPushButton::clicked, this, &Header::quantize_requested);
    connect(run_, &QPushButton::clicked, this, &Header::run_requested);
    connect(pause_, &QPushButton::clicked, this, [this] {
        if (resumes_)
            Q_EMIT resume_requested();
        else
            Q_EMIT pause_requested();
    });
    connect(stop_, &QPushButton::clicked, this, &Header::stop_requested);

    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(8);
    for (auto *chip : {model_, data_, device_})
        row->addWidget(chip);
    row->addStretch(1);
    row->addSpacing(8);
    for (auto *button : {scan_, quantize_, run_, pause_, stop_, more_})
        row->addWidget(button);
    set_pause(false, {});
}

void Header::set_can_scan(const QString &why_not)
{
    for (QPushButton *button : {scan_, quantize_}) {
        button->setEnabled(why_not.isEmpty());
        button->setToolTip(why_not);
    }
}

void Header::set_can_run(const QString &why_not)
{
    run_->setEnabled(why_not.isEmpty());
    run_->setToolTip(why_not);
}

void Header::set_pause(bool resumes, const QString &why_not)
{
    resumes_ = resumes;
    pause_->setText(resumes ? tr("Resume") : tr("Pause"));
    pause_->setAccessibleName(resumes ? tr("Go on with the study") : tr("Pause before the next trial"));
    pause_->setEnabled(why_not.isEmpty());
    pause_->setToolTip(why_not);
}

void Header::set_can_stop(bool can)
{
    stop_->setEnabled(can);
}

} // namespace ca
