// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;

namespace ca {

using SqlBytes = std::vector<std::uint8_t>;
/// What a column holds: nothing (NULL), an integer, a real, text or bytes.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, SqlBytes>;
using SqlRow = std::vector<SqlValue>;

/// The value of a column as this type; empty or 0 where it is of another: tables are STRICT, so that only damage makes it so.
[[nodiscard]] std::int64_t integer_of(const SqlValue &value);
[[nodiscard]] double real_of(const SqlValue &value);
[[nodiscard]] std::string text_of(const SqlValue &value);
[[nodiscard]] SqlBytes bytes_of(const SqlValue &value);
[[nodiscard]] bool is_null(const SqlValue &value);

/// One connection to an SQLite file. For one thread at a time, and not across a fork. Errors are sentences that name the file:
/// `unwritable` (disk full, a limit, no permission), `unreadable` (in use by another program, a disk that fails), `bad_format`
/// (no database, a damaged one, one with other tables), `out_of_memory`, `failed`.
class Database {
public:
    enum class Access {
        read,   ///< changes nothing, also on a disk that cannot be written
        write,  ///< the file is there
        create, ///< is made where it is missing
    };
    /// What a file of unknown origin could make SQLite run (triggers, views) is off. Errors: `not_found`, too.
    [[nodiscard]] static Result<Database> open(const std::filesystem::path &file, Access access);

    /// The rows that one statement gives, its `?1`, `?2` … bound to `values`.
    [[nodiscard]] Result<std::vector<SqlRow>> query(const std::string &sql, const SqlRow &values = {}) const;
    /// One statement without rows, or whose rows do not matter.
    [[nodiscard]] Status execute(const std::string &sql, const SqlRow &values = {});
    /// Statements one after the other, without values.
    [[nodiscard]] Status run_script(const std::string &sql);
    /// Rows that the last statement changed.
    [[nodiscard]] std::int64_t changed() const;

    /// Does `work` whole or not at all: durable when this returns, undone where `work` fails. Within another transaction it is a
    /// part of that one, which an error of `work` must then end.
    [[nodiscard]] Status transaction(const std::function<Status()> &work);
    /// `work` sees the file as it was at its first query, whatever another process writes meanwhile. Within another one it sees
    /// what that one sees.
    [[nodiscard]] Status snapshot(const std::function<Status()> &work) const;

    /// A consistent copy of it all into `target`, also while another process writes.
    [[nodiscard]] Status copy_into(Database &target) const;

    /// What a person does not want to be surprised by later: errors where the file's structure is damaged.
    [[nodiscard]] Status check() const;

    [[nodiscard]] const std::filesystem::path &file() const { return file_; }

private:
    struct Close {
        void operator()(sqlite3 *connection) const;
    };
    Database(sqlite3 *connection, std::filesystem::path file) : connection_(connection), file_(std::move(file)) { }
    [[nodiscard]] Status in_transaction(const char *begin, const std::function<Status()> &work) const;

    std::unique_ptr<sqlite3, Close> connection_;
    std::filesystem::path file_;
};

} // namespace ca
