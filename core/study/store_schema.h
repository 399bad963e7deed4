// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/database.h"

#include <span>

namespace ca {

/// What makes an SQLite file a study's: "CaSt" as a number.
inline constexpr std::int64_t kApplicationId = 0x43615374;

/// The statements that make each version of the tables out of the one before; the first out of nothing. What was published is
/// never changed again: files of every version are out there.
[[nodiscard]] std::span<const char *const> schema_steps();

/// The version of the tables in a file. Errors: `bad_format` for a file that is no study's; `unsupported` for one of a newer
/// program, with more than `newest` versions.
[[nodiscard]] Result<std::size_t> schema_version(const Database &database, std::size_t newest);

/// Brings the tables up to the last of `steps`, each step whole or not at all. Nothing where they are there already. Errors:
/// those of `schema_version`, those of writing.
[[nodiscard]] Status migrate(Database &database, std::span<const char *const> steps);

/// The tables of the newest version in an empty file. Errors: those of writing.
[[nodiscard]] Status make_tables(Database &database);

} // namespace ca
