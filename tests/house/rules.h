// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The rules of the house as functions of a tree, so that the tests can show that each catches what it forbids.
/// Each returns one sentence per breach, none where all is well, sorted.
using Breaches = std::vector<std::string>;

/// The text files of ours below `root`, relative to it and sorted: no .git, build folders, results or caches.
[[nodiscard]] std::vector<std::filesystem::path> files_of_ours(const std::filesystem::path &root);

/// Who may include what: rings, the order of folders in core, and torch.
[[nodiscard]] Breaches breaches_of_includes(const std::filesystem::path &root);
/// The licence in one of the first three lines of each source, build file and script.
[[nodiscard]] Breaches breaches_of_licence(const std::filesystem::path &root);
/// At most 500 lines in each of them.
[[nodiscard]] Breaches breaches_of_length(const std::filesystem::path &root);
/// What may stand at the top.
[[nodiscard]] Breaches breaches_of_top_level(const std::filesystem::path &root);

/// `build_ninja`: the text of build.ninja. Compiling core sees no Qt; compiling ui sees neither torch nor Qt's network module.
[[nodiscard]] Breaches breaches_of_compile_lines(std::string_view build_ninja);
/// `symbols`: what `nm --demangle --undefined-only` says of a library of `ring` (core or ui).
[[nodiscard]] Breaches breaches_of_symbols(std::string_view ring, std::string_view symbols);

/// Bytes of all files below `folder`.
[[nodiscard]] std::uintmax_t bytes_below(const std::filesystem::path &folder);
