// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

/// What keeps a hostile file from doing harm.
enum class Guard {
    inspection, ///< it is no usable model: the sentence is the error's
    finding,    ///< it is one, and what it does beyond computing is named: the sentence is a finding's
    child,      ///< nothing is wrong with it until it is loaded, which a child does first: the sentence is of that
    nothing,    ///< it looks odd and is harmless: it may be opened
};

/// A file that means harm, and a part of the sentence that a person must get to read about it.
struct HostileFile {
    const char *what;
    std::string name;
    std::function<std::string()> bytes; ///< made when it is needed: some are large
    Guard guard = Guard::inspection;
    const char *part = "";
    bool grows = false; ///< it takes memory until a limit stops it
};

using HostileFiles = std::vector<HostileFile>;
