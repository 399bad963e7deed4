// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/sealed_rows.h"

#include "core/base/sha256.h"

#include <bit>
#include <cmath>

namespace ca {
namespace {

/// The value as text that no other value of its type has.
std::string text_for_seal(const SqlValue &value)
{
    if (const auto *integer = std::get_if<std::int64_t>(&value))
        return std::to_string(*integer);
    if (const auto *real = std::get_if<double>(&value))
        return std::to_string(std::bit_cast<std::uint64_t>(*real));
    if (const auto *bytes = std::get_if<SqlBytes>(&value))
        return {bytes->begin(), bytes->end()};
    return text_of(value);
}

std::string columns_of(const SealedTable &table)
{
    std::string list;
    for (const char *column : table.columns)
        list += std::string(column) + ", ";
    return list + "seal";
}

std::string upsert_into(const SealedTable &table)
{
    std::string places;
    std::string changes;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        places += "?" + std::to_string(i + 1) + ", ";
        changes += std::string(table.columns[i]) + " = excluded." + table.columns[i] + ", ";
    }
    return std::string("INSERT INTO ") + table.name + "(" + columns_of(table) + ") VALUES(" + places + "?"
        + std::to_string(table.columns.size() + 1) + ") ON CONFLICT(" + table.columns.front() + ") DO UPDATE SET " + changes
        + "seal = excluded.seal";
}

} // namespace

std::string seal_of(std::span<const SqlValue> values)
{
    while (!values.empty() && is_null(values.back()))
        values = values.first(values.size() - 1);
    Sha256 hash;
    for (const SqlValue &value : values) {
        const std::string text = text_for_seal(value);
        hash.add(std::to_string(value.index()) + ":" + std::to_string(text.size()) + ":");
        hash.add(text);
    }
    return hash.hex();
}

Status put_row(Database &database, const SealedTable &table, SqlRow values)
{
    for (SqlValue &value : values)
        if (const auto *real = std::get_if<double>(&value))
            value = std::isnan(*real) ? SqlValue() : SqlValue(*real + 0.0);
    values.emplace_back(seal_of(values));
    return database.execute(upsert_into(table), values);
}

Result<std::vector<SqlRow>> get_rows(const Database &database, const SealedTable &table, const std::string &rest,
                                     const SqlRow &values)
{
    auto rows = database.query("SELECT " + columns_of(table) + " FROM " + table.name + " " + rest, values);
    if (!rows)
        return rows;
    for (SqlRow &row : *rows) {
        const std::string seal = text_of(row.back());
        row.pop_back();
        if (seal != seal_of(row))
            return fail(
                ErrorCode::bad_format,
                "The study file " + database.file().string() + " is damaged (a row of its table " + table.name
                    + " is not what was written). Take a copy from before the damage, or begin a new study; files beside it"
                      " are not touched.");
    }
    return rows;
}

} // namespace ca
