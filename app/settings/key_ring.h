// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/settings/keychain.h"
#include "core/agent/provider/providers.h"

#include <QObject>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace ca {

enum class KeyPlace { none, keychain, environment, memory };

struct FoundKey {
    std::string key{}; ///< empty: there is none
    KeyPlace place = KeyPlace::none;
    QString note{}; ///< where it is, and why not in the keychain: "It is in the keychain of this computer."
};

/// The keys of the providers: in the keychain of the computer, else in the vendor's variable of the environment, else in memory
/// until the program ends. It writes them nowhere else, and tells them to nobody but who asks for one. Those of servers on this
/// machine, most of which take any, stay in memory: nobody is to unlock a keychain for them.
///
/// Answers come later, from the event loop of its thread, and none after its end. A keychain that has not answered after
/// `patience` is done without until it does; what it did then still counts.
class KeyRing final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(KeyRing)
public:
    using Found = std::function<void(const FoundKey &)>;
    static constexpr std::chrono::milliseconds kPatience{8000}; ///< long enough to type the keychain's password

    /// `keychain`: null where this computer has none.
    explicit KeyRing(std::unique_ptr<Keychain> keychain, std::chrono::milliseconds patience = kPatience,
                     QObject *parent = nullptr);
    ~KeyRing() override;

    void find(const Provider &provider, Found done);
    /// Answers where it is then. Until that, and where the keychain does not take it, it is in memory.
    void keep(const Provider &provider, const std::string &key, Found done);
    /// Takes it out of memory and the keychain; one of the environment stays. Answers what is left.
    void forget(const Provider &provider, Found done);

Q_SIGNALS:
    void changed(); ///< the keychain has answered after all

private:
    struct Remembered {
        std::string key;
        QString why; ///< it is not in the keychain
    };
    struct Door;
    using Question = std::function<void(Keychain &, Keychain::Done)>;
    using Answered = std::function<void(const KeychainAnswer &)>;
    /// `settle` hears the keychain's answer whenever it comes, `done` once: that, or that there was none in time.
    void ask(const Question &question, Answered settle, Answered done);
    void later(std::function<void()> what);
    [[nodiscard]] FoundKey without_keychain(const Provider &provider, const KeychainAnswer &answer) const;
    [[nodiscard]] static QString why_not(const KeychainAnswer &answer);

    std::unique_ptr<Keychain> keychain_;
    std::chrono::milliseconds patience_;
    bool is_silent_ = false; ///< it was waited for in vain
    std::map<std::string, Remembered> memory_;
    std::set<std::string> forgotten_; ///< names whose key a late answer of the keychain must not bring back
    std::shared_ptr<Door> door_;
};

/// Under which name a provider's key is kept. Each address has one of its own.
[[nodiscard]] std::string key_name(const Provider &provider);

} // namespace ca
