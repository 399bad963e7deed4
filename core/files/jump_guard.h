// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstring>

namespace ca::image {

/// Runs calls into a C library whose error handlers must not return. A jump passes over the frames between the handler and `run`
/// without unwinding them, so a step must own nothing: it works on what lies outside of it.
class JumpGuard {
public:
    /// False where `leave` ended it.
    template <typename Step>
    [[nodiscard]] bool run(const Step &step) noexcept
    {
        if (setjmp(back_) != 0)
            return false;
        step();
        return true;
    }

    /// For error handlers, within `run`.
    [[noreturn]] void leave(const char *reason) noexcept
    {
        std::strncpy(reason_.data(), reason, reason_.size() - 1);
        std::longjmp(back_, 1);
    }

    [[nodiscard]] const char *reason() const { return reason_.data(); }

private:
    std::jmp_buf back_{};
    std::array<char, 256> reason_{};
};

} // namespace ca::image
