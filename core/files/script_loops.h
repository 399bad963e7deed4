// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/script_tokens.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// Finds loops of TorchScript source that nothing can end: `while` whose condition is a constant, or a name that its body gives
/// no other value than True (what PyTorch prints for `while True`), and `range` of more rounds than a computer does in minutes.
/// A loop whose end depends on what is computed is none of them.
class ScriptLoops {
public:
    /// Takes the tokens one after the other. Gives the lines of the loops that turned out, with this token, to have no end.
    [[nodiscard]] std::vector<int> follow(const ScriptToken &token);
    /// The loops that were still open where the source ends.
    [[nodiscard]] std::vector<int> finish();

private:
    struct Loop {
        int line = 0;
        std::size_t indent = 0;
        std::string_view condition; ///< the name that decides; empty where a constant does
        bool can_end = false;
    };

    void end_statement(std::vector<int> &endless);
    void close_loops(std::size_t indent, std::vector<int> &endless);
    void open_loop();
    [[nodiscard]] bool may_change(std::string_view name) const;

    std::vector<ScriptToken> statement_; ///< the one that is being read, up to a length that no loop's head or change has
    std::size_t brackets_ = 0;           ///< open ones
    std::vector<Loop> loops_;            ///< open ones
};

} // namespace ca
