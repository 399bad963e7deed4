// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/worker.h"
#include "app/settings/key_ring.h"
#include "app/settings/provider_store.h"
#include "core/agent/provider/chat_client.h"
#include "core/base/result.h"
#include "ui/chat/chat_facts.h"

#include <QPointer>
#include <QWidget>

namespace ca {

class ProviderDialog;

/// Who answers, ready to be asked.
struct OpenedChat {
    ProviderFacts facts;
    std::shared_ptr<ChatClient> model{}; ///< null: the offline planner
    std::optional<Price> price{};        ///< AgentOptions::price
    bool names = true;                   ///< AgentOptions::names
    /// What leaves this machine, one thing a line; empty where nothing does.
    std::vector<std::string> leaving{};
    bool is_agreed = true; ///< false: the person is to be shown `leaving` and asked, before anything is sent; then `agree`
};

/// What is heard of requests, on the thread that asks the model: see ChatClientOptions.
struct ClientListeners {
    std::function<void(const std::string &body)> on_request{};
    std::function<void(const ChatFailure &failure, double seconds)> on_retry{};
};

/// Has the person choose who answers in the chat, and opens that. Servers are asked for their models on a thread of its own.
class ProviderController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProviderController)
public:
    /// All outlive it.
    ProviderController(ProviderStore &store, KeyRing &keys, QWidget &window);
    ~ProviderController() override;

    /// The offline planner first, then those that were set up, then those that run on this machine.
    [[nodiscard]] std::vector<ChatChoice> choices() const;
    [[nodiscard]] ChatChoice current() const;
    void choose(const ChatChoice &choice);

    void show_dialog();
    /// Looks in the background for servers on this machine, and nowhere else; `choices_changed` tells of them.
    void look_for_servers();

    using Opened = std::function<void(const Result<OpenedChat> &)>;
    /// Opens the current one, once its key was found. Answers later. Errors: `usage` where it needs a key and there is none.
    void open(ClientListeners heard, Opened done);
    /// The person agrees to what leaves this machine.
    void agree(const OpenedChat &opened);
    /// After an answer, when nobody asks the model: it may have told how much it reads.
    void learn_from(const OpenedChat &opened);

Q_SIGNALS:
    void choices_changed();               ///< or the current one, or its key
    void notice(const QString &sentence); ///< for the person: where a key is kept that is not in the keychain

private:
    using Listed = ChatResult<std::vector<ListedModel>>;

    void connect_dialog(const ProviderDialog &dialog);
    void show_prices();
    void take_dialog();
    void show_key();
    void forget_key();
    void fetch_models();
    void test_key();
    void suggest(const QString &model);
    /// Asks the dialog's provider for its models, by the key that was typed, else by the one that is kept. `done` is not called
    /// where another provider was chosen meanwhile.
    void ask_dialogs_provider(std::function<void(const Provider &, const Listed &)> done);
    [[nodiscard]] QString shown_word() const; ///< as the store has it
    [[nodiscard]] bool still_shows(const Provider &provider) const;
    [[nodiscard]] Result<OpenedChat> opened(const ProviderFacts &facts, const Provider &provider, const std::string &key,
                                            const ClientListeners &heard) const;

    ProviderStore &store_;
    KeyRing &keys_;
    QWidget &window_;
    std::vector<LocalServer> servers_; ///< that were found on this machine
    std::vector<ListedModel> listed_;  ///< of the dialog's provider
    QPointer<ProviderDialog> dialog_;
    std::shared_ptr<Transport> transport_; ///< of all requests
    std::stop_source asking_{std::nostopstate};
    bool is_looking_ = false;
    Worker lookout_, worker_; // last: they use all of the above
};

} // namespace ca
