// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/database.h"
#include "core/study/measurement_record.h"
#include "core/study/study.h"
#include "core/study/study_facts.h"
#include "core/study/study_lock.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// The store of a study, in its folder.
inline constexpr const char *kStoreFile = "study.db";

/// Which of a trial's two measurements.
enum class TrialSplit { selection, holdout };
[[nodiscard]] std::string to_text(TrialSplit split);

/// A file that the study made, known by its content.
struct Artefact {
    std::string kind;           ///< `export`, `layer`, `report`
    std::filesystem::path path; ///< below the study's folder
    std::string sha256;
    Bytes size;
    bool operator==(const Artefact &) const = default;
};

/// A study on disk: one SQLite file with a log beside it. What a call wrote is durable when it returns, whatever happens to the
/// process or the machine then. Any number of processes read, one writes; each sees whole trials. For one thread at a time.
/// Every row carries its checksum, so a bit that changed on disk is an error and not another number. Errors, besides those
/// named: all of Database's; `unwritable` by a store that was opened for reading.
class StudyStore {
public:
    /// Makes `folder` where it is missing. The store is there whole or not at all. Errors: `unwritable` where there is one
    /// already, or another process is making it.
    [[nodiscard]] static Result<StudyStore> create(const std::filesystem::path &folder, const StudyFacts &facts);
    /// Trials that are `running` become `interrupted`: whoever ran them is no more. Older tables are brought up to date. Errors:
    /// `not_found`; `unwritable` where another process writes, which is named; `bad_format` where the file is damaged.
    [[nodiscard]] static Result<StudyStore> open_for_writing(const std::filesystem::path &folder);
    /// Errors: `not_found`, `bad_format`.
    [[nodiscard]] static Result<StudyStore> open_for_reading(const std::filesystem::path &folder);

    [[nodiscard]] const std::filesystem::path &folder() const { return folder_; }

    /// Several changes as one: all of them, or none where `work` gives an error.
    [[nodiscard]] Status transaction(const std::function<Status()> &work) { return database_.transaction(work); }
    /// Several questions about one moment, whatever is written meanwhile.
    [[nodiscard]] Status snapshot(const std::function<Status()> &work) const { return database_.snapshot(work); }

    [[nodiscard]] Result<StudyFacts> facts() const;
    [[nodiscard]] Status set_facts(const StudyFacts &facts);

    /// In their order: by number; then those that a merge brought, by id.
    [[nodiscard]] Result<std::vector<Trial>> trials() const;
    /// Those with this recipe, in that order.
    [[nodiscard]] Result<std::vector<Trial>> trials_of(const std::string &recipe_hash) const;
    /// Errors: `not_found`.
    [[nodiscard]] Result<Trial> trial(const std::string &id) const;
    /// Trials in a state; all of them without one.
    [[nodiscard]] Result<std::size_t> count(std::optional<TrialState> state = {}) const;
    /// All of a trial but its measurements, which `record` brings. `T12` is the twelfth. Errors: `failed` where its id is taken
    /// or its parent unknown.
    [[nodiscard]] Status add_trial(const Trial &trial);
    /// Errors: `not_found`.
    [[nodiscard]] Status update_trial(const Trial &trial);
    /// `update_trial`, and its measurement with what each image was answered, in one transaction. Where the key was measured
    /// before, the two are `joined`. Errors: `not_found`; those of `check` and of `joined`.
    [[nodiscard]] Status record(const Trial &trial, TrialSplit split, const MeasurementRecord &measured);

    /// Nothing where this was never measured.
    [[nodiscard]] Result<std::optional<MeasurementRecord>> find_measurement(const MeasurementKey &key) const;
    /// Errors: `not_found` where there is no such trial.
    [[nodiscard]] Result<std::optional<MeasurementRecord>> measurement_of(const std::string &id, TrialSplit split) const;
    /// `b` against `a`, image by image: what b fixed and broke, and McNemar's test. Errors: `not_found`; `bad_data` where one was
    /// not measured, or on other images.
    [[nodiscard]] Result<PairedComparison> compare(const std::string &a, const std::string &b, TrialSplit split) const;

    /// A table by its kind (`sensitivity`), replaced as a whole.
    [[nodiscard]] Status set_scan(const std::string &kind, const Json &table);
    [[nodiscard]] Result<std::optional<Json>> scan(const std::string &kind) const;

    /// Entries are only ever added.
    [[nodiscard]] Status append_transcript(const Json &entry);
    [[nodiscard]] Result<std::vector<Json>> transcript() const;

    /// After so many evaluations; the last word for a number holds.
    [[nodiscard]] Status log_hypervolume(std::size_t evaluations, double value);
    [[nodiscard]] Result<std::vector<std::pair<std::size_t, double>>> hypervolume() const;

    /// Reads the file, which is complete and synced (write_file). `path` is below the folder. Errors: `usage` for another path;
    /// `not_found`, `unreadable`.
    [[nodiscard]] Status add_artefact(const std::string &kind, const std::filesystem::path &path);
    [[nodiscard]] Result<std::vector<Artefact>> artefacts() const;

    /// The store alone, as it is at this moment, into `folder`, under another name. Errors: as `create`.
    [[nodiscard]] Result<StudyStore> copy_to(const std::filesystem::path &folder, const std::string &name) const;

private:
    StudyStore(std::filesystem::path folder, Database database, std::optional<StudyLock> lock)
        : folder_(std::move(folder)), lock_(std::move(lock)), database_(std::move(database))
    {
    }
    [[nodiscard]] static Result<StudyStore> make(const std::filesystem::path &folder,
                                                 const std::function<Status(Database &)> &fill);
    [[nodiscard]] static Result<StudyStore> open_locked(const std::filesystem::path &folder, StudyLock lock);
    [[nodiscard]] Status interrupt_running();
    [[nodiscard]] Status set_document(const std::string &name, const Json &json);
    [[nodiscard]] Result<std::optional<Json>> document(const std::string &name) const;
    [[nodiscard]] Result<SqlRow> trial_row(const std::string &id) const;
    [[nodiscard]] Result<std::vector<Trial>> trials_where(const std::string &condition, const SqlRow &values) const;
    [[nodiscard]] Result<Trial> trial_of(const SqlRow &row) const;
    [[nodiscard]] Result<std::optional<MeasurementRecord>> measurement(const std::string &key) const;
    [[nodiscard]] Result<std::string> add_measurement(const MeasurementRecord &measured);

    std::filesystem::path folder_;
    std::optional<StudyLock> lock_; // given up after the database is closed
    Database database_;
};

} // namespace ca
