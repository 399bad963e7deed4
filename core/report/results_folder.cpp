// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results_folder.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/study/artefact_path.h"

#include <algorithm>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestList = 16U << 20U; // bytes: a hundred thousand files
constexpr int kMostAside = 10'000;               // names that are tried

std::string system_name(const std::string &name)
{
    return "The file " + clean_text(name);
}

/// `report.3.html`
fs::path numbered(const fs::path &file, int number)
{
    return file.parent_path() / (file.stem().string() + "." + std::to_string(number) + file.extension().string());
}

} // namespace

Result<ResultsFolder> ResultsFolder::open(const fs::path &folder)
{
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    ResultsFolder results(folder);
    std::error_code ignored;
    if (!fs::exists(folder / kChecksumFile, ignored))
        return results;
    const auto text = read_file(folder / kChecksumFile, kLargestList);
    if (!text)
        return forward(text);
    results.known_ = read_checksums(*text);
    return results;
}

bool ResultsFolder::is_ours(const std::string &name) const
{
    const auto known = known_.find(name);
    const auto sum = sha256_of_file(folder_ / name);
    return known != known_.end() && sum && *sum == known->second;
}

Status ResultsFolder::move_aside(const std::string &name)
{
    const fs::path file = folder_ / name;
    std::error_code reason;
    for (int number = 1; number < kMostAside; ++number) {
        const fs::path aside = numbered(file, number);
        if (fs::exists(fs::symlink_status(aside, reason)))
            continue;
        fs::rename(file, aside, reason);
        if (reason)
            return fail(ErrorCode::unwritable,
                        system_name(name) + " is not what a report wrote, and could not be set aside: " + reason.message()
                            + ". Move it away, or choose another folder.");
        set_aside_.push_back(system_name(name) + " was not as a report had left it: it is "
                             + clean_text(aside.filename().string()) + " now.");
        return {};
    }
    return fail(ErrorCode::unwritable, system_name(name) + " could not be set aside: there is no free name. Move it away.");
}

Status ResultsFolder::write(const std::string &name, std::string_view content)
{
    if (!is_below(folder_, name))
        return fail(ErrorCode::usage, "A report cannot be written to " + clean_text(name) + ": that is outside its folder.");
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(folder_ / name, ignored)) && !is_ours(name)) {
        const auto there = sha256_of_file(folder_ / name);
        if (!there || *there != sha256(content))
            if (const auto moved = move_aside(name); !moved)
                return moved;
    }
    return replace(name, content);
}

Status ResultsFolder::replace(const std::string &name, std::string_view content)
{
    const fs::path file = folder_ / name;
    if (const auto made = make_writable_folder(file.parent_path()); !made)
        return made;
    if (const auto written = write_file(file, content); !written)
        return forward(written);
    known_[name] = sha256(content);
    if (std::find(files_.begin(), files_.end(), file) == files_.end())
        files_.push_back(file);
    return keep_checksums(); // at once: a report that is broken off knows its files the next time
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
    std::string list;
    for (const auto &[name, sum] : known_)
        list += sum + "  " + name + "\n";
    const auto written = write_file(folder_ / kChecksumFile, list);
    return written ? Status() : Status(forward(written));
}

} // namespace ca
