// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "core/model/first_load.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>
#include <new>
#include <string_view>

#ifdef CA_GUI
#include "app/cli/resources.h"
#include "app/session/window_app.h"
#endif

namespace ca {
namespace {

/// Columns of standard error where it is a terminal, else 0.
int terminal_width()
{
    if (::isatty(STDERR_FILENO) == 0)
        return 0;
    winsize size{};
    constexpr int kUsual = 80;
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

#ifdef CA_GUI
int open_window(int argc, char **argv, const Arguments &arguments)
{
    const auto resources = find_resources(); // the window says itself what it misses without them
    return run_window(argc, argv, arguments.program, resources.value_or(std::filesystem::path()),
                      arguments.file.empty() ? std::nullopt : std::optional<std::filesystem::path>(arguments.file));
}
#else
int open_window(int, char **, const Arguments &)
{
    std::cerr << "This build of the program has no window. Give a command: " << command_names() << ".\n";
    return 1;
}
#endif

/// Libraries append where in their source it happened, line by line; the first line says what.
std::string first_line(std::string_view what)
{
    what = what.substr(0, what.find_first_of("\r\n"));
    while (what.ends_with('.') || what.ends_with(' '))
        what.remove_suffix(1);
    return clean_text(std::string(what));
}

/// An allocation that fails deep inside a library ends here, as a sentence.
int guarded(const Arguments &arguments, const Streams &streams, std::stop_token stop)
{
    try {
        return carry_out_command(arguments, streams, stop);
    } catch (const std::bad_alloc &) {
        streams.err << "The machine has too little memory for this. Close other programs, or use fewer --threads.\n";
    } catch (const std::exception &problem) {
        streams.err << "The command stopped: " << first_line(problem.what()) << ".\n";
    }
    return 1;
}

} // namespace

int carry_out_command(const Arguments &arguments, const Streams &streams, std::stop_token stop)
{
    const Console console(streams, arguments);
    switch (arguments.command) {
    case Command::run:
    case Command::demo:
        return run_command(arguments, console, stop);
    case Command::mcp:
        return mcp_command(arguments, console, stop);
    case Command::run_trial:
        return run_trial_command(arguments, console, stop);
    case Command::merge:
        return merge_command(arguments, console);
    case Command::export_trial:
        return export_command(arguments, console, stop);
    case Command::report:
        return report_command(arguments, console);
    case Command::inspect:
        return inspect_command(arguments, console, stop);
    case Command::scan:
        return scan_command(arguments, console, stop);
    case Command::quantize:
        return quantize_command(arguments, console, stop);
    case Command::evaluate:
        return evaluate_command(arguments, console, stop);
    case Command::models:
        return models_command(console);
    case Command::doctor:
        return doctor_command(console);
    case Command::window:
        break;
    }
    return 2;
}

int run_command_line(int argc, char **argv, const Fetch &fetch, const OpenChat &open_chat)
{
    if (argc > 1 && argv[1] == kLoadCheck)
        return load_check_main(argc, argv);
    auto parsed = parse_arguments({argv + (argc > 0 ? 1 : 0), argv + argc});
    if (const auto *help = std::get_if<HelpText>(&parsed)) {
        std::cout << help->text << std::flush;
        return std::cout ? 0 : 1;
    }
    if (const auto *problem = std::get_if<UsageError>(&parsed)) {
        std::cerr << problem->sentence << '\n';
        return 2;
    }
    Arguments &arguments = std::get<Arguments>(parsed);
    arguments.program = "/proc/self/exe"; // of Linux: right even after the file was replaced
    if (arguments.command == Command::window)
        return open_window(argc, argv, arguments);
    ignore_write_signals();
    const Interrupt interrupt;
    return guarded(arguments, {std::cout, std::cerr, terminal_width(), fetch, open_chat, STDIN_FILENO}, interrupt.token());
}

} // namespace ca
