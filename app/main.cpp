// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#ifdef CA_GUI
#include "app/downloads/download_file.h"
#include "app/llm/open_chat.h"
#endif

int main(int argc, char **argv)
{
    ca::Fetch fetch;
    ca::OpenChat open_chat;
#ifdef CA_GUI
    fetch = [](const ca::PublishedFile &file, const std::filesystem::path &folder, std::stop_token stop,
               const ca::Progress &progress) { return ca::download_file(file, folder, stop, progress); };
    open_chat = ca::open_chat;
#endif
    return ca::run_command_line(argc, argv, fetch, open_chat);
}
