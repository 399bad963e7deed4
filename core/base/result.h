// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace ca {

/// What kind of thing went wrong; decides the exit code of the command line.
enum class ErrorCode {
    cancelled,     ///< a stop was requested; what was finished is kept
    usage,         ///< an argument or option that makes no sense
    not_found,     ///< a file or folder that is not there
    unreadable,    ///< it is there, and reading it failed
    unwritable,    ///< writing failed: permission, full disk, a limit on size
    bad_format,    ///< a file that is not what its name or header says
    bad_data,      ///< a data set that does not fit the model or the task
    unsafe,        ///< refused because opening it could do more than compute
    unsupported,   ///< understood, and not possible in this program or on this machine
    constraint,    ///< a constraint of the user that cannot be reached
    out_of_memory, ///< an allocation that the machine refused
    failed,        ///< a computation that failed, with the reason in the sentence
};

/// One sentence for a person: what happened, to what, and what to do about it.
struct Error {
    ErrorCode code = ErrorCode::failed;
    std::string sentence;
    std::shared_ptr<const Error> cause; ///< what lies beneath, null at the root

    /// The sentence followed by those of its causes, in one line.
    [[nodiscard]] std::string text() const;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, std::string sentence);
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, std::string sentence, Error cause);
[[nodiscard]] tl::unexpected<Error> cancelled();

/// Hands the error of one result on as another's.
template <typename T>
[[nodiscard]] tl::unexpected<Error> forward(const Result<T> &result)
{
    return tl::unexpected<Error>(result.error());
}

/// The exit code that the command line contract gives to a kind of error: 1, 2, 3, 4 or 130.
[[nodiscard]] int exit_code(ErrorCode code);

} // namespace ca
