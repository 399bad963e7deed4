// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/sent_dialog.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ca {

/// What was sent to providers since the program began, byte for byte, the last of it. For any number of threads; copies are the
/// same log.
class SentLog {
public:
    void add(const QString &to, const std::string &body) const;
    [[nodiscard]] std::vector<SentRequest> requests() const; ///< in their order
    [[nodiscard]] bool is_cut() const;                       ///< earlier ones are no longer kept

private:
    struct State {
        std::mutex mutex;
        std::vector<SentRequest> requests;
        std::size_t bytes = 0;
        bool is_cut = false;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

} // namespace ca
