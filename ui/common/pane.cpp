// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/pane.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>

namespace ca {
namespace {

constexpr int kHeadingHeight = 34;

} // namespace

using namespace Qt::StringLiterals;

Pane::Pane(const QString &name, const QString &title, QWidget *content, QWidget *parent) : QDockWidget(title, parent)
{
    setObjectName(name);
    setAccessibleName(title);
    setFeatures(DockWidgetMovable | DockWidgetFloatable);
    setAttribute(Qt::WA_WindowPropagation); // a floating pane is a window and would lose the palette

    auto *heading = new QFrame;
    heading->setProperty("role", "pane_title");
    auto *label = new QLabel(title);
    label->setProperty("role", "heading");
    label->setMinimumHeight(kHeadingHeight); // a dock asks the layout, not the heading's own size
    note_ = new QLabel;
    note_->setObjectName(name + u"_note"_s);
    note_->setProperty("role", "dim");
    note_->setTextFormat(Qt::PlainText);
    row_ = new QHBoxLayout(heading);
    row_->setContentsMargins(12, 0, 12, 0);
    row_->setSpacing(8);
    row_->addWidget(label);
    row_->addStretch(1);
    row_->addWidget(note_);
    setTitleBarWidget(heading);

    auto *body = new QFrame;
    body->setProperty("role", "pane_body");
    auto *column = new QVBoxLayout(body);
    column->setContentsMargins(1, 0, 1, 4);
    column->setSpacing(0);
    column->addWidget(content);
    setWidget(body);
}

void Pane::set_note(const QString &note)
{
    note_->setText(note);
}

QString Pane::note() const
{
    return note_->text();
}

void Pane::add_after_title(QWidget *widget)
{
    row_->insertWidget(1, widget);
}

void Pane::add_to_heading(QWidget *widget)
{
    row_->insertWidget(row_->count() - 1, widget);
}

} // namespace ca
