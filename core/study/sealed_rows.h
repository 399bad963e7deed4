// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/database.h"

#include <span>

namespace ca {

/// A table whose rows carry a checksum, in a last column `seal`. SQLite does not notice a bit that changed inside a value.
struct SealedTable {
    const char *name;
    std::span<const char *const> columns; ///< the primary key first, without the seal
};

/// SHA-256 over values, their types and lengths. NULLs at the end are left out, so that a column which a later version adds does
/// not break the seals of rows that have none.
[[nodiscard]] std::string seal_of(std::span<const SqlValue> values);

/// Inserts the row, or puts it in the place of the one with its primary key. SQLite makes NaN NULL, and -0 in a REAL column 0;
/// so does this.
[[nodiscard]] Status put_row(Database &database, const SealedTable &table, SqlRow values);

/// The rows in the order and of the kind that `rest` asks for ("WHERE id = ?1", "ORDER BY number"), without their seals. Errors:
/// `bad_format` where a row is not what was put there.
[[nodiscard]] Result<std::vector<SqlRow>> get_rows(const Database &database, const SealedTable &table, const std::string &rest,
                                                   const SqlRow &values = {});

} // namespace ca
