// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/model/model.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string_view>

namespace ca {

/// What a process may use that loads a file which nobody has loaded before.
struct FirstLoadLimits {
    Bytes memory; ///< address space, beyond what the process takes when the limits are set
    std::chrono::milliseconds cpu{0};
    std::chrono::milliseconds wall{0};
    Bytes written;        ///< of any file
    int descriptors = 64; ///< open at once
};

/// Enough for sound models of this size on a slow machine; a small file gets its verdict within 10 s. A file that a person trusts
/// gets four times as much.
[[nodiscard]] FirstLoadLimits limits_for(Bytes file, bool trust = false);

/// The hidden first argument of the program that makes it `load_check_main`.
constexpr std::string_view kLoadCheck = "load-check";

/// Loads `file` in a child process that has limits, no new privileges, nothing to write to, no network and, unless
/// `options.trust`, nothing to read but the file and the system's libraries. TorchScript code runs while it is loaded, and its
/// parser can be crashed: whatever happens, happens there. `program` is this program's own executable, for `load_check_main`.
/// For `LoadOptions::first_load`. Errors: `unsafe` where the child crashed, hung or grew; what the child itself said of the file;
/// `bad_format` where the file was exchanged meanwhile; `failed` where no child could be started; `cancelled`, within 0.1 s.
[[nodiscard]] Status load_in_child(const std::filesystem::path &program, const std::filesystem::path &file,
                                   const LoadOptions &options, std::stop_token stop);

/// For `LoadOptions::first_load`: `load_in_child` with `program`. Empty where that is empty: files are then loaded right here.
[[nodiscard]] std::function<Status(const std::filesystem::path &, const LoadOptions &, std::stop_token)>
first_load_by(std::filesystem::path program);

/// `load_in_child` in a fork of this process, for one that has LibTorch in memory and has started no threads: starting takes
/// milliseconds instead of a second. `load` runs in the child.
[[nodiscard]] Status load_in_fork(const std::filesystem::path &file, const FirstLoadLimits &limits,
                                  const std::function<Status()> &load, std::stop_token stop);

/// The child of `load_in_child`: limits itself, loads the file as `load_model` does, and reports. The exit code for `main`.
[[nodiscard]] int load_check_main(int argc, char **argv);

} // namespace ca
