// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/store_schema.h"

#include <array>

namespace ca {
namespace {

// `seal`: sealed_rows.h, over all other columns of the row.
constexpr const char *kVersion1 = R"sql(
CREATE TABLE documents(          -- facts, scans
    name TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE measurements(
    key TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the six that follow
    model TEXT NOT NULL,
    recipe TEXT NOT NULL,
    data TEXT NOT NULL,
    split TEXT NOT NULL,
    seed INTEGER NOT NULL,         -- the 64 bits, signed
    program TEXT NOT NULL,
    json TEXT NOT NULL,
    flags BLOB NOT NULL,           -- right or wrong, a bit for each image
    answers BLOB NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE trials(
    id TEXT NOT NULL PRIMARY KEY,
    number INTEGER UNIQUE,         -- the order; NULL for those that came by a merge, which have none
    parent TEXT REFERENCES trials(id),
    origin TEXT NOT NULL,
    method TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    recipe TEXT NOT NULL,
    recipe_hash TEXT NOT NULL,
    predicted_bytes INTEGER NOT NULL,
    predicted_drop REAL,
    state TEXT NOT NULL,
    on_front INTEGER NOT NULL,
    seconds REAL NOT NULL,
    error TEXT NOT NULL,
    selection TEXT REFERENCES measurements(key),
    holdout TEXT REFERENCES measurements(key),
    seal TEXT NOT NULL) STRICT;
CREATE INDEX trials_by_recipe ON trials(recipe_hash);
CREATE TABLE transcript(
    number INTEGER PRIMARY KEY,
    json TEXT NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE hypervolume(
    evaluations INTEGER PRIMARY KEY,
    value REAL NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE TABLE artefacts(
    path TEXT NOT NULL PRIMARY KEY, -- below the study's folder
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    seal TEXT NOT NULL) STRICT;
CREATE INDEX artefacts_by_content ON artefacts(sha256);
)sql";

constexpr std::array kSteps{kVersion1};

Result<std::int64_t> pragma(const Database &database, const char *name)
{
    const auto rows = database.query(std::string("PRAGMA ") + name);
    if (!rows)
        return forward(rows);
    return rows->empty() ? 0 : integer_of(rows->front().front());
}

/// Makes the version after `version`.
Status take_step(Database &database, std::size_t version, const char *step)
{
    return database.transaction([&]() -> Status {
        if (const auto changed = database.run_script(step); !changed)
            return changed;
        return database.execute("PRAGMA user_version = " + std::to_string(version + 1));
    });
}

} // namespace

std::span<const char *const> schema_steps()
{
    return kSteps;
}

Result<std::size_t> schema_version(const Database &database, std::size_t newest)
{
    const auto id = pragma(database, "application_id");
    if (!id)
        return forward(id);
    const auto version = pragma(database, "user_version");
    if (!version)
        return forward(version);
    if (*id != kApplicationId || *version < 1)
        return fail(ErrorCode::bad_format,
                    "The file " + database.file().string() + " is not the file of a study. Choose the folder of another one.");
    if (static_cast<std::size_t>(*version) > newest)
        return fail(ErrorCode::unsupported,
                    "The study file " + database.file().string()
                        + " was written by a newer version of this program (its tables are version " + std::to_string(*version)
                        + ", and this one knows up to " + std::to_string(newest) + "). Open it with that version.");
    return static_cast<std::size_t>(*version);
}

Status migrate(Database &database, std::span<const char *const> steps)
{
    const auto version = schema_version(database, steps.size());
    if (!version)
        return forward(version);
    for (std::size_t next = *version; next < steps.size(); ++next)
        if (const auto taken = take_step(database, next, steps[next]); !taken)
            return taken;
    return {};
}

Status make_tables(Database &database)
{
    return database.transaction([&]() -> Status {
        if (const auto marked = database.execute("PRAGMA application_id = " + std::to_string(kApplicationId)); !marked)
            return marked;
        for (std::size_t i = 0; i < kSteps.size(); ++i)
            if (const auto taken = take_step(database, i, kSteps.at(i)); !taken)
                return taken;
        return {};
    });
}

} // namespace ca
