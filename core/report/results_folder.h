// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/checksums.h"
#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// The folder that a report goes into. Each file is written whole or not at all. What is there already and is not as this class
/// left it, somebody else's file or one that was edited, is set aside under a free name (`report.1.html`), and `set_aside` says
/// so.
class ResultsFolder {
public:
    /// Makes the folder where it is missing. Errors: `unwritable`; `unreadable` where its checksums cannot be read.
    [[nodiscard]] static Result<ResultsFolder> open(const std::filesystem::path &folder);

    /// `name` is below the folder: `recipes/T007_balanced.json`. Errors: `unwritable`; `usage` for a name that leads elsewhere.
    [[nodiscard]] Status write(const std::string &name, std::string_view content);
    /// As `write`, for files that a study brings up to date by itself while it runs, whatever is there.
    [[nodiscard]] Status replace(const std::string &name, std::string_view content);
    /// Removes what earlier reports wrote below the folder `inner` and this one did not, and keeps the checksums. Errors:
    /// `unwritable`.
    [[nodiscard]] Status finish(const std::string &inner);

    [[nodiscard]] const std::filesystem::path &path() const { return folder_; }
    /// In the order of writing.
    [[nodiscard]] const std::vector<std::filesystem::path> &files() const { return files_; }
    /// A sentence for each.
    [[nodiscard]] const std::vector<std::string> &set_aside() const { return set_aside_; }

private:
    explicit ResultsFolder(std::filesystem::path folder) : folder_(std::move(folder)) { }
    [[nodiscard]] Status move_aside(const std::string &name);
    [[nodiscard]] bool is_ours(const std::string &name) const;
    [[nodiscard]] Status keep_checksums() const;

    std::filesystem::path folder_;
    std::map<std::string, std::string> known_; ///< SHA-256 by name: of this report, and what earlier ones left
    std::vector<std::filesystem::path> files_;
    std::vector<std::string> set_aside_;
};

} // namespace ca
