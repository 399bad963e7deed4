// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/state_pane.h"

#include "ui/common/theme.h"

#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMessagePage = 0;
constexpr int kWorkingPage = 1;
constexpr int kContentPage = 2;

/// Grey bars where rows will stand, so that nothing jumps when they come.
class SkeletonRows final : public QWidget {
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override
    {
        constexpr int kRow = 25;
        constexpr double kWidths[] = {0.62, 0.48, 0.55, 0.40, 0.58};
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme_of(palette()).grid);
        for (int row = 0; (row + 1) * kRow <= height(); ++row) {
            const int length = static_cast<int>(kWidths[row % 5] * width());
            painter.drawRoundedRect(12, row * kRow + 8, length, 9, 4, 4);
            painter.drawRoundedRect(width() - 72, row * kRow + 8, 56, 9, 4, 4);
        }
    }
};

} // namespace

StatePane::StatePane(const QString &name, QWidget *content, QWidget *parent) : QStackedWidget(parent), name_(name)
{
    addWidget(make_message_page());
    addWidget(make_working_page());
    addWidget(content);
}

QString StatePane::sentence() const
{
    if (state_ == State::full)
        return {};
    return state_ == State::working ? working_->text() : message_->text();
}

void StatePane::show_empty(const QString &sentence, const QString &action)
{
    state_ = State::empty;
    show_message(sentence, action, {});
}

void StatePane::show_working(const QString &sentence)
{
    state_ = State::working;
    working_->setText(sentence);
    setCurrentIndex(kWorkingPage);
}

void StatePane::show_failed(const QString &sentence, const QString &action, const QString &details)
{
    state_ = State::failed;
    show_message(sentence, action, details);
}

void StatePane::show_content()
{
    state_ = State::full;
    setCurrentIndex(kContentPage);
}

void StatePane::show_message(const QString &sentence, const QString &action, const QString &details)
{
    message_->setText(sentence);
    message_->setForegroundRole(state_ == State::empty ? QPalette::PlaceholderText : QPalette::WindowText);
    action_->setText(action);
    action_->setAccessibleName(action);
    action_->setVisible(!action.isEmpty());
    unfold_->setChecked(false);
    unfold_->setVisible(!details.isEmpty());
    details_->setPlainText(details);
    setCurrentIndex(kMessagePage);
}

QWidget *StatePane::make_message_page()
{
    auto *page = new QWidget;
    message_ = new QLabel;
    message_->setObjectName(name_ + u"_message"_s);
    message_->setWordWrap(true);
    message_->setAlignment(Qt::AlignCenter);
    message_->setTextFormat(Qt::PlainText);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    action_ = new QPushButton;
    action_->setObjectName(name_ + u"_action"_s);
    connect(action_, &QPushButton::clicked, this, &StatePane::action_triggered);
    unfold_ = new QPushButton(tr("Details"));
    unfold_->setObjectName(name_ + u"_unfold"_s);
    unfold_->setAccessibleName(tr("Details of what happened"));
    unfold_->setProperty("role", "link");
    unfold_->setCheckable(true);
    details_ = new QPlainTextEdit;
    details_->setObjectName(name_ + u"_details"_s);
    details_->setAccessibleName(tr("Details"));
    details_->setReadOnly(true);
    details_->setAcceptDrops(false); // a dropped file is the window's
    details_->viewport()->setAcceptDrops(false);
    details_->setVisible(false);
    details_->setMaximumHeight(120);
    connect(unfold_, &QPushButton::toggled, details_, &QWidget::setVisible);

    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(24, 16, 24, 16);
    column->setSpacing(12);
    column->addStretch(2);
    column->addWidget(message_);
    column->addWidget(action_, 0, Qt::AlignHCenter);
    column->addWidget(unfold_, 0, Qt::AlignHCenter);
    column->addWidget(details_);
    column->addStretch(3);
    return page;
}

QWidget *StatePane::make_working_page()
{
    auto *page = new QWidget;
    working_ = new QLabel;
    working_->setObjectName(name_ + u"_working"_s);
    working_->setProperty("role", "dim");
    working_->setTextFormat(Qt::PlainText);
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 8);
    working_->setContentsMargins(12, 0, 12, 0);
    column->addWidget(working_);
    column->addWidget(new SkeletonRows, 1);
    return page;
}

} // namespace ca
