// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results_folder.h"

#include "core/base/atomic_file.h"
#include "core/base/json_member.h"
#include "core/base/sha256.h"
#include "core/study/artefact_path.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestList = 16U << 20U; // bytes: a hundred thousand files
constexpr std::size_t kLargestStudy = 256U << 20U;
constexpr int kMostAside = 10'000; // names that are tried
/// What a study writes into its own folder while it runs: DESIGN.md section 8.
constexpr std::array<std::string_view, 4> kOfStudy{kStudyJson, "trials.csv", "pareto.svg", "pareto.png"};

std::string system_name(const std::string &name)
{
    return "The file " + clean_text(name);
}

/// `report.3.html`
fs::path numbered(const fs::path &file, int number)
{
    return file.parent_path() / (file.stem().string() + "." + std::to_string(number) + file.extension().string());
}

bool is_there(const fs::path &file)
{
    std::error_code ignored;
    return fs::exists(fs::symlink_status(file, ignored));
}

/// The file is as the list has it, and of this study.
bool names_study(const fs::path &file, const std::map<std::string, std::string> &list, const Study &study)
{
    const auto sum = list.find(kStudyJson);
    const auto text = sum != list.end() ? read_whole_file(file, kLargestStudy) : Result<std::string>();
    if (sum == list.end() || !text || sha256(*text) != sum->second)
        return false;
    const auto json = parse_json(*text, kStudyJson);
    return json && member(*json, "study") == Json(study.name) && member(*json, "model_sha256") == Json(study.model_sha256);
}

} // namespace

Result<std::string> read_whole_file(const fs::path &file, std::size_t most)
{
    std::error_code unknown;
    const auto size = fs::file_size(file, unknown); // read_file takes the memory of its limit
    return read_file(file, unknown ? 0 : std::min<std::size_t>(size, most));
}

Result<ResultsFolder> ResultsFolder::open(const fs::path &folder, const ReportSource &source)
{
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    ResultsFolder results(folder);
    std::error_code ignored;
    results.is_own_ = fs::equivalent(folder, source.folder, ignored);
    const auto read = results.read_list(source.study);
    return read ? Result<ResultsFolder>(std::move(results)) : forward(read);
}

Status ResultsFolder::read_list(const Study &study)
{
    if (!is_there(folder_ / kChecksumFile))
        return {};
    const auto text = read_file(folder_ / kChecksumFile, kLargestList);
    if (!text)
        return forward(text);
    auto list = read_checksums(*text);
    if (!is_own_ && !names_study(folder_ / kStudyJson, list, study))
        return move_aside(kChecksumFile);
    known_ = std::move(list);
    if (is_own_)
        known_.erase(kStudyJson);
    return {};
}

bool ResultsFolder::is_ours(const std::string &name) const
{
    const auto known = known_.find(name);
    const auto sum = sha256_of_file(folder_ / name);
    return known != known_.end() && sum && *sum == known->second;
}

bool ResultsFolder::may_replace(const std::string &name, std::string_view content) const
{
    if (!is_there(folder_ / name) || is_ours(name))
        return true;
    if (is_own_ && std::find(kOfStudy.begin(), kOfStudy.end(), name) != kOfStudy.end())
        return true;
    const auto there = sha256_of_file(folder_ / name);
    return there && *there == sha256(content);
}

Status ResultsFolder::move_aside(const std::string &name)
{
    const fs::path file = folder_ / name;
    std::error_code reason;
    for (int number = 1; number < kMostAside; ++number) {
        const fs::path aside = numbered(file, number);
        if (is_there(aside))
            continue;
        fs::rename(file, aside, reason);
        if (reason)
            return fail(ErrorCode::unwritable,
                        system_name(name) + " is not what a report of this study wrote, and could not be set aside: "
                            + reason.message() + ". Move it away, or choose another folder.");
        set_aside_.push_back(system_name(name) + " was not as a report of this study had left it: it is "
                             + clean_text(aside.filename().string()) + " now.");
        return {};
    }
    return fail(ErrorCode::unwritable, system_name(name) + " could not be set aside: there is no free name. Move it away.");
}

Status ResultsFolder::write(const std::string &name, std::string_view content)
{
    if (!is_below(folder_, name))
        return fail(ErrorCode::usage, "A report cannot be written to " + clean_text(name) + ": that is outside its folder.");
    if (!may_replace(name, content))
        if (const auto moved = move_aside(name); !moved)
            return moved;
    const fs::path file = folder_ / name;
    if (const auto made = make_writable_folder(file.parent_path()); !made)
        return made;
    if (const auto written = write_file(file, content); !written)
        return forward(written);
    if (!is_own_ || name != kStudyJson) // which the study goes on changing
        known_[name] = sha256(content);
    if (std::find(files_.begin(), files_.end(), file) == files_.end())
        files_.push_back(file);
    return keep_checksums(); // at once: a report that is broken off knows its files the next time
}

Status ResultsFolder::drop(const std::string &name)
{
    if (!is_below(folder_, name) || !is_there(folder_ / name))
        return {};
    if (!is_ours(name))
        return move_aside(name);
    std::error_code reason;
    fs::remove(folder_ / name, reason);
    if (reason)
        return fail(ErrorCode::unwritable,
                    system_name(name) + " is of an earlier report and could not be removed: " + reason.message()
                        + ". Remove it, or choose another folder.");
    known_.erase(name);
    return keep_checksums();
}

Status ResultsFolder::finish(const std::string &inner)
{
    std::error_code ignored;
    std::map<std::string, std::string> kept;
    for (const auto &[name, sum] : known_) {
        const bool is_new = std::find(files_.begin(), files_.end(), folder_ / name) != files_.end();
        if (!is_new && (!is_below(folder_, name) || !is_ours(name)))
            continue;
        if (is_new || !name.starts_with(inner + "/"))
            kept.emplace(name, sum);
        else
            fs::remove(folder_ / name, ignored);
    }
    known_ = std::move(kept);
    return keep_checksums();
}

Status ResultsFolder::keep_checksums() const
{
    const auto written = write_file(folder_ / kChecksumFile, to_text(known_));
    return written ? Status() : Status(forward(written));
}

} // namespace ca
