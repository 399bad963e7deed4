// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/database_error.h"

#include "core/base/json.h"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace ca {
namespace {

/// Failures to read and write, told apart by what the system said.
tl::unexpected<Error> io_error(int code, int reason, const std::string &name)
{
    if (reason == ENOSPC || reason == EDQUOT)
        return database_error(SQLITE_FULL, reason, {}, name);
    if (code == SQLITE_IOERR_SHORT_READ)
        return database_error(SQLITE_CORRUPT, 0, "it ends too early", name);
    if (reason == EFBIG)
        return fail(ErrorCode::unwritable,
                    "The study file " + name
                        + " cannot grow: a limit on file sizes is in force here. Raise it and go on; what was recorded is kept.");
    const std::string why = reason == 0 ? std::string() : ": " + std::generic_category().message(reason);
    return fail(ErrorCode::unreadable,
                "The study file " + name + " could not be read or written" + why
                    + ". Check the disk it lies on and go on; what was recorded is kept.");
}

} // namespace

tl::unexpected<Error> database_error(int code, int reason, const std::string &said, const std::filesystem::path &file)
{
    const std::string name = file.string();
    const std::string study = "The study file " + name;
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return fail(ErrorCode::unwritable,
                    study + " cannot be written: the disk is full. Free some space and go on; what was recorded is kept.");
    case SQLITE_IOERR:
        return io_error(code, reason, name);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return fail(ErrorCode::unwritable,
                    study + " may not be changed. Check the permissions of the file and of its folder, or copy the study.");
    case SQLITE_CANTOPEN:
        return fail(ErrorCode::unreadable,
                    study + " cannot be opened" + (reason == 0 ? "" : ": " + std::generic_category().message(reason))
                        + ". Check the permissions of the file and of its folder.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return fail(ErrorCode::unreadable, study + " is held by another program. Close that one, then try again.");
    case SQLITE_NOTADB:
        return fail(ErrorCode::bad_format, study + " is not the file of a study. Choose the folder of another one.");
    case SQLITE_NOMEM:
        return fail(ErrorCode::out_of_memory, "There is too little memory to read " + name + ". Close other programs.");
    case SQLITE_CORRUPT:
    case SQLITE_ERROR: // of statements that are ours: the file has other tables than they name
        return fail(ErrorCode::bad_format,
                    study + " is damaged (" + clean_text(said)
                        + "). Take a copy from before the damage, or begin a new study; files beside it are not touched.");
    default:
        return fail(ErrorCode::failed,
                    study + " refused a change: " + clean_text(said)
                        + ". This is a mistake in the program; please report it with this sentence.");
    }
}

} // namespace ca
