// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/store.h"
#include "core/study/store_tables.h"

#include <algorithm>
#include <charconv>

namespace ca {
namespace {

// Of kTrialColumns.
constexpr std::size_t kNumber = 1;
constexpr std::size_t kState = 11;
constexpr std::size_t kError = 14;

/// The number in `T12`; none in other ids.
SqlValue number_of(const std::string &id)
{
    std::int64_t number = 0;
    const char *end = id.data() + id.size();
    const bool numbered = id.size() > 1 && id[0] == 'T' && id[1] >= '1' && id[1] <= '9'
        && std::from_chars(id.data() + 1, end, number) == std::from_chars_result{end, std::errc()};
    return numbered ? SqlValue(number) : SqlValue();
}

template <typename Enum>
std::optional<Enum> from_text(const std::string &text, std::initializer_list<Enum> all)
{
    const auto *found = std::find_if(all.begin(), all.end(), [&](Enum one) { return to_text(one) == text; });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<TrialState> state_from(const std::string &text)
{
    return from_text(text,
                     {TrialState::queued, TrialState::running, TrialState::done, TrialState::failed, TrialState::cancelled,
                      TrialState::interrupted});
}

std::optional<TrialOrigin> origin_from(const std::string &text)
{
    return from_text(text, {TrialOrigin::baseline, TrialOrigin::planner, TrialOrigin::advisor, TrialOrigin::user});
}

SqlValue or_null_value(const std::optional<double> &value)
{
    return value ? SqlValue(*value) : SqlValue();
}

/// Without measurements.
SqlRow row_of(const Trial &trial)
{
    return {trial.id,
            number_of(trial.id),
            trial.parent ? SqlValue(*trial.parent) : SqlValue(),
            to_text(trial.origin),
            trial.method,
            trial.name,
            trial.reason,
            canonical(to_json(trial.recipe)),
            trial.recipe_hash,
            trial.predicted_bytes.value,
            or_null_value(trial.predicted_drop),
            to_text(trial.state),
            std::int64_t{trial.on_front ? 1 : 0},
            trial.seconds,
            trial.error,
            SqlValue(),
            SqlValue()};
}

tl::unexpected<Error> no_trial(const std::string &id)
{
    return fail(ErrorCode::not_found, "The study has no trial " + clean_text(id) + ". Name one that its list of trials shows.");
}

tl::unexpected<Error> unknown_word(const std::string &word)
{
    return fail(ErrorCode::bad_format,
                "The study has a trial of the kind \"" + clean_text(word) + "\", which this program does not know.");
}

Result<Recipe> recipe_in(const SqlValue &text)
{
    const auto json = parse_json(text_of(text), "A recipe in the study");
    return json ? recipe_from_json(*json) : Result<Recipe>(forward(json));
}

} // namespace

std::string to_text(TrialSplit split)
{
    return split == TrialSplit::selection ? "selection" : "holdout";
}

Status StudyStore::interrupt_running()
{
    return database_.transaction([&]() -> Status {
        auto rows = get_rows(database_, kTrials, "WHERE state = ?1", {to_text(TrialState::running)});
        if (!rows)
            return forward(rows);
        for (SqlRow &row : *rows) {
            row[kState] = to_text(TrialState::interrupted);
            row[kError] = "The program ended while the trial ran.";
            if (const auto put = put_row(database_, kTrials, std::move(row)); !put)
                return put;
        }
        return {};
    });
}

Result<SqlRow> StudyStore::trial_row(const std::string &id) const
{
    auto rows = get_rows(database_, kTrials, "WHERE id = ?1", {id});
    if (!rows)
        return forward(rows);
    if (rows->empty())
        return no_trial(id);
    return std::move(rows->front());
}

Result<Trial> StudyStore::trial_of(const SqlRow &row) const
{
    const auto origin = origin_from(text_of(row[3]));
    const auto state = state_from(text_of(row[kState]));
    if (!origin || !state)
        return unknown_word(text_of(origin ? row[kState] : row[3]));
    auto recipe = recipe_in(row[7]);
    if (!recipe)
        return forward(recipe);
    Trial trial;
    trial.id = text_of(row[0]);
    if (!is_null(row[2]))
        trial.parent = text_of(row[2]);
    trial.origin = *origin;
    trial.method = text_of(row[4]);
    trial.name = text_of(row[5]);
    trial.reason = text_of(row[6]);
    trial.recipe = std::move(*recipe);
    trial.recipe_hash = text_of(row[8]);
    trial.predicted_bytes = bytes(integer_of(row[9]));
    if (!is_null(row[10]))
        trial.predicted_drop = real_of(row[10]);
    trial.state = *state;
    trial.on_front = integer_of(row[12]) != 0;
    trial.seconds = real_of(row[13]);
    trial.error = text_of(row[kError]);
    for (const TrialSplit split : {TrialSplit::selection, TrialSplit::holdout}) {
        if (is_null(row[trial_column(split)]))
            continue;
        auto record = measurement(text_of(row[trial_column(split)]));
        if (!record)
            return forward(record);
        if (!*record)
            return fail(ErrorCode::bad_format,
                        "The study file " + database_.file().string() + " is damaged (a measurement of the trial " + trial.id
                            + " is missing). Take a copy from before the damage, or begin a new study.");
        (split == TrialSplit::selection ? trial.selection : trial.holdout) = std::move((*record)->measurement);
    }
    return trial;
}

Result<std::vector<Trial>> StudyStore::trials_where(const std::string &condition, const SqlRow &values) const
{
    std::vector<Trial> trials;
    const auto read = snapshot([&]() -> Status {
        const auto rows = get_rows(database_, kTrials, condition + " ORDER BY number IS NULL, number, id", values);
        if (!rows)
            return forward(rows);
        for (const SqlRow &row : *rows) {
            auto trial = trial_of(row);
            if (!trial)
                return forward(trial);
            trials.push_back(std::move(*trial));
        }
        return {};
    });
    if (!read)
        return forward(read);
    return trials;
}

Result<std::vector<Trial>> StudyStore::trials() const
{
    return trials_where("", {});
}

Result<std::vector<Trial>> StudyStore::trials_of(const std::string &recipe_hash) const
{
    return trials_where("WHERE recipe_hash = ?1", {recipe_hash});
}

Result<Trial> StudyStore::trial(const std::string &id) const
{
    Result<Trial> trial = no_trial(id);
    const auto read = snapshot([&]() -> Status {
        const auto row = trial_row(id);
        trial = row ? trial_of(*row) : Result<Trial>(forward(row));
        return trial ? Status() : Status(forward(trial));
    });
    return read ? std::move(trial) : Result<Trial>(forward(read));
}

Result<std::size_t> StudyStore::count(std::optional<TrialState> state) const
{
    const std::string all = "SELECT count(*) FROM trials";
    const auto rows = state ? database_.query(all + " WHERE state = ?1", {to_text(*state)}) : database_.query(all);
    if (!rows)
        return forward(rows);
    return static_cast<std::size_t>(integer_of(rows->front().front()));
}

Status StudyStore::add_trial(const Trial &trial)
{
    return database_.transaction([&]() -> Status {
        const auto row = trial_row(trial.id);
        if (row)
            return fail(ErrorCode::failed, "The study has a trial " + trial.id + " already. Give the new one the next number.");
        if (row.error().code != ErrorCode::not_found)
            return forward(row);
        return put_row(database_, kTrials, row_of(trial));
    });
}

Status StudyStore::update_trial(const Trial &trial)
{
    return database_.transaction([&]() -> Status {
        const auto old = trial_row(trial.id);
        if (!old)
            return forward(old);
        SqlRow row = row_of(trial);
        for (const TrialSplit split : {TrialSplit::selection, TrialSplit::holdout})
            row[trial_column(split)] = (*old)[trial_column(split)];
        return put_row(database_, kTrials, std::move(row));
    });
}

Status StudyStore::record(const Trial &trial, TrialSplit split, const MeasurementRecord &measured)
{
    if (const auto sound = check(measured); !sound)
        return sound;
    return database_.transaction([&]() -> Status {
        if (const auto updated = update_trial(trial); !updated)
            return updated;
        const auto key = add_measurement(measured);
        if (!key)
            return forward(key);
        auto row = trial_row(trial.id);
        if (!row)
            return forward(row);
        (*row)[trial_column(split)] = *key;
        return put_row(database_, kTrials, std::move(*row));
    });
}

} // namespace ca
