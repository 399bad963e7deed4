// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog of ProviderController: what it asks for, and what it is told.
#include "app/llm/qt_transport.h"
#include "app/settings/provider_controller.h"
#include "ui/common/words.h"
#include "ui/settings/price_dialog.h"
#include "ui/settings/provider_dialog.h"

#include <algorithm>
#include <limits>

namespace ca {
namespace {

QStringList ids_of(const std::vector<ListedModel> &models)
{
    QStringList ids;
    for (const ListedModel &model : models)
        ids += words::from(model.id);
    return ids;
}

} // namespace

void ProviderController::show_dialog()
{
    if (dialog_) {
        dialog_->raise();
        return;
    }
    listed_.clear();
    const ProviderFacts facts = store_.current();
    dialog_ = new ProviderDialog(store_.known(), facts, &window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect_dialog(*dialog_);
    suggest(facts.model);
    show_key();
    dialog_->open();
    look_for_servers(); // one may have been started since
}

void ProviderController::connect_dialog(const ProviderDialog &dialog)
{
    connect(&dialog, &ProviderDialog::provider_changed, this, [this] {
        asking_.request_stop();
        listed_.clear();
        dialog_->set_names(store_.facts(shown_word(), {}).names);
        show_key();
    });
    connect(&dialog, &ProviderDialog::models_requested, this, &ProviderController::fetch_models);
    connect(&dialog, &ProviderDialog::key_test_requested, this, &ProviderController::test_key);
    connect(&dialog, &ProviderDialog::key_forget_requested, this, &ProviderController::forget_key);
    connect(&dialog, &ProviderDialog::model_chosen, this, &ProviderController::suggest);
    connect(&dialog, &ProviderDialog::prices_requested, this, &ProviderController::show_prices);
    connect(&dialog, &ProviderDialog::accepted, this, &ProviderController::take_dialog);
    connect(&dialog, &ProviderDialog::remove_requested, this, [this, facts = dialog.facts()] {
        store_.remove(facts.provider, facts.model);
        dialog_->reject();
    });
    connect(&dialog, &QDialog::finished, this, [this] { asking_.request_stop(); });
}

void ProviderController::show_prices()
{
    auto *prices = new PriceDialog(PriceTable().prices(), store_.own_prices(), dialog_);
    prices->setAttribute(Qt::WA_DeleteOnClose);
    connect(prices, &QDialog::accepted, this, [this, prices] {
        store_.set_own_prices(prices->own());
        if (dialog_)
            suggest(dialog_->facts().model);
    });
    prices->open();
}

void ProviderController::take_dialog()
{
    const ProviderFacts facts = dialog_->facts();
    const std::string key = dialog_->key().toStdString();
    const auto provider = store_.provider(facts.provider);
    store_.use(facts);
    if (key.empty() || !provider)
        return;
    const QPointer<ProviderController> self(this);
    keys_.keep(*provider, key, [self, title = words::clean(provider->title)](const FoundKey &kept) {
        if (self && kept.place != KeyPlace::keychain)
            Q_EMIT self->notice(tr("The key of %1: %2").arg(title, kept.note));
    });
}

QString ProviderController::shown_word() const
{
    const QString word = dialog_->facts().provider;
    const auto provider = store_.provider(word);
    return provider ? store_.word_of(*provider) : word;
}

bool ProviderController::still_shows(const Provider &provider) const
{
    if (!dialog_)
        return false;
    const auto shown = store_.provider(dialog_->facts().provider);
    return shown && *shown == provider;
}

void ProviderController::show_key()
{
    if (!dialog_)
        return;
    const auto provider = store_.provider(dialog_->facts().provider);
    dialog_->set_key_note({}, false);
    if (!provider)
        return;
    const QPointer<ProviderController> self(this);
    keys_.find(*provider, [self, provider = *provider](const FoundKey &found) {
        if (self && self->still_shows(provider))
            self->dialog_->set_key_note(found.note, found.place == KeyPlace::keychain || found.place == KeyPlace::memory);
    });
}

void ProviderController::forget_key()
{
    const auto provider = store_.provider(dialog_->facts().provider);
    if (!provider)
        return;
    const QPointer<ProviderController> self(this);
    keys_.forget(*provider, [self, provider = *provider](const FoundKey &left) {
        if (self && self->still_shows(provider))
            self->dialog_->set_key_note(left.note, false);
    });
    Q_EMIT choices_changed(); // whoever has opened one by this key opens it anew
}

void ProviderController::ask_dialogs_provider(std::function<void(const Provider &, const Listed &)> done)
{
    const auto provider = store_.provider(dialog_->facts().provider);
    if (!provider)
        return;
    dialog_->set_asking(tr("Asking %1 …").arg(words::clean(provider->title)));
    const QPointer<ProviderController> self(this);
    const auto ask = [self, provider = *provider, done = std::move(done)](const std::string &key) {
        if (!self || !self->still_shows(provider))
            return;
        self->asking_.request_stop();
        self->asking_ = self->worker_.post([controller = self.data(), provider, key, done](const std::stop_token &stop) {
            // its destructor waits for this thread
            auto listed = check_key(*controller->transport_, provider, key, stop);
            const auto tell = [controller, provider, done, listed = std::move(listed)] {
                const bool was_stopped = !listed && listed.error().kind == FailureKind::cancelled;
                if (was_stopped || !controller->still_shows(provider))
                    return;
                controller->listed_ = listed.value_or(std::vector<ListedModel>());
                done(provider, listed);
            };
            QMetaObject::invokeMethod(controller, tell, Qt::QueuedConnection);
        });
    };
    if (const QString typed = dialog_->key(); !typed.isEmpty())
        ask(typed.toStdString());
    else
        keys_.find(*provider, [ask](const FoundKey &found) { ask(found.key); });
}

void ProviderController::fetch_models()
{
    ask_dialogs_provider([this](const Provider &provider, const Listed &listed) {
        QString note;
        if (!listed)
            note = words::clean(listed.error().sentence);
        else if (listed->empty())
            note = tr("%1 lists no models. Enter the name of one.").arg(words::clean(provider.title));
        else
            note = listed->size() == 1 ? tr("1 model.") : tr("%1 models.").arg(listed->size());
        dialog_->set_models(ids_of(listed_), note);
    });
}

void ProviderController::test_key()
{
    ask_dialogs_provider([this](const Provider &provider, const Listed &listed) {
        const QString title = words::clean(provider.title);
        dialog_->set_models(ids_of(listed_), {});
        if (!listed)
            dialog_->set_key_state(false, words::clean(listed.error().sentence));
        else if (provider.is_local)
            dialog_->set_key_state(true, tr("%1 answers. Most servers on this machine take any key.").arg(title));
        else
            dialog_->set_key_state(true, tr("%1 lists its models for this key.").arg(title));
    });
}

/// The price of the table, and what the server said of the model, else what was kept of it.
void ProviderController::suggest(const QString &model)
{
    if (!dialog_)
        return;
    const ProviderFacts facts = store_.facts(shown_word(), model.trimmed());
    const auto listed = std::find_if(listed_.begin(), listed_.end(),
                                     [id = facts.model.toStdString()](const ListedModel &known) { return known.id == id; });
    std::int64_t context = facts.context;
    if (listed != listed_.end() && listed->context)
        context = *listed->context;
    dialog_->suggest(facts.price_in, facts.price_out,
                     static_cast<int>(std::clamp<std::int64_t>(context, 0, std::numeric_limits<int>::max())));
}

} // namespace ca
