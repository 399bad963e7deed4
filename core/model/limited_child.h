// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// How a child process ended.
struct ChildEnd {
    std::optional<Status> report; ///< absent where it sent none that can be read
    int signal = 0;               ///< that ended it; 0 where none did
    int exit_code = 0;
    bool late = false; ///< it was ended because its time was over
    bool stopped = false;

    [[nodiscard]] bool is_clean() const { return report && signal == 0 && exit_code == 0 && !late && !stopped; }
};

/// A child process in a process group of its own, with a pipe for its report. Its destructor ends the group, whatever it does,
/// and leaves no zombie.
class LimitedChild {
public:
    constexpr static int kFile = 0;   ///< the descriptor under which a spawned child has the file
    constexpr static int kReport = 3; ///< and the one that takes its report

    /// Starts `program` with `arguments`, with `file` (a descriptor), with nothing else open, and with little of the environment:
    /// one thread for numbers, no secrets. Errors: `failed`.
    [[nodiscard]] static Result<LimitedChild> spawn(const std::filesystem::path &program,
                                                    const std::vector<std::string> &arguments, int file);
    /// Runs `work` in a fork of this process, which ends with it. Errors: `failed`.
    [[nodiscard]] static Result<LimitedChild> fork(const std::function<Status()> &work);

    LimitedChild(LimitedChild &&other) noexcept;
    LimitedChild &operator=(LimitedChild &&) = delete;
    ~LimitedChild();

    /// Waits for its end, which comes at the latest after `time`, or 50 ms after a stop is requested.
    [[nodiscard]] ChildEnd wait(std::chrono::milliseconds time, const std::stop_token &stop);

private:
    LimitedChild(int process, int pipe) : process_(process), pipe_(pipe) { }
    [[nodiscard]] bool has_ended() const;
    void read_pipe();
    [[nodiscard]] int end();

    int process_ = -1; ///< -1 once it is reaped
    int pipe_ = -1;
    std::string bytes_; ///< of its report, so far
};

/// Sends the report of this process to its parent. False where the parent is gone.
[[nodiscard]] bool send_report(int descriptor, const Status &status);

} // namespace ca
