// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/store.h"

#include "core/base/atomic_file.h"
#include "core/base/sha256.h"
#include "core/study/artefact_path.h"
#include "core/study/store_schema.h"
#include "core/study/store_tables.h"

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr const char *kUnfinished = ".study.db.part"; // until all of it is there
constexpr const char *kFacts = "facts";
constexpr const char *kScan = "scan:"; // before the kind

/// What SQLite keeps beside a file, of a file that is no more: another of that name would take it for its own.
void remove_traces(const fs::path &file)
{
    std::error_code none;
    for (const char *end : {"-journal", "-wal", "-shm"})
        fs::remove(file.string() + end, none);
}

void remove_unfinished(const fs::path &folder)
{
    std::error_code none;
    fs::remove(folder / kUnfinished, none);
    remove_traces(folder / kUnfinished);
}

/// The file that `fill` makes, closed again.
Status make_file(const fs::path &file, const std::function<Status(Database &)> &fill)
{
    auto database = Database::open(file, Database::Access::create);
    if (!database)
        return forward(database);
    // Whoever is killed here leaves a file under a name that nobody reads, so nothing needs undoing.
    if (const auto set = database->execute("PRAGMA journal_mode = MEMORY"); !set)
        return set;
    return fill(*database);
}

Status put_document(Database &database, const std::string &name, const Json &json)
{
    return put_row(database, kDocuments, {name, canonical(json)});
}

Result<Json> json_of(const SqlValue &value, const Database &database)
{
    return parse_json(text_of(value), "A part of the study file " + database.file().string());
}

} // namespace

Result<StudyStore> StudyStore::make(const fs::path &folder, const std::function<Status(Database &)> &fill)
{
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    auto lock = StudyLock::take(folder);
    if (!lock)
        return forward(lock);
    std::error_code reason;
    if (fs::exists(folder / kStoreFile, reason))
        return fail(ErrorCode::unwritable,
                    "The folder " + folder.string() + " holds a study already. Go on with that one, or choose another name.");
    remove_unfinished(folder);
    remove_traces(folder / kStoreFile);
    const auto made = make_file(folder / kUnfinished, fill);
    if (made)
        fs::rename(folder / kUnfinished, folder / kStoreFile, reason);
    remove_unfinished(folder);
    if (!made) {
        std::error_code none;
        fs::remove(folder / kLockFile, none); // there is nothing to lock
        return forward(made);
    }
    if (reason)
        return fail(ErrorCode::unwritable,
                    "The study file in " + folder.string() + " could not be put in its place: " + reason.message()
                        + ". Choose another folder.");
    return open_locked(folder, std::move(*lock));
}

Result<StudyStore> StudyStore::create(const fs::path &folder, const StudyFacts &facts)
{
    return make(folder, [&](Database &database) {
        return database.transaction([&]() -> Status {
            if (const auto made = make_tables(database); !made)
                return made;
            return put_document(database, kFacts, to_json(facts));
        });
    });
}

Result<StudyStore> StudyStore::open_for_writing(const fs::path &folder)
{
    std::error_code none;
    if (!fs::exists(folder / kStoreFile, none)) // no lock file where there is no study
        return fail(ErrorCode::not_found, "There is no study in " + folder.string() + ". Check the name of its folder.");
    auto lock = StudyLock::take(folder);
    if (!lock)
        return forward(lock);
    return open_locked(folder, std::move(*lock));
}

Result<StudyStore> StudyStore::open_locked(const fs::path &folder, StudyLock lock)
{
    auto database = Database::open(folder / kStoreFile, Database::Access::write);
    if (!database)
        return forward(database);
    if (const auto version = schema_version(*database, schema_steps().size()); !version)
        return forward(version);
    if (const auto sound = database->check(); !sound)
        return forward(sound);
    for (const char *setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"})
        if (const auto set = database->execute(setting); !set)
            return forward(set);
    if (const auto current = migrate(*database, schema_steps()); !current)
        return forward(current);
    StudyStore store(folder, std::move(*database), std::move(lock));
    if (const auto interrupted = store.interrupt_running(); !interrupted)
        return forward(interrupted);
    return store;
}

Result<StudyStore> StudyStore::open_for_reading(const fs::path &folder)
{
    std::error_code none;
    if (!fs::exists(folder / kStoreFile, none))
        return fail(ErrorCode::not_found, "There is no study in " + folder.string() + ". Check the name of its folder.");
    auto database = Database::open(folder / kStoreFile, Database::Access::read);
    auto version = database ? schema_version(*database, schema_steps().size()) : Result<std::size_t>(forward(database));
    // A change that was broken off is undone by who may write, and older tables are brought up to date.
    if (version ? *version < schema_steps().size() : version.error().code == ErrorCode::unwritable) {
        if (const auto mended = open_for_writing(folder); !mended)
            return forward(mended);
        database = Database::open(folder / kStoreFile, Database::Access::read);
        version = database ? schema_version(*database, schema_steps().size()) : Result<std::size_t>(forward(database));
    }
    if (!version)
        return forward(version);
    if (const auto sound = database->check(); !sound)
        return forward(sound);
    return StudyStore(folder, std::move(*database), std::nullopt);
}

Result<StudyStore> StudyStore::copy_to(const fs::path &folder, const std::string &name) const
{
    auto copy = make(folder, [&](Database &target) { return database_.copy_into(target); });
    if (!copy)
        return copy;
    auto facts = copy->facts();
    if (!facts)
        return forward(facts);
    facts->name = name;
    if (const auto named = copy->set_facts(*facts); !named)
        return forward(named);
    return copy;
}

Status StudyStore::set_document(const std::string &name, const Json &json)
{
    return put_document(database_, name, json);
}

Result<std::optional<Json>> StudyStore::document(const std::string &name) const
{
    const auto rows = get_rows(database_, kDocuments, "WHERE name = ?1", {name});
    if (!rows)
        return forward(rows);
    if (rows->empty())
        return std::nullopt;
    auto json = json_of(rows->front()[1], database_);
    if (!json)
        return forward(json);
    return std::optional(std::move(*json));
}

Result<StudyFacts> StudyStore::facts() const
{
    const auto json = document(kFacts);
    if (!json)
        return forward(json);
    return study_facts_from_json(json->value_or(Json()));
}

Status StudyStore::set_facts(const StudyFacts &facts)
{
    return set_document(kFacts, to_json(facts));
}

Status StudyStore::set_scan(const std::string &kind, const Json &table)
{
    return set_document(kScan + kind, table);
}

Result<std::optional<Json>> StudyStore::scan(const std::string &kind) const
{
    return document(kScan + kind);
}

Status StudyStore::append_transcript(const Json &entry)
{
    return database_.transaction([&]() -> Status {
        const auto next = database_.query("SELECT coalesce(max(number), 0) + 1 FROM transcript");
        if (!next)
            return forward(next);
        return put_row(database_, kTranscript, {next->front().front(), canonical(entry)});
    });
}

Result<std::vector<Json>> StudyStore::transcript() const
{
    const auto rows = get_rows(database_, kTranscript, "ORDER BY number");
    if (!rows)
        return forward(rows);
    std::vector<Json> entries;
    for (const SqlRow &row : *rows) {
        auto entry = json_of(row[1], database_);
        if (!entry)
            return forward(entry);
        entries.push_back(std::move(*entry));
    }
    return entries;
}

Status StudyStore::log_hypervolume(std::size_t evaluations, double value)
{
    return put_row(database_, kHypervolume, {static_cast<std::int64_t>(evaluations), value});
}

Result<std::vector<std::pair<std::size_t, double>>> StudyStore::hypervolume() const
{
    const auto rows = get_rows(database_, kHypervolume, "ORDER BY evaluations");
    if (!rows)
        return forward(rows);
    std::vector<std::pair<std::size_t, double>> log;
    for (const SqlRow &row : *rows)
        log.emplace_back(static_cast<std::size_t>(integer_of(row[0])), real_of(row[1]));
    return log;
}

Status StudyStore::add_artefact(const std::string &kind, const fs::path &path)
{
    if (!is_below(folder_, path))
        return fail(ErrorCode::usage,
                    "The file " + path.string() + " does not lie in the study's folder " + folder_.string()
                        + ". A study names its own files alone.");
    const auto hash = sha256_of_file(folder_ / path);
    if (!hash)
        return forward(hash);
    std::error_code reason;
    const auto size = fs::file_size(folder_ / path, reason);
    if (reason)
        return fail(ErrorCode::unreadable,
                    "The file " + (folder_ / path).string() + " cannot be read: " + reason.message() + ".");
    return put_row(database_, kArtefacts, {path.generic_string(), kind, *hash, static_cast<std::int64_t>(size)});
}

Result<std::vector<Artefact>> StudyStore::artefacts() const
{
    const auto rows = get_rows(database_, kArtefacts, "ORDER BY path");
    if (!rows)
        return forward(rows);
    std::vector<Artefact> artefacts;
    for (const SqlRow &row : *rows)
        artefacts.push_back({text_of(row[1]), text_of(row[0]), text_of(row[2]), bytes(integer_of(row[3]))});
    return artefacts;
}

} // namespace ca
