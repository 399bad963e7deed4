// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_picker/row_button.h"

#include "ui/model_picker/picker_delegate.h"

#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;
using State = Availability::State;

RowButton::RowButton(const QString &id, QWidget *parent) : QWidget(parent)
{
    button_ = new QPushButton(this);
    button_->setObjectName(u"models_button_"_s + id);
    button_->setProperty("role", "small");
    button_->hide();
    connect(button_, &QPushButton::clicked, this, &RowButton::clicked);
}

void RowButton::set_state(State state, const QString &model)
{
    state_ = state;
    button_->setVisible(state == State::absent || state == State::arriving || state == State::failed);
    const auto [word, name] = state == State::arriving ? std::pair(tr("Cancel"), tr("Cancel the download of %1"))
        : state == State::failed                       ? std::pair(tr("Try again"), tr("Download %1 again"))
                                                       : std::pair(tr("Download"), tr("Download %1"));
    button_->setText(word);
    button_->setAccessibleName(name.arg(model));
    place();
}

void RowButton::resizeEvent(QResizeEvent *)
{
    place();
}

void RowButton::place()
{
    button_->setGeometry(PickerDelegate::button_place(rect(), button_->sizeHint()));
}

} // namespace ca
