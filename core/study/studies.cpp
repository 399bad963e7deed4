// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/studies.h"

#include "core/base/atomic_file.h"
#include "core/base/checksums.h"
#include "core/base/sha256.h"
#include "core/study/artefact_path.h"
#include "core/study/store.h"
#include "core/study/store_schema.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

namespace fs = std::filesystem;

// What a study writes beside its store without recording it, by DESIGN.md section 8.
constexpr std::array kResults{"study.json", "trials.csv", "pareto.svg", "pareto.png"};
constexpr std::size_t kLargestList = 16U << 20U; // bytes of checksums
// After all else, so that a removal that was broken off can be repeated.
constexpr std::array kStoreFiles{"study.db", "study.db-wal", "study.db-shm", "study.db-journal", ".study.db.part", kLockFile};

fs::path name_of(const fs::path &folder)
{
    return folder.has_filename() ? folder.filename() : folder.parent_path().filename();
}

std::chrono::system_clock::time_point last_change(const fs::path &folder)
{
    std::chrono::system_clock::time_point last;
    for (const char *name : {"study.db", "study.db-wal"}) {
        std::error_code none;
        const auto time = std::chrono::file_clock::to_sys(fs::last_write_time(folder / name, none));
        if (!none)
            last = std::max(last, std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
    }
    return last;
}

Status read_into(StudySummary &summary)
{
    const auto store = StudyStore::open_for_reading(summary.folder);
    if (!store)
        return forward(store);
    return store->snapshot([&]() -> Status {
        const auto facts = store->facts();
        if (!facts)
            return forward(facts);
        const auto trials = store->count();
        if (!trials)
            return forward(trials);
        const auto done = store->count(TrialState::done);
        if (!done)
            return forward(done);
        summary.name = facts->name;
        summary.model = facts->model_name;
        summary.data = facts->data_name;
        summary.trials = *trials;
        summary.done = *done;
        return {};
    });
}

StudySummary summary_of(const fs::path &folder)
{
    StudySummary summary;
    summary.folder = folder;
    summary.name = name_of(folder).string();
    summary.changed = last_change(folder);
    summary.writer = StudyLock::holder(folder);
    if (const auto read = read_into(summary); !read)
        summary.problem = read.error();
    return summary;
}

tl::unexpected<Error> not_copied(const fs::path &file, const std::error_code &reason)
{
    return fail(ErrorCode::unwritable,
                "The file " + file.string() + " could not be copied: " + reason.message()
                    + ". Free some space, or choose another place.");
}

Status copy_artefact(const fs::path &from, const fs::path &to, const fs::path &path)
{
    std::error_code reason;
    if (!is_below(from, path) || !fs::is_regular_file(fs::symlink_status(from / path, reason)))
        return {}; // it is not there in the study either
    fs::create_directories((to / path).parent_path(), reason);
    if (!reason)
        fs::copy_file(from / path, to / path, fs::copy_options::overwrite_existing, reason);
    return reason ? Status(not_copied(from / path, reason)) : Status();
}

Status copy_artefacts(const StudyStore &copy, const fs::path &from)
{
    const auto artefacts = copy.artefacts();
    if (!artefacts)
        return forward(artefacts);
    for (const Artefact &artefact : *artefacts)
        if (const auto copied = copy_artefact(from, copy.folder(), artefact.path); !copied)
            return copied;
    return {};
}

tl::unexpected<Error> no_study(const fs::path &folder)
{
    return fail(ErrorCode::not_found,
                "The folder " + folder.string() + " holds no study, so nothing in it was removed. Check its name.");
}

/// A store that this program made, damaged or not: it is known by its tables, or by the lock beside it.
bool holds_store(const fs::path &folder)
{
    std::error_code none;
    if (!fs::is_regular_file(fs::symlink_status(folder / kStoreFile, none)))
        return false;
    if (fs::exists(folder / kLockFile, none))
        return true;
    const auto database = Database::open(folder / kStoreFile, Database::Access::read);
    return database && schema_version(*database, schema_steps().size());
}

Status remove_file(const fs::path &file)
{
    std::error_code reason;
    if (fs::is_directory(fs::symlink_status(file, reason))) // not one of ours, whatever its name
        return {};
    fs::remove(file, reason);
    return !reason ? Status()
                   : Status(fail(ErrorCode::unwritable,
                                 "The file " + file.string() + " could not be removed: " + reason.message()
                                     + ". Check the permissions of its folder, then remove the study again."));
}

/// What reports wrote, as far as it is as they left it, and the list of it.
void add_reports(std::vector<fs::path> &files, const fs::path &folder)
{
    const auto list = read_file(folder / kChecksumFile, kLargestList);
    if (!list)
        return;
    for (const auto &[name, checksum] : read_checksums(*list)) {
        const auto sum = is_below(folder, name) ? sha256_of_file(folder / name) : Result<std::string>();
        if (sum && *sum == checksum)
            files.emplace_back(name);
    }
    files.emplace_back(kChecksumFile);
}

/// The files that the study wrote, without its store.
std::vector<fs::path> written_by(const fs::path &folder)
{
    std::vector<fs::path> files(kResults.begin(), kResults.end());
    add_reports(files, folder);
    const auto store = StudyStore::open_for_reading(folder);
    const auto artefacts = store ? store->artefacts() : Result<std::vector<Artefact>>();
    if (artefacts) // else it is damaged, and what it made stays
        for (const Artefact &artefact : *artefacts)
            if (is_below(folder, artefact.path))
                files.push_back(artefact.path);
    return files;
}

void remove_empty_folders(const fs::path &folder, const std::vector<fs::path> &files)
{
    std::error_code not_empty;
    for (const fs::path &file : files)
        for (fs::path inner = file.parent_path(); !inner.empty(); inner = inner.parent_path())
            fs::remove(folder / inner, not_empty);
    fs::remove(folder, not_empty);
}

std::vector<fs::path> names_in(const fs::path &folder)
{
    std::vector<fs::path> names;
    std::error_code none;
    for (fs::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none))
        names.push_back(entry->path());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

Result<std::vector<StudySummary>> list_studies(const fs::path &parent)
{
    std::error_code reason;
    if (!fs::exists(parent, reason))
        return fail(ErrorCode::not_found, "There is no folder " + parent.string() + ". Check its name.");
    std::vector<StudySummary> studies;
    fs::directory_iterator entry(parent, reason);
    for (; !reason && entry != fs::directory_iterator(); entry.increment(reason)) {
        std::error_code none;
        if (fs::is_regular_file(entry->path() / kStoreFile, none))
            studies.push_back(summary_of(entry->path()));
    }
    if (reason)
        return fail(ErrorCode::unreadable,
                    "The folder " + parent.string() + " cannot be read: " + reason.message() + ". Check its permissions.");
    std::sort(studies.begin(), studies.end(), [](const StudySummary &a, const StudySummary &b) {
        return a.changed != b.changed ? a.changed > b.changed : a.folder < b.folder;
    });
    return studies;
}

Status copy_study(const fs::path &from, const fs::path &to)
{
    const auto study = StudyStore::open_for_reading(from);
    if (!study)
        return forward(study);
    Status copied;
    {
        const auto copy = study->copy_to(to, name_of(to).string());
        if (!copy)
            return forward(copy);
        copied = copy_artefacts(*copy, from);
    }
    if (!copied)
        static_cast<void>(remove_study(to));
    return copied;
}

Result<std::vector<fs::path>> remove_study(const fs::path &folder)
{
    if (!holds_store(folder))
        return no_study(folder);
    const auto lock = StudyLock::take(folder);
    if (!lock)
        return forward(lock);
    const std::vector<fs::path> files = written_by(folder);
    for (const fs::path &file : files)
        if (const auto removed = remove_file(folder / file); !removed)
            return forward(removed);
    for (const char *file : kStoreFiles)
        if (const auto removed = remove_file(folder / file); !removed)
            return forward(removed);
    remove_empty_folders(folder, files);
    return names_in(folder);
}

} // namespace ca
