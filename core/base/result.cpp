// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

namespace ca {

std::string Error::text() const
{
    return cause ? sentence + " (" + cause->text() + ")" : sentence;
}

tl::unexpected<Error> fail(ErrorCode code, std::string sentence)
{
    return tl::unexpected<Error>(Error{code, std::move(sentence), nullptr});
}

tl::unexpected<Error> fail(ErrorCode code, std::string sentence, Error cause)
{
    return tl::unexpected<Error>(Error{code, std::move(sentence), std::make_shared<const Error>(std::move(cause))});
}

tl::unexpected<Error> cancelled()
{
    return fail(ErrorCode::cancelled, "Cancelled; what was finished is kept.");
}

int exit_code(ErrorCode code)
{
    switch (code) {
    case ErrorCode::usage:
        return 2;
    case ErrorCode::constraint:
        return 3;
    case ErrorCode::unsafe:
        return 4;
    case ErrorCode::cancelled:
        return 130;
    default:
        return 1;
    }
}

} // namespace ca
