// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/leaving.h"

#include "core/agent/provider/web_address.h"

namespace ca {

std::vector<std::string> what_leaves(const Provider &provider, bool names)
{
    if (provider.is_local)
        return {};
    return {
        "To " + shown_host(provider.base) + ", over an encrypted connection, with each question:",
        "What you write in the chat, and what was answered before.",
        "Facts of the study: how many layers and parameters there are, their kinds, shapes and sizes, statistics of their "
        "weights and "
        "what each format costs them, how many images and classes the data has.",
        "Trials: their recipes by numbers of layers (L017), bytes, accuracy, accuracy by class, latency, memory and time taken; "
        "the "
        "constraints and what is left of the budget.",
        names ? "Names of the model, of layers, files and classes, and messages of errors without folders."
              : "No names of the model, of layers, files or classes and no messages of errors: numbers stand for them.",
        "The key, in the header of the request and nowhere else.",
        "Never: images, weights, places of files, names of this machine or of you.",
    };
}

} // namespace ca
