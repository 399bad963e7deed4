// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"

#include <exception>
#include <new>

namespace ca {

/// Core throws nothing; the libraries beneath it may still run out of memory, and a thread that throws ends the program.
template <typename Outcome, typename Work>
[[nodiscard]] Outcome guarded_work(const Work &work)
{
    using Problem = typename Outcome::error_type;
    const auto problem = [](ErrorCode code, std::string sentence) {
        return tl::unexpected(Problem{Error{code, std::move(sentence), nullptr}});
    };
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return problem(ErrorCode::out_of_memory,
                       "The machine has too little memory for this. Close other programs, or measure on fewer images.");
    } catch (const std::exception &thrown) {
        return problem(ErrorCode::failed, "The work stopped on an unexpected problem: " + clean_text(thrown.what()) + ".");
    }
}

} // namespace ca
