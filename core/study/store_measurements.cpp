// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/measurement_json.h"
#include "core/study/store.h"
#include "core/study/store_tables.h"

#include <algorithm>
#include <bit>

namespace ca {
namespace {

SqlRow row_of(const std::string &key, const MeasurementRecord &record)
{
    const MeasurementKey &parts = record.key;
    return {key,
            parts.model,
            parts.recipe,
            parts.data,
            parts.split,
            std::bit_cast<std::int64_t>(parts.seed),
            parts.program,
            canonical(Json(to_json(record.measurement))),
            pack_flags(record.measurement.accuracy.right),
            pack_answers(record.answers)};
}

Result<MeasurementRecord> record_of(const SqlRow &row)
{
    const auto json = parse_json(text_of(row[7]), "A measurement in the study");
    if (!json)
        return forward(json);
    auto measured = measurement_from_json(*json);
    if (!measured)
        return forward(measured);
    auto flags = unpack_flags(bytes_of(row[8]), static_cast<std::size_t>(measured->accuracy.n + measured->accuracy.unread));
    if (!flags)
        return forward(flags);
    auto answers = unpack_answers(bytes_of(row[9]));
    if (!answers)
        return forward(answers);
    MeasurementRecord record;
    record.key = {
        text_of(row[1]), text_of(row[2]), text_of(row[3]), text_of(row[4]), std::bit_cast<std::uint64_t>(integer_of(row[5])),
        text_of(row[6])};
    record.measurement = std::move(*measured);
    record.measurement.accuracy.right = std::move(*flags);
    record.answers = std::move(*answers);
    if (const auto sound = check(record); !sound)
        return forward(sound);
    return record;
}

} // namespace

/// Its key.
Result<std::string> StudyStore::add_measurement(const MeasurementRecord &measured)
{
    const std::string key = hash(measured.key);
    const auto known = measurement(key);
    if (!known)
        return forward(known);
    const auto one = *known ? joined(**known, measured) : Result<MeasurementRecord>(measured);
    if (!one)
        return forward(one);
    if (const auto put = put_row(database_, kMeasurements, row_of(key, *one)); !put)
        return forward(put);
    return key;
}

Result<std::optional<MeasurementRecord>> StudyStore::measurement(const std::string &key) const
{
    const auto rows = get_rows(database_, kMeasurements, "WHERE key = ?1", {key});
    if (!rows)
        return forward(rows);
    if (rows->empty())
        return std::nullopt;
    auto record = record_of(rows->front());
    if (!record)
        return forward(record);
    return std::optional(std::move(*record));
}

Result<std::optional<MeasurementRecord>> StudyStore::find_measurement(const MeasurementKey &key) const
{
    return measurement(hash(key));
}

Result<std::optional<MeasurementRecord>> StudyStore::measurement_of(const std::string &id, TrialSplit split) const
{
    const auto row = trial_row(id);
    if (!row)
        return forward(row);
    const SqlValue &key = (*row)[trial_column(split)];
    return is_null(key) ? Result<std::optional<MeasurementRecord>>(std::nullopt) : measurement(text_of(key));
}

Result<PairedComparison> StudyStore::compare(const std::string &a, const std::string &b, TrialSplit split) const
{
    const auto one = measurement_of(a, split);
    if (!one)
        return forward(one);
    const auto other = measurement_of(b, split);
    if (!other)
        return forward(other);
    if (!*one || !*other)
        return fail(ErrorCode::bad_data,
                    "The trial " + (*one ? b : a) + " was not measured on " + to_text(split) + ". Choose one that was.");
    const Accuracy &before = (*one)->measurement.accuracy;
    const Accuracy &after = (*other)->measurement.accuracy;
    if ((*one)->key.split != (*other)->key.split || (*one)->key.data != (*other)->key.data
        || before.right.size() != after.right.size())
        return fail(ErrorCode::bad_data,
                    "The trials " + a + " and " + b + " were measured on different images of " + to_text(split)
                        + ", so they cannot be compared image by image. Measure one of them again.");
    return compare_paired(before.right, after.right, std::max(before.unread, after.unread));
}

} // namespace ca
