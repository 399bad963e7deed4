// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/fetcher.h"
#include "app/cli/open_chat.h"

namespace ca {

/// The whole program: reads the arguments, carries out the command or opens the window, and returns the exit code of CLI.md.
/// Call it first in `main`, before any thread is started: commands block SIGINT and SIGTERM for all threads to come.
/// `fetch` downloads what the program knows by name, `open_chat` asks language models; empty where it cannot.
[[nodiscard]] int run_command_line(int argc, char **argv, const Fetch &fetch, const OpenChat &open_chat);

} // namespace ca
