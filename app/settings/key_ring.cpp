// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/key_ring.h"

#include "ui/common/words.h"

#include <QTimer>

#include <algorithm>
#include <mutex>

namespace ca {

/// By which answers come in from other threads; closed before the ring is gone.
struct KeyRing::Door {
    std::mutex mutex;
    KeyRing *ring = nullptr;

    void bring(std::function<void()> news)
    {
        const std::lock_guard lock(mutex);
        if (ring)
            ring->later(std::move(news));
    }
};

KeyRing::KeyRing(std::unique_ptr<Keychain> keychain, std::chrono::milliseconds patience, QObject *parent)
    : QObject(parent), keychain_(std::move(keychain)), patience_(patience), door_(std::make_shared<Door>())
{
    door_->ring = this;
}

KeyRing::~KeyRing()
{
    {
        const std::lock_guard lock(door_->mutex);
        door_->ring = nullptr;
    }
    for (auto &[name, remembered] : memory_)
        std::fill(remembered.key.begin(), remembered.key.end(), '\0');
}

void KeyRing::later(std::function<void()> what)
{
    QMetaObject::invokeMethod(this, std::move(what), Qt::QueuedConnection);
}

void KeyRing::ask(const Question &question, Answered settle, Answered done)
{
    using Kind = KeychainAnswer::Kind;
    if (!keychain_ || is_silent_) {
        const KeychainAnswer answer{keychain_ ? Kind::silent : Kind::absent};
        later([done = std::move(done), answer] { done(answer); });
        return;
    }
    const auto waiting = std::make_shared<Answered>(std::move(done)); // empty once it was told
    QTimer::singleShot(patience_, this, [this, waiting] {
        if (const Answered told = std::exchange(*waiting, {})) {
            is_silent_ = true;
            told({Kind::silent});
        }
    });
    const auto take = [this, waiting, settle = std::move(settle)](const KeychainAnswer &answer) {
        settle(answer);
        is_silent_ = false;
        if (const Answered told = std::exchange(*waiting, {}))
            told(answer);
        else
            Q_EMIT changed();
    };
    question(*keychain_,
             [door = door_, take](KeychainAnswer answer) { door->bring([take, answer = std::move(answer)] { take(answer); }); });
}

void KeyRing::find(const Provider &provider, Found done)
{
    const std::string name = key_name(provider);
    if (const auto found = memory_.find(name); found != memory_.end() || provider.is_local) {
        later([done = std::move(done), known = without_keychain(provider, {})] { done(known); });
        return;
    }
    const auto told = [this, provider, done = std::move(done)](const KeychainAnswer &answer) {
        if (answer.kind == KeychainAnswer::Kind::done && !answer.key.empty())
            done({answer.key, KeyPlace::keychain, tr("It is in the keychain of this computer.")});
        else
            done(without_keychain(provider, answer));
    };
    ask([name](Keychain &keychain, Keychain::Done answer) { keychain.read(name, std::move(answer)); },
        [](const KeychainAnswer &) {}, told);
}

void KeyRing::keep(const Provider &provider, const std::string &key, Found done)
{
    const std::string name = key_name(provider);
    if (provider.is_local) {
        memory_[name] = {key, tr("the keychain is not used for servers on this machine")};
        find(provider, std::move(done));
        return;
    }
    forgotten_.erase(name);
    memory_[name] = {key, tr("the keychain of this computer has not taken it yet")};
    const auto settle = [this, name, key](const KeychainAnswer &answer) {
        if (answer.kind == KeychainAnswer::Kind::done && forgotten_.contains(name))
            keychain_->remove(name, [](const KeychainAnswer &) {});
        const auto kept = memory_.find(name);
        if (kept != memory_.end() && kept->second.key == key && answer.kind == KeychainAnswer::Kind::done)
            memory_.erase(kept);
    };
    const auto told = [this, provider, name, key, done = std::move(done)](const KeychainAnswer &answer) {
        const auto kept = memory_.find(name);
        if (kept != memory_.end() && kept->second.key == key)
            kept->second.why = why_not(answer);
        if (answer.kind == KeychainAnswer::Kind::done)
            done({key, KeyPlace::keychain, tr("It is in the keychain of this computer.")});
        else
            done(without_keychain(provider, answer));
    };
    ask([name, key](Keychain &keychain, Keychain::Done answer) { keychain.write(name, key, std::move(answer)); }, settle, told);
}

void KeyRing::forget(const Provider &provider, Found done)
{
    const std::string name = key_name(provider);
    const bool was_in_memory = memory_.erase(name) > 0;
    if (provider.is_local) {
        find(provider, std::move(done));
        return;
    }
    forgotten_.insert(name);
    const auto told = [this, provider, was_in_memory, done = std::move(done)](const KeychainAnswer &answer) {
        using Kind = KeychainAnswer::Kind;
        const bool may_be_left = answer.kind == Kind::refused || answer.kind == Kind::failed || answer.kind == Kind::silent;
        if (may_be_left && !was_in_memory)
            done({{}, KeyPlace::keychain, tr("It may still be in the keychain: %1.").arg(why_not(answer))});
        else
            done(without_keychain(provider, answer));
    };
    ask([name](Keychain &keychain, Keychain::Done answer) { keychain.remove(name, std::move(answer)); },
        [](const KeychainAnswer &) {}, told);
}

/// `answer`: why it is not the keychain that has the key.
FoundKey KeyRing::without_keychain(const Provider &provider, const KeychainAnswer &answer) const
{
    using Kind = KeychainAnswer::Kind;
    if (const auto found = memory_.find(key_name(provider)); found != memory_.end())
        return {found->second.key, KeyPlace::memory,
                tr("It is kept in memory until the program ends: %1.").arg(found->second.why)};
    if (std::string key = key_from_environment(provider); !key.empty())
        return {std::move(key), KeyPlace::environment,
                tr("It is the one of %1 in the environment.").arg(words::from(provider.key_variable))};
    if (provider.is_local)
        return {{}, KeyPlace::none, tr("Most servers on this machine want none.")};
    const bool takes_one = answer.kind == Kind::no_entry || answer.kind == Kind::done;
    return {{},
            KeyPlace::none,
            takes_one
                ? tr("There is none yet. One that you enter goes into the keychain of this computer.")
                : tr("There is none yet. One that you enter is kept in memory until the program ends: %1.").arg(why_not(answer))};
}

QString KeyRing::why_not(const KeychainAnswer &answer)
{
    using Kind = KeychainAnswer::Kind;
    switch (answer.kind) {
    case Kind::refused:
        return tr("the keychain of this computer is locked, or access was refused");
    case Kind::silent:
        return tr("the keychain of this computer has not answered in time");
    case Kind::failed:
        return tr("the keychain of this computer cannot be used (%1)").arg(words::clean(answer.reason));
    case Kind::done:
    case Kind::no_entry:
    case Kind::absent:
        break;
    }
    return tr("this computer has no keychain");
}

std::string key_name(const Provider &provider)
{
    const auto &known = known_providers();
    return std::find(known.begin(), known.end(), provider) == known.end() ? provider.base : provider.id;
}

} // namespace ca
