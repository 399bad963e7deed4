// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/fetcher.h"
#include "app/cli/open_chat.h"
#include "core/base/json.h"
#include "core/base/progress.h"
#include "core/base/result.h"

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace ca {

/// Where a command writes, and what it may use of the world.
struct Streams {
    std::ostream &out;
    std::ostream &err;
    int terminal_width = 0; ///< columns of `err` where it is a terminal, else 0
    Fetch fetch;            ///< for files that are downloaded; empty in a build without Qt
    OpenChat open_chat{};   ///< for advisors over the network; likewise
    int in = -1;            ///< descriptor that `mcp` is asked on; -1: there is none
};

/// Results go to `out`, all else to `err`, as CLI.md has it. May be used from several threads.
class Console {
public:
    Console(Streams streams, const Arguments &arguments);

    /// One JSON object with `--json`, else `text`. Returns 0, or 1 with a sentence where `out` cannot be written.
    [[nodiscard]] int result(const OrderedJson &json, const std::string &text) const;
    /// The sentence, also with `--quiet`. Returns the exit code of CLI.md.
    [[nodiscard]] int fail(const Error &error) const;
    /// What a person should know and a program need not; absent below `info`.
    void note(const std::string &sentence) const;
    /// The same, also at `warning`.
    void warn(const std::string &sentence) const;
    /// One rewritten line on a terminal, else a line for each stage. Nowhere below `info` and with `--quiet`.
    [[nodiscard]] Progress progress() const;
    /// How files of the zoo and data sets are downloaded.
    [[nodiscard]] const Fetch &fetch() const;
    /// How language models are asked; empty: not at all.
    [[nodiscard]] const OpenChat &open_chat() const;
    [[nodiscard]] int in() const;
    /// A line of a protocol on `out`, at once. False where it cannot be written.
    [[nodiscard]] bool send(const std::string &line) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Columns padded with spaces: the first stands to the left, the others to the right; `rows` begins with the heading.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>> &rows);
/// Names and values, each in a column to the left.
[[nodiscard]] std::string text_facts(const std::vector<std::pair<std::string, std::string>> &facts);
/// 0.9185 as "91.85 %".
[[nodiscard]] std::string percent(double fraction);
/// "1.240 ms (1.200 to 1.310)"
[[nodiscard]] std::string milliseconds(double median, double low, double high);

} // namespace ca
