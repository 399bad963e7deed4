// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_picker/row_button.h"

#include "ui/model_picker/picker_delegate.h"

#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;
using State = Availability::State;

bool RowButton::is_needed(State state)
{
    return state == State::absent || state == State::arriving || state == State::failed;
}

RowButton::RowButton(const QString &id, State state, const QString &model, QWidget *parent) : QWidget(parent), state_(state)
{
    const auto [word, name] = state == State::absent ? std::pair(tr("Download"), tr("Download %1"))
        : state == State::arriving                   ? std::pair(tr("Cancel"), tr("Cancel the download of %1"))
                                                     : std::pair(tr("Try again"), tr("Download %1 again"));
    button_ = new QPushButton(word, this);
    button_->setObjectName(u"models_button_"_s + id);
    button_->setAccessibleName(name.arg(model));
    button_->setProperty("role", "small");
    connect(button_, &QPushButton::clicked, this, &RowButton::clicked);
}

void RowButton::resizeEvent(QResizeEvent *)
{
    button_->setGeometry(PickerDelegate::button_place(rect(), button_->sizeHint()));
}

} // namespace ca
