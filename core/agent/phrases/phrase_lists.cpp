// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/phrases/phrase_lists.h"

#include <algorithm>

namespace ca::phrases {

// clang-format off
const List &at_most()
{
    static const List list{"no more than", "not more than", "no larger than", "not larger than", "no bigger than", "not bigger than",
                           "not go over", "not exceed", "do not exceed", "don't exceed", "not over", "not above", "less than",
                           "smaller than", "at most", "up to", "under", "below", "within", "maximum", "max", "<"};
    return list;
}

const List &at_least()
{
    static const List list{"not less than", "no less than", "not under", "not below", "more than", "larger than", "bigger than",
                           "at least", "minimum", "min", "over", "above", ">"};
    return list;
}

const List &lossless()
{
    static const List list{"lose nothing", "without any loss", "without loss", "no loss", "no drop", "lossless"};
    return list;
}

const List &lift()
{
    static const List list{"no limit on", "lift the limit on", "remove the limit on", "forget the limit on", "any"};
    return list;
}

const List &untouched()
{
    static const List list{"don't touch", "do not touch", "don't quantize", "do not quantize", "don't compress", "do not compress",
                           "don't change", "do not change", "never touch", "never quantize"};
    return list;
}

const List &without()
{
    static const List list{"don't use", "do not use", "never use", "no", "without", "never", "avoid", "forbid", "not"};
    return list;
}

const List &tell()
{
    static const List list{"why", "explain", "describe", "tell me about", "what about", "show me", "show", "about"};
    return list;
}

const List &go_on()
{
    static const List list{"go on", "go ahead", "go", "continue", "carry on", "proceed", "run it", "run them", "run", "start", "do it",
                           "yes", "okay", "ok", "next"};
    return list;
}

const List &stop()
{
    static const List list{"stop", "enough", "halt", "cancel", "finish", "that is all", "that's all", "end"};
    return list;
}

const List &overview()
{
    static const List list{"overview", "status", "where are we", "what do we have", "show the front", "summary",
                           "which one do you recommend", "which do you recommend", "what do you recommend"};
    return list;
}

const List &help()
{
    static const List list{"help", "what can you do", "what can i say"};
    return list;
}

const List &fillers()
{
    static const List list{"please", "and", "but", "the", "a", "an", "it", "i", "want", "to", "should", "must", "be", "have", "make",
                           "get", "with", "of", "in", "is", "than", "that", "file", "size", "model", "me", "then", "also", "so", "we",
                           "let", "us", "accuracy", "top", "latency", "time", "at", "batch", "can", "need", "needs", "my", "would",
                           "like", "float", "from", "against", "or", "now", "take", "takes", "fit", "fits", "into", "has", "just",
                           "you", "on", "its", "drop", "loss", "lose", "losing", "loses", "fewer", "well", "thanks", "any", "stay",
                           "stays", "remain", "remains"};
    return list;
}

const List &reversing()
{
    static const List list{"not", "don't", "dont", "never", "no", "without", "cannot", "can't", "isn't", "unless", "if", "except",
                           "instead", "compare"};
    return list;
}
// clang-format on

bool contains(const List &list, std::string_view word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

} // namespace ca::phrases
