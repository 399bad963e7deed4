// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/provider_dialog.h"

#include "ui/common/button.h"
#include "ui/common/words.h"
#include "ui/settings/provider_fields.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFieldWidth = 400; // px
constexpr int kMostContext = 100'000'000, kMostSeconds = 3600;

} // namespace

ProviderDialog::ProviderDialog(std::vector<Provider> known, const ProviderFacts &facts, QWidget *parent)
    : QDialog(parent), known_(std::move(known))
{
    setObjectName(u"provider_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Who answers in the chat"));
    form_ = new QGridLayout;
    form_->setHorizontalSpacing(12);
    form_->setVerticalSpacing(6);
    form_->setColumnStretch(1, 1);
    form_->setColumnMinimumWidth(1, kFieldWidth);
    make_address();
    make_key();
    make_numbers();
    problem_ = make_note(u"provider_problem"_s);
    problem_->setProperty("role", "bad");
    problem_->setMinimumHeight(2 * fontMetrics().lineSpacing()); // nothing moves when it speaks
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addLayout(form_);
    column->addWidget(problem_);
    column->addWidget(make_buttons());
    fill(facts);
    check();
}

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
    add_row(tr("Model"), model_, fetch_);
    add_note(model_note_);
    connect(provider_, &QComboBox::currentIndexChanged, this, &ProviderDialog::take_provider);
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
    key_note_ = make_note(u"provider_key_note"_s);
    key_state_ = make_note(u"provider_key_state"_s);
    add_row(tr("Key"), key_, test_);
    add_note(key_note_);
    add_note(key_state_);
    connect(test_, &QPushButton::clicked, this, &ProviderDialog::key_test_requested);
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
    add_row(tr("Price in"), price_in_, new QLabel(tr("$ for a million tokens")));
    add_row(tr("Price out"), price_out_, new QLabel(tr("$ for a million tokens")));
    add_row(tr("Context"), context_, new QLabel(tr("tokens")));
    add_row(tr("Wait to begin"), first_, new QLabel(tr("seconds")));
    add_row(tr("Wait between"), idle_, new QLabel(tr("seconds")));
}

QWidget *ProviderDialog::make_buttons()
{
    auto *cancel = make_button(u"provider_cancel"_s, tr("Cancel"), tr("Leave everything as it is"));
    use_ = make_button(u"provider_use"_s, tr("Use"), tr("Use this provider"));
    return make_dialog_foot(*this, cancel, use_);
}

void ProviderDialog::add_row(const QString &text, QWidget *field, QWidget *beside)
{
    const int row = form_->rowCount();
    auto *label = new QLabel(text);
    label->setBuddy(field);
    form_->addWidget(label, row, 0);
    const bool is_number = qobject_cast<QAbstractSpinBox *>(field);
    auto *line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(field, is_number ? 0 : 1);
    if (beside)
        line->addWidget(beside);
    if (is_number)
        line->addStretch();
    form_->addLayout(line, row, 1);
}

void ProviderDialog::add_note(QLabel *note)
{
    note->hide();
    form_->addWidget(note, form_->rowCount(), 1);
}

void ProviderDialog::fill(const ProviderFacts &facts)
{
    const auto known = std::find_if(known_.begin(), known_.end(),
                                    [&](const Provider &provider) { return words::from(provider.id) == facts.provider; });
    const bool is_offline = facts.provider == ProviderFacts().provider;
    const auto place = static_cast<int>(known - known_.begin()) + 1; // behind the last one: another address
    provider_->setCurrentIndex(is_offline ? 0 : place);
    take_provider();
    if (!is_offline && known == known_.end())
        address_->setText(facts.provider);
    model_->setEditText(facts.model);
    price_in_->setValue(facts.price_in.value_or(kUnknownPrice));
    price_out_->setValue(facts.price_out.value_or(kUnknownPrice));
    context_->setValue(facts.context);
    first_->setValue(facts.first_seconds);
    idle_->setValue(facts.idle_seconds);
}

bool ProviderDialog::is_offline() const
{
    return provider_->currentIndex() == 0;
}

const Provider *ProviderDialog::chosen() const
{
    const int place = provider_->currentIndex() - 1;
    return place >= 0 && place < static_cast<int>(known_.size()) ? &known_[static_cast<std::size_t>(place)] : nullptr;
}

/// A model, a key, and what was found out about them are another provider's.
void ProviderDialog::take_provider()
{
    constexpr int kLoading = 300; // seconds that a model on this machine may take to be loaded
    const Provider *provider = chosen();
    address_->setText(provider ? words::from(provider->base) : QString());
    address_->setReadOnly(provider != nullptr);
    model_->clear();
    key_->clear();
    for (QLabel *note : {model_note_, key_note_, key_state_})
        note->hide();
    price_in_->setValue(kUnknownPrice);
    price_out_->setValue(kUnknownPrice);
    context_->setValue(0);
    first_->setValue(provider && provider->is_local ? kLoading : ProviderFacts().first_seconds);
    idle_->setValue(ProviderFacts().idle_seconds);
    for (QWidget *field : {static_cast<QWidget *>(address_), static_cast<QWidget *>(model_), static_cast<QWidget *>(key_),
                           static_cast<QWidget *>(price_in_), static_cast<QWidget *>(price_out_),
                           static_cast<QWidget *>(context_), static_cast<QWidget *>(first_), static_cast<QWidget *>(idle_)})
        field->setEnabled(!is_offline());
    check();
}

/// The address is judged as the program judges it when it asks there.
void ProviderDialog::check()
{
    QString problem;
    bool is_reachable = false;
    if (!is_offline() && !address_->text().trimmed().isEmpty()) {
        const auto provider = find_provider(address_->text().trimmed().toStdString());
        is_reachable = provider.has_value();
        if (!provider)
            problem = words::clean(provider.error().text());
    }
    if (is_reachable && model_->currentText().trimmed().isEmpty())
        problem = tr("Choose a model: fetch the list, or enter its name.");
    problem_->setText(problem);
    fetch_->setEnabled(is_reachable);
    test_->setEnabled(is_reachable);
    use_->setEnabled(is_offline() || (is_reachable && problem.isEmpty()));
}

ProviderFacts ProviderDialog::facts() const
{
    if (is_offline())
        return {};
    ProviderFacts facts;
    facts.provider = chosen() ? words::from(chosen()->id) : address_->text().trimmed();
    facts.model = model_->currentText().trimmed();
    const auto known = [](const QDoubleSpinBox *field) {
        return field->value() < 0 ? std::nullopt : std::optional(field->value());
    };
    facts.price_in = known(price_in_);
    facts.price_out = known(price_out_);
    facts.context = context_->value();
    facts.first_seconds = first_->value();
    facts.idle_seconds = idle_->value();
    return facts;
}

QString ProviderDialog::key() const
{
    return key_->text().trimmed();
}

void ProviderDialog::set_models(const QStringList &models, const QString &note)
{
    const QString typed = model_->currentText();
    model_->clear();
    for (const QString &model : models)
        model_->addItem(words::escaped(model));
    model_->setEditText(typed.isEmpty() && !models.isEmpty() ? words::escaped(models.front()) : typed);
    model_note_->setText(note);
    model_note_->setVisible(!note.isEmpty());
}

void ProviderDialog::set_key_note(const QString &where_it_is_kept)
{
    key_note_->setText(where_it_is_kept);
    key_note_->setVisible(!where_it_is_kept.isEmpty());
}

void ProviderDialog::set_key_state(bool works, const QString &sentence)
{
    key_state_->setProperty("role", works ? "explanation" : "bad");
    key_state_->style()->unpolish(key_state_); // a style sheet looks at properties only when it is applied
    key_state_->style()->polish(key_state_);
    key_state_->setText((works ? u"✓ "_s : u"✗ "_s) + sentence);
    key_state_->show();
}

void ProviderDialog::suggest(std::optional<double> price_in, std::optional<double> price_out, int context)
{
    if (price_in && price_in_->value() < 0)
        price_in_->setValue(*price_in);
    if (price_out && price_out_->value() < 0)
        price_out_->setValue(*price_out);
    if (context > 0 && context_->value() == 0)
        context_->setValue(context);
}

} // namespace ca
