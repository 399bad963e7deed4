// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/message_view.h"

#include "ui/chat/chat_words.h"
#include "ui/chat/enter_edit.h"
#include "ui/chat/link_button.h"
#include "ui/chat/message_editor.h"
#include "ui/chat/prose_view.h"
#include "ui/common/theme.h"

#include <QApplication>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kPadding = 8, kSide = 12; // px of a bubble over and under, and beside its text
constexpr int kLeastLeft = 40;          // px that a bubble leaves free at its left

} // namespace

MessageView::MessageView(const ChatSaid &said, QWidget *parent) : QWidget(parent), said_(said)
{
    setObjectName(u"chat_message"_s);
    column_ = new QVBoxLayout(this);
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(4);
    prose_ =
        make_prose(is_persons() ? ProseView::Look::plain : ProseView::Look::markdown, is_persons() ? tr("You") : tr("Advisor"));
    column_->addWidget(prose_);
    set(said);
}

ProseView *MessageView::make_prose(ProseView::Look look, const QString &accessible_name)
{
    auto *prose = new ProseView(look, accessible_name);
    prose->installEventFilter(this);
    connect(prose, &ProseView::reference_activated, this, &MessageView::reference_activated);
    connect(prose, &ProseView::link_activated, this, &MessageView::link_activated);
    return prose;
}

void MessageView::set(const ChatSaid &said)
{
    said_ = said;
    fitted_ = -1;
    prose_->set_text(said.text);
    prose_->setVisible(!said.text.empty() && !editor_);
    show_thinking();
    if (thought_)
        thought_->set_text(plain_text(said.thinking.toStdString()));
    show_mark();
    show_branches();
    updateGeometry();
    update();
}

void MessageView::append(const QString &text)
{
    prose_->append(text);
    prose_->show();
}

void MessageView::append_thinking(const QString &text)
{
    said_.thinking += text;
    show_thinking();
    if (thought_)
        thought_->append(text);
}

void MessageView::show_thinking()
{
    if (said_.thinking.isEmpty() || thinking_)
        return;
    thinking_ = make_link(u"chat_thinking"_s, tr("▸ Thinking"), tr("Show what it thought"));
    thinking_->setCheckable(true);
    thinking_->installEventFilter(this);
    connect(thinking_, &QPushButton::toggled, this, &MessageView::unfold_thinking);
    column_->insertWidget(0, thinking_, 0, Qt::AlignLeft);
    setTabOrder(thinking_, prose_);
}

void MessageView::unfold_thinking(bool unfolded)
{
    thinking_->setText(unfolded ? tr("▾ Thinking") : tr("▸ Thinking"));
    if (!thought_ && unfolded) {
        thought_ = make_prose(ProseView::Look::dim, tr("What it thought"));
        thought_->setObjectName(u"chat_thought"_s);
        thought_->append(said_.thinking);
        column_->insertWidget(1, thought_);
        setTabOrder(thinking_, thought_);
    }
    if (thought_)
        thought_->setVisible(unfolded);
}

void MessageView::show_mark()
{
    QStringList marks{is_persons() ? QString() : words::end_mark(said_.end)};
    if (said_.has_unparsed_call)
        marks << tr("⊘ A tool call in this text could not be read, and was not carried out.");
    marks.removeAll(QString());
    if (!mark_ && marks.isEmpty())
        return;
    if (!mark_) {
        mark_ = new QLabel;
        mark_->setObjectName(u"chat_mark"_s);
        mark_->setProperty("role", "dim");
        mark_->setTextFormat(Qt::PlainText);
        mark_->setWordWrap(true);
        column_->insertWidget(column_->indexOf(prose_) + 1, mark_);
    }
    mark_->setText(marks.join(u'\n'));
    mark_->setVisible(!marks.isEmpty());
}

/// "‹ 2 of 3 ›" under messages that were said in each other's place.
void MessageView::show_branches()
{
    if (branches_) {
        branches_->hide();
        branches_->deleteLater(); // one of its buttons may be speaking
        branches_ = nullptr;
    }
    if (said_.branches < 2)
        return;
    branches_ = new QWidget;
    auto *row = new QHBoxLayout(branches_);
    row->setContentsMargins(0, is_persons() ? kPadding : 0, 0, 0); // under the bubble
    row->setSpacing(0);
    const auto add = [&](const QString &name, const QString &text, const QString &accessible, int branch) {
        auto *button = make_link(name, text, accessible);
        button->setEnabled(branch >= 1 && branch <= said_.branches);
        button->installEventFilter(this);
        connect(button, &QPushButton::clicked, this, [this, branch] { Q_EMIT branch_chosen(branch); });
        return button;
    };
    auto *place = new QLabel(tr("%1 of %2").arg(said_.branch).arg(said_.branches));
    place->setObjectName(u"chat_branch"_s);
    place->setProperty("role", "dim");
    if (is_persons())
        row->addStretch();
    row->addWidget(add(u"chat_branch_before"_s, u"‹"_s, tr("The version before this one"), said_.branch - 1));
    row->addWidget(place);
    row->addWidget(add(u"chat_branch_after"_s, u"›"_s, tr("The version after this one"), said_.branch + 1));
    if (!is_persons())
        row->addStretch();
    column_->addWidget(branches_);
}

void MessageView::set_can_change(bool can)
{
    can_change_ = can;
    if (change_)
        change_->setEnabled(can);
}

void MessageView::make_actions()
{
    auto *frame = new QFrame(this);
    frame->setObjectName(u"chat_actions"_s);
    frame->setProperty("role", "card");
    actions_ = frame;
    auto *row = new QHBoxLayout(frame);
    row->setContentsMargins(2, 1, 2, 1);
    row->setSpacing(0);
    auto *copy = make_link(u"chat_copy"_s, tr("Copy"), is_persons() ? tr("Copy your message") : tr("Copy this answer"));
    connect(copy, &QPushButton::clicked, this, &MessageView::copy_requested);
    change_ = is_persons() ? make_link(u"chat_edit"_s, tr("Edit"), tr("Edit your message, and go on from there"))
                           : make_link(u"chat_regenerate"_s, tr("Regenerate"), tr("Have this answered once more"));
    change_->setEnabled(can_change_);
    if (is_persons())
        connect(change_, &QPushButton::clicked, this, &MessageView::begin_edit);
    else
        connect(change_, &QPushButton::clicked, this, &MessageView::regenerate);
    QWidget *before = prose_;
    for (QPushButton *button : {change_, copy}) {
        row->addWidget(button);
        button->installEventFilter(this);
        setTabOrder(before, button);
        before = button;
    }
}

/// Shown under the pointer and while something of the message has the focus.
void MessageView::show_actions()
{
    const QWidget *focused = QApplication::focusWidget();
    const bool wanted = !editor_ && (underMouse() || (focused && isAncestorOf(focused)));
    if (wanted && !actions_)
        make_actions();
    if (!actions_)
        return;
    actions_->setVisible(wanted);
    place_actions();
}

void MessageView::place_actions()
{
    if (!actions_ || !actions_->isVisible())
        return;
    actions_->adjustSize();
    const int left = is_persons() ? prose_->x() - kSide - actions_->width() - 4 : width() - actions_->width();
    actions_->move(std::max(0, left), 0);
    actions_->raise();
}

void MessageView::begin_edit()
{
    editor_ = new MessageEditor(text_of(said_.text));
    connect(editor_, &MessageEditor::finished, this, &MessageView::end_edit);
    column_->insertWidget(column_->indexOf(prose_), editor_);
    prose_->hide();
    actions_->hide();
    editor_->edit()->setFocus();
    fitted_ = -1;
    updateGeometry();
    update();
}

void MessageView::end_edit(const QString &text)
{
    editor_->hide();
    editor_->deleteLater(); // it is speaking
    editor_ = nullptr;
    prose_->show();
    prose_->setFocus();
    fitted_ = -1;
    updateGeometry();
    update();
    if (!text.isEmpty() && text != text_of(said_.text))
        Q_EMIT edited(text);
}

/// A bubble is as wide as its text needs.
void MessageView::fit_bubble(int width) const
{
    if (!is_persons() || width == fitted_)
        return;
    fitted_ = width;
    const int most = std::max(1, width - kLeastLeft - 2 * kSide);
    const int needed = editor_ ? most : prose_->ideal_width(most);
    const QMargins margins(width - needed - kSide, kPadding, kSide, kPadding);
    if (column_->contentsMargins() != margins)
        column_->setContentsMargins(margins);
}

int MessageView::heightForWidth(int width) const
{
    fit_bubble(width);
    return QWidget::heightForWidth(width);
}

void MessageView::resizeEvent(QResizeEvent *event)
{
    fit_bubble(width());
    QWidget::resizeEvent(event);
    place_actions();
}

bool MessageView::event(QEvent *event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fitted_ = -1;
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave)
        show_actions();
    return QWidget::event(event);
}

bool MessageView::eventFilter(QObject *watched, QEvent *event)
{
    // The focus is where it will be only when the event has been dealt with.
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        QMetaObject::invokeMethod(this, &MessageView::show_actions, Qt::QueuedConnection);
    return QWidget::eventFilter(watched, event);
}

void MessageView::paintEvent(QPaintEvent *)
{
    if (!is_persons() || editor_)
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme_of(palette()).accent_soft);
    painter.drawRoundedRect(prose_->geometry().adjusted(-kSide, -kPadding, kSide, kPadding), 8, 8);
}

} // namespace ca
