// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/checksums.h"
#include "core/base/result.h"
#include "core/report/source/report_source.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

inline constexpr const char *kStudyJson = "study.json";

/// A file of a report as text. Errors: `not_found`, `unreadable`, also where it is larger than `most` bytes.
[[nodiscard]] Result<std::string> read_whole_file(const std::filesystem::path &file, std::size_t most);

/// The folder that a report goes into. Each file is written whole or not at all. What is there already and is not as a report of
/// this study left it, somebody else's file, another study's or one that was edited, is set aside under a free name
/// (`report.1.html`), and `set_aside` says so. Only files that a study brings up to date by itself are replaced in its own
/// folder whatever they are.
class ResultsFolder {
public:
    /// Makes the folder where it is missing. Its checksums count where the study.json that they list names this study; write that
    /// file first. Errors: `unwritable`; `unreadable` where the checksums cannot be read.
    [[nodiscard]] static Result<ResultsFolder> open(const std::filesystem::path &folder, const ReportSource &source);

    /// `name` is below the folder: `recipes/T007_balanced.json`. Errors: `unwritable`; `usage` for a name that leads elsewhere.
    [[nodiscard]] Status write(const std::string &name, std::string_view content);
    /// Takes away what an earlier report has left under a name that this one has nothing for. Errors: `unwritable`.
    [[nodiscard]] Status drop(const std::string &name);
    /// Removes what earlier reports wrote below the folder `inner` and this one did not, and keeps the checksums. Errors:
    /// `unwritable`.
    [[nodiscard]] Status finish(const std::string &inner);

    [[nodiscard]] const std::filesystem::path &path() const { return folder_; }
    /// It is the study's own folder.
    [[nodiscard]] bool is_own() const { return is_own_; }
    /// In the order of writing.
    [[nodiscard]] const std::vector<std::filesystem::path> &files() const { return files_; }
    /// A sentence for each.
    [[nodiscard]] const std::vector<std::string> &set_aside() const { return set_aside_; }

private:
    explicit ResultsFolder(std::filesystem::path folder) : folder_(std::move(folder)) { }
    [[nodiscard]] Status move_aside(const std::string &name);
    [[nodiscard]] Status read_list(const Study &study);
    [[nodiscard]] bool is_ours(const std::string &name) const;
    [[nodiscard]] bool may_replace(const std::string &name, std::string_view content) const;
    [[nodiscard]] Status keep_checksums() const;

    std::filesystem::path folder_;
    bool is_own_ = false;
    std::map<std::string, std::string> known_; ///< SHA-256 by name: of this report, and what earlier ones left
    std::vector<std::filesystem::path> files_;
    std::vector<std::string> set_aside_;
};

} // namespace ca
