// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/database.h"

#include "core/study/database_error.h"

#include <sqlite3.h>

#include <cerrno>
#include <string_view>

namespace ca {
namespace {

constexpr int kPatience = 5000;             // ms for a lock that another connection holds: a checkpoint, a recovery
constexpr int kLongestValue = 64 << 20;     // bytes; the largest that we write, the answers to a million images, takes 4 MB
constexpr std::int64_t kMostRows = 1 << 20; // of one query; a study has thousands

tl::unexpected<Error> error_of(sqlite3 *connection, int code, const std::filesystem::path &file)
{
    const int reason = sqlite3_system_errno(connection); // which a failed commit leaves 0
    return database_error(code, reason != 0 ? reason : errno, sqlite3_errmsg(connection), file);
}

/// A prepared statement, finalized at its end.
class Statement {
public:
    explicit Statement(sqlite3 *connection) : connection_(connection) { }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement &) = delete;
    Statement &operator=(const Statement &) = delete;

    int prepare(const std::string &sql)
    {
        return sqlite3_prepare_v2(connection_, sql.c_str(), static_cast<int>(sql.size()), &statement_, nullptr);
    }

    /// The values must outlive the statement: text and bytes are not copied.
    int bind(const SqlRow &values)
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (const int code = bind(static_cast<int>(i) + 1, values[i]); code != SQLITE_OK)
                return code;
        return SQLITE_OK;
    }

    int step() { return sqlite3_step(statement_); }

    [[nodiscard]] SqlRow row() const
    {
        SqlRow values;
        for (int i = 0; i < sqlite3_column_count(statement_); ++i)
            values.push_back(value(i));
        return values;
    }

private:
    int bind(int place, const SqlValue &value)
    {
        if (const auto *integer = std::get_if<std::int64_t>(&value))
            return sqlite3_bind_int64(statement_, place, *integer);
        if (const auto *real = std::get_if<double>(&value))
            return sqlite3_bind_double(statement_, place, *real);
        if (const auto *text = std::get_if<std::string>(&value))
            return sqlite3_bind_text64(statement_, place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
        if (const auto *bytes = std::get_if<SqlBytes>(&value)) {
            static constexpr std::uint8_t kNothing = 0; // no bytes are not NULL
            return sqlite3_bind_blob64(statement_, place, bytes->empty() ? &kNothing : bytes->data(), bytes->size(),
                                       SQLITE_STATIC);
        }
        return sqlite3_bind_null(statement_, place);
    }

    [[nodiscard]] SqlValue value(int column) const
    {
        switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(statement_, column));
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement_, column);
        case SQLITE_TEXT:
            return std::string(bytes(column));
        case SQLITE_BLOB: {
            const std::string_view content = bytes(column);
            return SqlBytes(content.begin(), content.end());
        }
        default:
            return {};
        }
    }

    [[nodiscard]] std::string_view bytes(int column) const
    {
        const void *start = sqlite3_column_blob(statement_, column); // before the length, which it may change
        const int length = sqlite3_column_bytes(statement_, column);
        return start ? std::string_view(static_cast<const char *>(start), static_cast<std::size_t>(length)) : std::string_view();
    }

    sqlite3 *connection_;
    sqlite3_stmt *statement_ = nullptr;
};

/// A file name as SQLite's URI: what has a meaning there is written by its number.
std::string uri_of(const std::filesystem::path &file, const std::string &parameters)
{
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::error_code ignored;
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(file, ignored).string()) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '%' || c == '?' || c == '#' || byte < 0x20 || byte > 0x7E)
            uri += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        else
            uri += c;
    }
    return uri + "?" + parameters;
}

void make_safe(sqlite3 *connection)
{
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_busy_timeout(connection, kPatience);
    sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, kLongestValue);
    for (const auto &[option, on] : {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
                                     std::pair(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), std::pair(SQLITE_DBCONFIG_ENABLE_VIEW, 0),
                                     std::pair(SQLITE_DBCONFIG_ENABLE_FKEY, 1)})
        sqlite3_db_config(connection, option, on, nullptr); // an older library without one of them works all the same
}

/// Changes that are not in the file yet, or not undone yet. Without them the file alone is all there is.
bool has_log(const std::filesystem::path &file)
{
    const auto is_filled = [&](const char *end) {
        std::error_code none;
        const auto size = std::filesystem::file_size(file.string() + end, none);
        return !none && size > 0;
    };
    return is_filled("-wal") || is_filled("-journal");
}

} // namespace

std::int64_t integer_of(const SqlValue &value)
{
    const auto *held = std::get_if<std::int64_t>(&value);
    return held ? *held : 0;
}

double real_of(const SqlValue &value)
{
    const auto *held = std::get_if<double>(&value);
    return held ? *held : 0;
}

std::string text_of(const SqlValue &value)
{
    const auto *held = std::get_if<std::string>(&value);
    return held ? *held : std::string();
}

SqlBytes bytes_of(const SqlValue &value)
{
    const auto *held = std::get_if<SqlBytes>(&value);
    return held ? *held : SqlBytes();
}

bool is_null(const SqlValue &value)
{
    return std::holds_alternative<std::monostate>(value);
}

void Database::Close::operator()(sqlite3 *connection) const
{
    sqlite3_close_v2(connection);
}

Result<Database> Database::open(const std::filesystem::path &file, Access access)
{
    std::error_code none;
    if (access != Access::create && !std::filesystem::exists(file, none))
        return fail(ErrorCode::not_found, "There is no study file " + file.string() + ". Check the name of the study's folder.");
    const auto connect = [&](const std::string &name, int flags) -> Result<Database> {
        sqlite3 *connection = nullptr;
        const int code = sqlite3_open_v2(name.c_str(), &connection, flags, nullptr);
        Database database(connection, file);
        if (!connection || code != SQLITE_OK)
            return database_error(connection ? code : SQLITE_NOMEM, connection ? sqlite3_system_errno(connection) : 0,
                                  sqlite3_errstr(code), file);
        make_safe(connection);
        return database;
    };
    if (access != Access::read)
        return connect(file.string(), SQLITE_OPEN_READWRITE | (access == Access::create ? SQLITE_OPEN_CREATE : 0));
    auto database = connect(file.string(), SQLITE_OPEN_READONLY);
    if (!database || database->query("PRAGMA schema_version") || has_log(file))
        return database;
    // Where nothing can be written, SQLite cannot set up what readers and a writer share; where there is no writer it need not.
    auto alone = connect(uri_of(file, "immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    return alone && alone->query("PRAGMA schema_version") ? std::move(alone) : std::move(database);
}

Result<std::vector<SqlRow>> Database::query(const std::string &sql, const SqlRow &values) const
{
    errno = 0;
    Statement statement(connection_.get());
    if (const int code = statement.prepare(sql); code != SQLITE_OK)
        return error_of(connection_.get(), code, file_);
    if (const int code = statement.bind(values); code != SQLITE_OK)
        return error_of(connection_.get(), code, file_);
    std::vector<SqlRow> rows;
    int code = SQLITE_ROW;
    while ((code = statement.step()) == SQLITE_ROW) {
        if (std::ssize(rows) == kMostRows)
            return database_error(SQLITE_CORRUPT, 0, "it has too many rows", file_);
        rows.push_back(statement.row());
    }
    if (code != SQLITE_DONE)
        return error_of(connection_.get(), code, file_);
    return rows;
}

Status Database::execute(const std::string &sql, const SqlRow &values)
{
    const auto rows = query(sql, values);
    return rows ? Status() : Status(forward(rows));
}

Status Database::run_script(const std::string &sql)
{
    errno = 0;
    const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Status() : Status(error_of(connection_.get(), code, file_));
}

std::int64_t Database::changed() const
{
    return sqlite3_changes(connection_.get());
}

Status Database::in_transaction(const char *begin, const std::function<Status()> &work) const
{
    if (sqlite3_get_autocommit(connection_.get()) == 0)
        return work();
    if (const auto begun = query(begin); !begun)
        return forward(begun);
    Status done = work();
    if (done) {
        const auto kept = query("COMMIT");
        if (kept)
            return {};
        done = forward(kept);
    }
    if (sqlite3_get_autocommit(connection_.get()) == 0) // SQLite has not undone it itself, as it does when a disk is full
        static_cast<void>(query("ROLLBACK"));
    return done;
}

Status Database::transaction(const std::function<Status()> &work)
{
    return in_transaction("BEGIN IMMEDIATE", work);
}

Status Database::snapshot(const std::function<Status()> &work) const
{
    return sqlite3_get_autocommit(connection_.get()) == 0 ? work() : in_transaction("BEGIN", work); // within one already
}

Status Database::copy_into(Database &target) const
{
    errno = 0;
    sqlite3_backup *backup = sqlite3_backup_init(target.connection_.get(), "main", connection_.get(), "main");
    if (!backup)
        return error_of(target.connection_.get(), sqlite3_errcode(target.connection_.get()), target.file_);
    const int code = sqlite3_backup_step(backup, -1); // all pages under one read lock
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? Status() : Status(error_of(target.connection_.get(), code, target.file_));
}

Status Database::check() const
{
    const auto rows = query("PRAGMA quick_check(1)");
    if (!rows)
        return forward(rows);
    const std::string found = rows->empty() ? "no answer" : text_of(rows->front().front());
    return found == "ok" ? Status() : Status(database_error(SQLITE_CORRUPT, 0, found, file_));
}

} // namespace ca
