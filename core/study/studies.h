// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// A study as a list of them shows it.
struct StudySummary {
    std::filesystem::path folder;
    std::string name, model, data; ///< the folder's name alone where the study cannot be read
    std::size_t trials = 0, done = 0;
    std::chrono::system_clock::time_point changed{}; ///< when its store was last written
    std::optional<std::string> writer;               ///< who writes it now: "process 4711 on this machine"
    std::optional<Error> problem;                    ///< why it cannot be read
};
/// The studies in the folders in `parent`, the last changed first. Errors: `not_found`, `unreadable`.
[[nodiscard]] Result<std::vector<StudySummary>> list_studies(const std::filesystem::path &parent);

/// The study and its artefacts as they are at this moment, also while it is written, into a new folder, whose name the copy
/// takes. Whole or not at all. Errors: those of StudyStore::open_for_reading and create; `unwritable`.
[[nodiscard]] Status copy_study(const std::filesystem::path &from, const std::filesystem::path &to);

/// Removes the study's store, its artefacts and results, and the folder if that is all there was; gives what else lies in it and
/// stays. A damaged store is removed, too. Errors: `not_found` where the folder holds no study; `unwritable` while a process
/// writes it, and where a file cannot be removed.
[[nodiscard]] Result<std::vector<std::filesystem::path>> remove_study(const std::filesystem::path &folder);

} // namespace ca
