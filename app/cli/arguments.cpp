// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include "app/cli/options.h"
#include "core/base/json.h"

#include <algorithm>
#include <array>
#include <utility>

#include <CLI/CLI.hpp>

namespace ca {
namespace {

using CommandName = std::pair<const char *, Command>;
constexpr std::array<CommandName, 13> kCommands{{{"run", Command::run},
                                                 {"demo", Command::demo},
                                                 {"mcp", Command::mcp},
                                                 {"run-trial", Command::run_trial},
                                                 {"merge", Command::merge},
                                                 {"export", Command::export_trial},
                                                 {"report", Command::report},
                                                 {"inspect", Command::inspect},
                                                 {"scan", Command::scan},
                                                 {"quantize", Command::quantize},
                                                 {"evaluate", Command::evaluate},
                                                 {"models", Command::models},
                                                 {"doctor", Command::doctor}}};

std::optional<Command> command_from(const std::string &word)
{
    for (const auto &[name, command] : kCommands)
        if (word == name)
            return command;
    return std::nullopt;
}

bool asks_for(const std::vector<std::string> &words, const std::string &option)
{
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string &word) { return word == option || word.starts_with(option + "="); });
}

/// The window's command line: Qt's own options, each with a value, and one file.
ParsedArguments window_arguments(const std::vector<std::string> &words)
{
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string &word = words[i];
        if (word == "-platform" || word == "-style" || word == "-stylesheet" || word == "-geometry") {
            ++i;
        } else if (word.size() > 1 && word.front() == '-') {
            return UsageError{"There is no option " + clean_text(word)
                              + " without a command. The commands are: " + command_names() + "."};
        } else if (!arguments.file.empty()) {
            return UsageError{"The window opens one file, and there are two: " + clean_text(arguments.file) + " and "
                              + clean_text(word) + "."};
        } else {
            arguments.file = word;
        }
    }
    // A mistyped command must not open a window.
    const bool like_a_file = arguments.file.find_first_of("./") != std::string::npos;
    std::error_code ignored;
    if (!arguments.file.empty() && !like_a_file && !std::filesystem::exists(arguments.file, ignored))
        return UsageError{"There is no command and no file " + clean_text(arguments.file)
                          + ". The commands are: " + command_names() + "."};
    return arguments;
}

/// CLI11's text as a sentence in this program's words.
std::string usage_sentence(const CLI::ParseError &error, const std::string &command)
{
    const std::string text = clean_text(error.what());
    const std::string name = text.substr(0, text.find_first_of(": "));
    const std::string help = " See compression-agent " + command + " --help.";
    if (dynamic_cast<const CLI::RequiredError *>(&error))
        return "The command " + command + " needs " + name + "." + help;
    if (dynamic_cast<const CLI::ArgumentMismatch *>(&error)) {
        const std::size_t dashes = text.find("--"); // the library names the option first or last
        const std::string option =
            dashes == std::string::npos ? name : text.substr(dashes, text.find_first_of(":, ", dashes) - dashes);
        const bool too_many = text.find("Most") != std::string::npos || text.find(", got") != std::string::npos;
        return (too_many ? option + " is given more than once." : "The option " + option + " needs a value.") + help;
    }
    if (dynamic_cast<const CLI::ValidationError *>(&error))
        return text;
    return text + "." + help;
}

/// What the parser did not take.
std::string unknown_sentence(const std::string &word, const std::string &command)
{
    return "The command " + command + " does not take " + clean_text(word) + ". See compression-agent " + command + " --help.";
}

ParsedArguments parse_with(CLI::App &app, std::vector<std::string> words, Arguments &arguments, const std::string &command)
{
    std::reverse(words.begin(), words.end()); // the library takes them from the back
    try {
        app.parse(words);
    } catch (const CLI::CallForHelp &) {
        return HelpText{app.help()};
    } catch (const CLI::CallForVersion &version) {
        return HelpText{std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError &error) {
        return UsageError{usage_sentence(error, command)};
    }
    if (const auto extra = app.remaining(true); !extra.empty())
        return UsageError{unknown_sentence(extra.front(), command)};
    const bool makes_study =
        arguments.command == Command::run || arguments.command == Command::demo || arguments.command == Command::mcp;
    if (makes_study && app.get_subcommand(command)->count("--output") == 0)
        arguments.output = "results";
    if (auto problem = contradiction(arguments))
        return UsageError{*problem};
    return arguments;
}

} // namespace

std::string command_names()
{
    std::string names;
    for (const auto &[name, command] : kCommands)
        names += (names.empty() ? "" : ", ") + std::string(name);
    return names;
}

ParsedArguments parse_arguments(std::vector<std::string> words)
{
    Arguments arguments;
    CLI::App app("Makes image networks smaller and faster, and measures what that costs.", "compression-agent");
    app.set_version_flag("--version", std::string("compression-agent ") + CA_VERSION);
    app.require_subcommand(0, 1);
    for (const auto &[name, command] : kCommands)
        add_command(app, name, command, arguments);
    app.footer("A file without a command opens the window; --model without a command means run.\n"
               "Exit codes: 0 done, 1 failed, 2 usage, 3 a constraint cannot be reached, 4 refused as unsafe, 130 cancelled.");

    const bool has_command = !words.empty() && command_from(words.front()).has_value();
    if (!has_command && asks_for(words, "--model"))
        words.insert(words.begin(), "run");
    else if (!has_command && !asks_for(words, "--help") && !asks_for(words, "-h") && !asks_for(words, "--version"))
        return window_arguments(words);
    else if (!has_command)
        words = {asks_for(words, "--version") ? "--version" : "--help"};

    const std::string command = words.front();
    if (const auto known = command_from(command))
        arguments.command = *known;
    app.allow_extras();
    for (CLI::App *sub : app.get_subcommands(nullptr))
        sub->allow_extras();
    return parse_with(app, std::move(words), arguments, command);
}

} // namespace ca
