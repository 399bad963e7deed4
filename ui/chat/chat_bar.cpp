// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/chat_bar.h"

#include "ui/chat/chat_words.h"
#include "ui/chat/flow_layout.h"
#include "ui/chat/link_button.h"
#include "ui/common/words.h"

#include <QAction>
#include <QComboBox>
#include <QMenu>
#include <QPushButton>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kWhoWidth = 176, kWhoAtLeast = 96; // px
constexpr int kGap = 6;

QComboBox *make_combo(const QString &name, const QString &accessible)
{
    auto *combo = new QComboBox;
    combo->setObjectName(name);
    combo->setAccessibleName(accessible);
    combo->setToolTip(accessible);
    return combo;
}

} // namespace

ChatBar::ChatBar(QWidget *parent) : QWidget(parent)
{
    who_ = make_combo(u"chat_who"_s, tr("Who answers"));
    who_->setFixedWidth(kWhoWidth);
    who_->setMaxVisibleItems(16);
    mode_ = make_combo(u"chat_consent_mode"_s, tr("What the advisor may run without asking"));
    for (const ConsentMode mode : {ConsentMode::ask, ConsentMode::within_budget, ConsentMode::chat_only})
        mode_->addItem(words::consent_mode(mode), static_cast<int>(mode));
    auto *sent = make_link(u"chat_sent_data"_s, tr("What left this machine"), tr("Show what was sent to the provider"));
    auto *more = make_link(u"chat_more"_s, u"⋯"_s, tr("More for this conversation"));
    make_menu();
    more->setMenu(menu_);
    auto *row = new FlowLayout(this, kGap);
    for (QWidget *widget : {static_cast<QWidget *>(who_), static_cast<QWidget *>(mode_), static_cast<QWidget *>(sent),
                            static_cast<QWidget *>(more)})
        row->addWidget(widget);
    connect(who_, &QComboBox::activated, this, &ChatBar::choose);
    connect(mode_, &QComboBox::activated, this,
            [this] { Q_EMIT consent_mode_chosen(static_cast<ConsentMode>(mode_->currentData().toInt())); });
    connect(sent, &QPushButton::clicked, this, &ChatBar::sent_data_requested);
    set_choices({}, {});
    set_can_export(false);
}

void ChatBar::make_menu()
{
    menu_ = new QMenu(this);
    const auto add = [this](const QString &name, const QString &text, void (ChatBar::*signal)()) {
        QAction *action = menu_->addAction(text);
        action->setObjectName(name);
        connect(action, &QAction::triggered, this, signal);
    };
    add(u"chat_copy_all"_s, tr("Copy all"), &ChatBar::copy_requested);
    add(u"chat_export"_s, tr("Export as Markdown…"), &ChatBar::export_requested);
}

void ChatBar::set_choices(const std::vector<ChatChoice> &choices, const ChatChoice &current)
{
    choices_ = choices;
    who_->clear();
    for (const ChatChoice &choice : choices)
        who_->addItem(words::escaped(choice.title));
    if (!choices.empty())
        who_->insertSeparator(who_->count());
    who_->addItem(tr("Providers and keys…"));
    const auto found = std::find(choices.begin(), choices.end(), current);
    current_ = found == choices.end() ? -1 : static_cast<int>(found - choices.begin());
    who_->setCurrentIndex(current_);
    who_->setToolTip(words::tip(current.title));
    who_->setPlaceholderText(tr("Choose who answers"));
}

/// The last row is no choice: it opens the settings, and who was chosen stays.
void ChatBar::choose(int row)
{
    if (row == current_)
        return;
    if (row >= static_cast<int>(choices_.size())) {
        who_->setCurrentIndex(current_);
        Q_EMIT providers_requested();
        return;
    }
    current_ = row;
    who_->setToolTip(words::tip(choices_[static_cast<std::size_t>(row)].title));
    const ChatChoice choice = choices_[static_cast<std::size_t>(row)]; // who hears it may set others
    Q_EMIT choice_made(choice);
}

/// In a narrow pane both choices share a line as long as they can.
void ChatBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    who_->setFixedWidth(std::clamp(width() - kGap - mode_->sizeHint().width(), kWhoAtLeast, kWhoWidth));
}

void ChatBar::set_consent_mode(ConsentMode mode)
{
    mode_->setCurrentIndex(mode_->findData(static_cast<int>(mode)));
}

void ChatBar::set_can_export(bool can)
{
    for (QAction *action : menu_->actions())
        action->setEnabled(can);
}

void ChatBar::set_can_choose(bool can)
{
    who_->setEnabled(can);
}

} // namespace ca
