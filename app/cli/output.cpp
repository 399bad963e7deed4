// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"

#include <algorithm>
#include <mutex>

namespace ca {

struct Console::State {
    Streams streams;
    bool json;
    bool quiet;
    LogLevel level;
    std::mutex mutex{};
    std::string stage{};       // the last one that was shown
    bool line_is_open = false; // a progress line stands on the terminal

    void erase_line()
    {
        if (line_is_open)
            streams.err << "\r\x1b[K";
        line_is_open = false;
    }
    void say(const std::string &sentence)
    {
        const std::lock_guard lock(mutex);
        erase_line();
        streams.err << clean_text(sentence) << '\n' << std::flush;
    }
    void show(const ProgressReport &report);
};

namespace {

/// "Evaluating T3 on selection  512 of 3000, 4 s left"
std::string progress_text(const ProgressReport &report)
{
    std::string text = clean_text(report.stage);
    if (report.total > 0)
        text += "  " + std::to_string(report.done) + " of " + std::to_string(report.total);
    if (report.remaining)
        text += ", " + to_text(*report.remaining, 0) + " s left";
    return text;
}

/// Characters, as far as UTF-8 tells them.
std::size_t width_of(const std::string &text)
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

void Console::State::show(const ProgressReport &report)
{
    const std::lock_guard lock(mutex);
    if (streams.terminal_width > 0) {
        std::string text = progress_text(report);
        if (text.size() >= static_cast<std::size_t>(streams.terminal_width))
            text.resize(static_cast<std::size_t>(streams.terminal_width) - 1);
        erase_line();
        streams.err << clean_text(text) << std::flush; // once more: the cut may have gone through a character
        line_is_open = true;
    } else if (stage != report.stage) {
        streams.err << clean_text(report.stage) << '\n' << std::flush;
    }
    stage = report.stage;
}

Console::Console(Streams streams, const Arguments &arguments)
    : state_(new State{streams, arguments.json, arguments.quiet, arguments.log_level})
{
}

int Console::result(const OrderedJson &json, const std::string &text) const
{
    {
        const std::lock_guard lock(state_->mutex);
        state_->erase_line();
        state_->streams.err << std::flush;
        state_->streams.out << (state_->json ? pretty(json) + "\n" : text) << std::flush;
    }
    if (state_->streams.out)
        return 0;
    return fail(
        Error{ErrorCode::unwritable, "The result cannot be written to standard output. Check where it is sent to.", nullptr});
}

int Console::fail(const Error &error) const
{
    state_->say(error.text());
    return exit_code(error.code);
}

void Console::note(const std::string &sentence) const
{
    if (!state_->quiet && state_->level >= LogLevel::info)
        state_->say(sentence);
}

void Console::warn(const std::string &sentence) const
{
    if (!state_->quiet && state_->level >= LogLevel::warning)
        state_->say(sentence);
}

Progress Console::progress() const
{
    if (state_->quiet || state_->level < LogLevel::info)
        return {};
    return Progress([state = state_](const ProgressReport &report) { state->show(report); });
}

const OpenChat &Console::open_chat() const
{
    return state_->streams.open_chat;
}

int Console::in() const
{
    return state_->streams.in;
}

bool Console::send(const std::string &line) const
{
    const std::lock_guard lock(state_->mutex);
    state_->streams.out << line << '\n' << std::flush;
    return static_cast<bool>(state_->streams.out);
}

const Fetch &Console::fetch() const
{
    return state_->streams.fetch;
}

std::string text_table(const std::vector<std::vector<std::string>> &rows)
{
    std::vector<std::size_t> widths;
    for (const auto &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string text;
    for (const auto &row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - width_of(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (i == 0 ? row[i] + space : space + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string text_facts(const std::vector<std::pair<std::string, std::string>> &facts)
{
    std::size_t widest = 0;
    for (const auto &[name, value] : facts)
        widest = std::max(widest, width_of(name));
    std::string text;
    for (const auto &[name, value] : facts)
        text += name + std::string(widest + 2 - width_of(name), ' ') + clean_text(value) + "\n";
    return text;
}

std::string percent(double fraction)
{
    return to_text(100 * fraction, 2) + " %";
}

std::string milliseconds(double median, double low, double high)
{
    return to_text(median, 3) + " ms (" + to_text(low, 3) + " to " + to_text(high, 3) + ")";
}

} // namespace ca
