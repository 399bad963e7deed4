// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/settings/keychain.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// What a FakeKeychain does and holds; outlives it.
struct KeychainScript {
    enum class Way { works, locked, broken, hangs } way = Way::works;
    std::map<std::string, std::string> held{};
    std::vector<std::function<void()>> waiting{}; ///< what hangs
    int calls = 0;

    void answer_what_waits()
    {
        for (const auto &answer : std::exchange(waiting, {}))
            answer();
    }
};

/// In place of the system's, which no test touches.
class FakeKeychain final : public ca::Keychain {
public:
    explicit FakeKeychain(std::shared_ptr<KeychainScript> script) : script_(std::move(script)) { }

    void read(const std::string &name, Done done) override
    {
        act(std::move(done), [script = script_, name]() -> ca::KeychainAnswer {
            const auto found = script->held.find(name);
            if (found == script->held.end())
                return {ca::KeychainAnswer::Kind::no_entry};
            return {ca::KeychainAnswer::Kind::done, found->second};
        });
    }
    void write(const std::string &name, const std::string &key, Done done) override
    {
        act(std::move(done), [script = script_, name, key]() -> ca::KeychainAnswer {
            script->held[name] = key;
            return {};
        });
    }
    void remove(const std::string &name, Done done) override
    {
        act(std::move(done), [script = script_, name]() -> ca::KeychainAnswer {
            return {script->held.erase(name) > 0 ? ca::KeychainAnswer::Kind::done : ca::KeychainAnswer::Kind::no_entry};
        });
    }

private:
    using Way = KeychainScript::Way;
    void act(Done done, std::function<ca::KeychainAnswer()> work)
    {
        ++script_->calls;
        if (script_->way == Way::locked)
            done({ca::KeychainAnswer::Kind::refused, {}, "Access denied"});
        else if (script_->way == Way::broken)
            done({ca::KeychainAnswer::Kind::failed, {}, "no session bus"});
        else if (script_->way == Way::hangs)
            script_->waiting.push_back([done = std::move(done), work = std::move(work)] { done(work()); });
        else
            done(work());
    }

    std::shared_ptr<KeychainScript> script_;
};
