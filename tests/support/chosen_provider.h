// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/settings/provider_controller.h"
#include "app/settings/settings.h"
#include "tests/support/fake_keychain.h"

#include <QSettings>
#include <QTemporaryDir>

#include <chrono>
#include <memory>
#include <vector>

/// A vendor's service that is a mock on this machine, as if it were another machine: it wants a key, and costs money.
[[nodiscard]] inline ca::Provider mock_vendor(const std::string &origin)
{
    ca::Provider vendor{"openai", "OpenAI", origin + "/v1"};
    vendor.key_variable = "OPENAI_API_KEY";
    vendor.needs_key = true;
    return vendor;
}

[[nodiscard]] inline ca::Provider mock_local(const std::string &id, const std::string &origin)
{
    ca::Provider local{id, id, origin + "/v1"};
    local.is_local = true;
    return local;
}

/// Everything about who answers, over a settings file of its own and a keychain that is none of the system's.
struct ChosenProvider {
    explicit ChosenProvider(std::vector<ca::Provider> known)
        : store_file(file(), QSettings::IniFormat),
          settings(store_file),
          store(settings, std::move(known)),
          keychain(std::make_shared<KeychainScript>()),
          keys(std::make_unique<FakeKeychain>(keychain), std::chrono::milliseconds(200)),
          controller(store, keys, window)
    {
        qunsetenv("OPENAI_API_KEY");
    }
    [[nodiscard]] QString file() const { return folder.filePath(QStringLiteral("settings.ini")); }

    QTemporaryDir folder;
    QSettings store_file;
    ca::Settings settings;
    ca::ProviderStore store;
    std::shared_ptr<KeychainScript> keychain;
    ca::KeyRing keys;
    QWidget window;
    ca::ProviderController controller;
};
