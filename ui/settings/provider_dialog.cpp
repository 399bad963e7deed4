// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/provider_dialog.h"

#include "ui/common/words.h"
#include "ui/settings/provider_fields.h"
#include "ui/settings/talk_limits.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFieldWidth = 400;                // px
constexpr const char *kSuggested = "suggested"; // a field's value that nobody typed

bool is_free(const QDoubleSpinBox &field)
{
    return field.value() < 0 || field.property(kSuggested) == field.value();
}

void suggest_value(QDoubleSpinBox &field, std::optional<double> value)
{
    if (!is_free(field) && field.value() != value)
        return;
    field.setValue(value.value_or(kUnknownPrice));
    field.setProperty(kSuggested, field.value());
}

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
    make_names();
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
    names_->setChecked(facts.names);
    remove_->setVisible(!is_offline);
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
    forget_answers();
    names_->setChecked(false);
    names_->setEnabled(!is_offline());
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
    Q_EMIT provider_changed();
}

/// They are of another address.
void ProviderDialog::forget_answers()
{
    is_asking_ = false;
    forget_->hide();
    for (QLabel *note : {model_note_, key_note_, key_state_})
        note->hide();
}

/// For notes that wrap, a layout's least height is too little.
void ProviderDialog::make_room()
{
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

/// The address is judged as the program judges it when it asks there.
void ProviderDialog::check()
{
    const QString address = address_->text().trimmed();
    const auto provider = find_provider(address.toStdString());
    const bool is_reachable = !is_offline() && !address.isEmpty() && provider;
    QString problem;
    if (!is_offline() && !address.isEmpty() && !provider)
        problem = words::clean(provider.error().text());
    else if (is_reachable && model_->currentText().trimmed().isEmpty())
        problem = tr("Choose a model: fetch the list, or enter its name.");
    else if (is_reachable && (price_in_->value() < 0) != (price_out_->value() < 0))
        problem = tr("Enter both prices, or neither.");
    problem_->setText(problem);
    fetch_->setEnabled(is_reachable && !is_asking_);
    test_->setEnabled(is_reachable && !is_asking_);
    use_->setEnabled(is_offline() || (is_reachable && problem.isEmpty()));
    show_names();
}

void ProviderDialog::show_names()
{
    const auto provider = find_provider(address_->text().trimmed().toStdString());
    const bool is_here = is_offline() || (provider && provider->is_local);
    names_->setEnabled(!is_here);
    const QString reads = names_->isChecked()
        ? tr("The provider reads them beside the numbers of layers. Images and weights never leave this machine.")
        : tr("The provider knows layers by numbers alone. Images and weights never leave this machine.");
    const QString contact = tr("Fetch models and Test key contact it at once, with the key.");
    const QString limits = tr("Each time a study is opened it may use %1 tokens and $%2 at most.")
                               .arg(words::grouped(static_cast<std::uint64_t>(kTalkTokens)))
                               .arg(kTalkDollars);
    const QString leaves = is_here ? tr("Nothing leaves this machine.") : reads + u' ' + contact;
    names_note_->setText(is_offline() ? leaves : leaves + u' ' + limits);
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
    facts.names = names_->isChecked();
    return facts;
}

QString ProviderDialog::key() const
{
    return key_->text().trimmed();
}

void ProviderDialog::set_asking(const QString &sentence)
{
    is_asking_ = true;
    model_note_->setText(sentence);
    model_note_->show();
    key_state_->hide();
    check();
    make_room();
}

void ProviderDialog::set_models(const QStringList &models, const QString &note)
{
    const QString typed = model_->currentText();
    is_asking_ = false;
    model_->clear();
    for (const QString &model : models)
        model_->addItem(words::escaped(model));
    model_->setEditText(typed.isEmpty() && !models.isEmpty() ? words::escaped(models.front()) : typed);
    model_note_->setText(note);
    model_note_->setVisible(!note.isEmpty());
    check();
    make_room();
}

void ProviderDialog::set_key_note(const QString &where_it_is_kept, bool can_be_forgotten)
{
    key_note_->setText(where_it_is_kept);
    key_note_->setVisible(!where_it_is_kept.isEmpty());
    forget_->setVisible(can_be_forgotten);
    make_room();
}

void ProviderDialog::set_names(bool sent)
{
    names_->setChecked(sent);
}

void ProviderDialog::set_key_state(bool works, const QString &sentence)
{
    is_asking_ = false;
    key_state_->setProperty("role", works ? "explanation" : "bad");
    key_state_->style()->unpolish(key_state_); // a style sheet looks at properties only when it is applied
    key_state_->style()->polish(key_state_);
    key_state_->setText((works ? u"✓ "_s : u"✗ "_s) + sentence);
    key_state_->show();
    check();
    make_room();
}

void ProviderDialog::suggest(std::optional<double> price_in, std::optional<double> price_out, int context)
{
    suggest_value(*price_in_, price_in);
    suggest_value(*price_out_, price_out);
    const int now = context_->value();
    if (now == 0 || now == context || context_->property(kSuggested) == now) {
        context_->setValue(context);
        context_->setProperty(kSuggested, context_->value());
    }
}

} // namespace ca
