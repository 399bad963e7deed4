// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/format.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// One thing that a person wants, out of the few that are understood without a language model.
struct Wish {
    enum class Kind {
        limit_drop,    ///< `number`: percentage points
        limit_bytes,   ///< `number`: bytes
        limit_ratio,   ///< `number`: times smaller than float
        limit_latency, ///< `number`: milliseconds
        lift_drop,
        lift_bytes,
        lift_latency,
        keep,   ///< `layers` in the format `formats` names: fp32 where it names none
        forbid, ///< `formats`
        allow,  ///< `formats`
        go_on, ///< `number`: of trials; 0: as many as there is budget for
        stop,
        explain_trial, ///< `trials`
        compare,       ///< `trials`
        explain_layer, ///< `layers`
        overview,
        help,
    } kind = Kind::help;
    double number = 0;
    std::vector<std::string> trials{}; ///< ids
    std::vector<std::string> layers{}; ///< ids; `first`, `last`
    std::set<Format> formats{};
    bool operator==(const Wish &) const = default;
};

struct Understood {
    std::vector<Wish> wishes{};                ///< in their order
    std::vector<std::string> not_understood{}; ///< the words, clause by clause
    bool operator==(const Understood &) const = default;
};

/// Reads plain words: "under 6 MB, lose at most half a point and keep the first layer". A clause with a "not" that belongs to
/// none of the known phrases, or that asks for more and not for less ("at least 6 MB"), is not understood as a whole: a limit
/// that nobody wanted is worse than a question.
[[nodiscard]] Understood understand(std::string_view text);

struct KnownPhrase {
    std::string example; ///< which `understand` reads
    std::string meaning;
};
/// For buttons and help.
[[nodiscard]] const std::vector<KnownPhrase> &known_phrases();

/// "I do not understand "…". I understand for instance: …"
[[nodiscard]] std::string sentence_for(const std::vector<std::string> &not_understood);

} // namespace ca
