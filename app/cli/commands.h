// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/output.h"

#include <stop_token>

namespace ca {

// One function for each command of CLI.md. Each prints its result or its sentence on the console and returns the exit code.

[[nodiscard]] int inspect_command(const Arguments &arguments, const Console &console, std::stop_token stop);
[[nodiscard]] int scan_command(const Arguments &arguments, const Console &console, std::stop_token stop);
[[nodiscard]] int quantize_command(const Arguments &arguments, const Console &console, std::stop_token stop);
[[nodiscard]] int evaluate_command(const Arguments &arguments, const Console &console, std::stop_token stop);
/// `run`, and `demo`, which is `run` on what comes with the program.
[[nodiscard]] int run_command(const Arguments &arguments, const Console &console, std::stop_token stop);
/// Serves the agent's tools on one study over the Model Context Protocol, until its client goes away.
[[nodiscard]] int mcp_command(const Arguments &arguments, const Console &console, std::stop_token stop);
/// Carries out one recipe as a trial of a study, which is only read, and writes what came of it to a file.
[[nodiscard]] int run_trial_command(const Arguments &arguments, const Console &console, std::stop_token stop);
/// Brings such files into their study.
[[nodiscard]] int merge_command(const Arguments &arguments, const Console &console);
/// Writes a trial of a study as a file.
[[nodiscard]] int export_command(const Arguments &arguments, const Console &console, std::stop_token stop);
/// Writes the report of a study, or checks one that is there.
[[nodiscard]] int report_command(const Arguments &arguments, const Console &console);
[[nodiscard]] int models_command(const Console &console);
[[nodiscard]] int doctor_command(const Console &console);

/// The command that `arguments` name, on `streams`; not the window.
[[nodiscard]] int carry_out_command(const Arguments &arguments, const Streams &streams, std::stop_token stop);

} // namespace ca
