// SPDX-License-Identifier: GPL-3.0-or-later
// How the dialog is put together; what it does is in provider_dialog.cpp.
#include "ui/common/button.h"
#include "ui/common/words.h"
#include "ui/settings/provider_dialog.h"
#include "ui/settings/provider_fields.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostContext = 100'000'000, kMostSeconds = 3600;

} // namespace

void ProviderDialog::make_address()
{
    provider_ = new QComboBox;
    provider_->setObjectName(u"provider_preset"_s);
    provider_->setAccessibleName(tr("Provider"));
    provider_->addItem(tr("Offline planner, no network"));
    for (const Provider &provider : known_)
        provider_->addItem(provider.is_local ? tr("%1, on this machine").arg(words::from(provider.title))
                                             : words::from(provider.title));
    provider_->addItem(tr("Another address"));
    address_ = make_line(u"provider_address"_s, tr("Address of the provider"));
    address_->setPlaceholderText(u"https://…"_s);
    model_ = new QComboBox;
    model_->setObjectName(u"provider_model"_s);
    model_->setAccessibleName(tr("Model"));
    model_->setEditable(true);
    model_->setInsertPolicy(QComboBox::NoInsert);
    model_->setMaxVisibleItems(16);
    fetch_ = make_button(u"provider_fetch"_s, tr("Fetch models"), tr("Ask the provider which models it has"));
    model_note_ = make_note(u"provider_model_note"_s);
    add_row(tr("Provider"), provider_);
    add_row(tr("Address"), address_);
    add_row(tr("Model"), model_, {fetch_});
    add_note(model_note_);
    connect(provider_, &QComboBox::currentIndexChanged, this, &ProviderDialog::take_provider);
    connect(address_, &QLineEdit::editingFinished, this, &ProviderDialog::provider_changed);
    connect(address_, &QLineEdit::textChanged, this, &ProviderDialog::forget_answers);
    connect(address_, &QLineEdit::textChanged, this, &ProviderDialog::check);
    connect(model_, &QComboBox::currentTextChanged, this, &ProviderDialog::check);
    connect(model_, &QComboBox::currentTextChanged, this, &ProviderDialog::model_chosen);
    connect(fetch_, &QPushButton::clicked, this, &ProviderDialog::models_requested);
}

void ProviderDialog::make_key()
{
    key_ = make_line(u"provider_key"_s, tr("Key"));
    key_->setEchoMode(QLineEdit::Password);
    key_->setInputMethodHints(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase);
    key_->setPlaceholderText(tr("the one that is kept stays"));
    test_ = make_button(u"provider_test"_s, tr("Test key"), tr("Ask the provider whether it takes the key"));
    forget_ = make_button(u"provider_forget"_s, tr("Forget"), tr("Forget the key of this provider"));
    key_note_ = make_note(u"provider_key_note"_s);
    key_state_ = make_note(u"provider_key_state"_s);
    add_row(tr("Key"), key_, {test_, forget_});
    add_note(key_note_);
    add_note(key_state_);
    connect(test_, &QPushButton::clicked, this, &ProviderDialog::key_test_requested);
    connect(forget_, &QPushButton::clicked, this, &ProviderDialog::key_forget_requested);
    connect(key_, &QLineEdit::textChanged, key_state_, &QLabel::hide); // it was another's
}

void ProviderDialog::make_numbers()
{
    price_in_ = make_price(u"provider_price_in"_s, tr("US dollars for a million tokens that it reads"));
    price_out_ = make_price(u"provider_price_out"_s, tr("US dollars for a million tokens that it writes"));
    context_ = make_number(u"provider_context"_s, tr("Tokens that the model reads at most"), 0, kMostContext);
    context_->setSpecialValueText(tr("not known"));
    context_->setGroupSeparatorShown(true);
    first_ = make_number(u"provider_first"_s, tr("Seconds to wait for the first word"), 1, kMostSeconds);
    idle_ = make_number(u"provider_idle"_s, tr("Seconds to wait between two words"), 1, kMostSeconds);
    add_row(tr("Price in"), price_in_, {new QLabel(tr("$ for a million tokens"))});
    auto *all = make_button(u"provider_prices"_s, tr("All prices…"), tr("See and change what models cost"));
    all->setProperty("role", "link");
    connect(all, &QPushButton::clicked, this, &ProviderDialog::prices_requested);
    add_row(tr("Price out"), price_out_, {new QLabel(tr("$ for a million tokens")), all});
    add_row(tr("Context"), context_, {new QLabel(tr("tokens"))});
    add_row(tr("Wait to begin"), first_, {new QLabel(tr("seconds"))});
    add_row(tr("Wait between"), idle_, {new QLabel(tr("seconds"))});
    connect(price_in_, &QDoubleSpinBox::valueChanged, this, &ProviderDialog::check);
    connect(price_out_, &QDoubleSpinBox::valueChanged, this, &ProviderDialog::check);
}

void ProviderDialog::make_names()
{
    names_ = new QCheckBox(tr("Send names of layers, files and classes"));
    names_->setObjectName(u"provider_names"_s);
    names_->setAccessibleName(names_->text());
    names_note_ = make_note(u"provider_names_note"_s);
    form_->addWidget(names_, form_->rowCount(), 1);
    form_->addWidget(names_note_, form_->rowCount(), 1);
    connect(names_, &QCheckBox::toggled, this, &ProviderDialog::show_names);
}

QWidget *ProviderDialog::make_buttons()
{
    auto *cancel = make_button(u"provider_cancel"_s, tr("Cancel"), tr("Leave everything as it is"));
    use_ = make_button(u"provider_use"_s, tr("Use"), tr("Use this provider"));
    remove_ = make_button(u"provider_remove"_s, tr("Remove"), tr("Take this provider out of the list"));
    connect(remove_, &QPushButton::clicked, this, &ProviderDialog::remove_requested);
    QWidget *const foot = make_dialog_foot(*this, cancel, use_);
    qobject_cast<QHBoxLayout *>(foot->layout())->insertWidget(0, remove_);
    return foot;
}

void ProviderDialog::add_row(const QString &text, QWidget *field, const QList<QWidget *> &beside)
{
    const int row = form_->rowCount();
    auto *label = new QLabel(text);
    label->setBuddy(field);
    form_->addWidget(label, row, 0);
    const bool is_number = qobject_cast<QAbstractSpinBox *>(field);
    auto *line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(field, is_number ? 0 : 1);
    for (QWidget *widget : beside)
        line->addWidget(widget);
    if (is_number)
        line->addStretch();
    form_->addLayout(line, row, 1);
}

void ProviderDialog::add_note(QLabel *note)
{
    note->hide();
    form_->addWidget(note, form_->rowCount(), 1);
}

} // namespace ca
