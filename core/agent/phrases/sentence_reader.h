// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/phrases/phrases.h"
#include "core/agent/phrases/phrase_words.h"

namespace ca {

/// Adds what a sentence says.
void read_sentence(const std::vector<PhraseWord> &words, Understood &into);

} // namespace ca
