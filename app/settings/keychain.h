// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace ca {

struct KeychainAnswer {
    enum class Kind {
        done,
        no_entry,
        refused, ///< by the person, or it is locked
        absent,  ///< this computer has none, or the program cannot reach it
        failed,
        silent, ///< it did not answer in time
    } kind = Kind::done;
    std::string key{};    ///< that was read
    std::string reason{}; ///< in the words of the system; empty where it has none
};

/// Where the system keeps secrets. Calls return at once.
class Keychain {
public:
    using Done = std::function<void(KeychainAnswer)>; ///< called once, later, on any thread

    Keychain() = default;
    Keychain(const Keychain &) = delete;
    Keychain &operator=(const Keychain &) = delete;
    virtual ~Keychain() = default;

    virtual void read(const std::string &name, Done done) = 0;
    virtual void write(const std::string &name, const std::string &key, Done done) = 0;
    virtual void remove(const std::string &name, Done done) = 0;
};

/// The system's; null in a build without one.
[[nodiscard]] std::unique_ptr<Keychain> system_keychain();

} // namespace ca
