// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace ca {

/// Lines of a descriptor that a client writes to. For one thread.
class InputLines {
public:
    /// Longer lines end the input: no client of ours needs them.
    static constexpr std::size_t kMostBytes = 4u << 20;

    explicit InputLines(int descriptor) : descriptor_(descriptor) { }

    /// The next line without its end; waits for it. Nothing at the end of the input, and within 50 ms of a stop.
    [[nodiscard]] std::optional<std::string> next(const std::stop_token &stop);

private:
    [[nodiscard]] bool read_more(const std::stop_token &stop);

    int descriptor_;
    std::string read_;
    std::size_t searched_ = 0; ///< bytes of `read_` without an end of line
    bool ended_ = false;
};

} // namespace ca
