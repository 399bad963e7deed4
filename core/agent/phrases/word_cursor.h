// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/phrases/phrase_lists.h"
#include "core/agent/phrases/phrase_words.h"

#include <algorithm>

namespace ca {

/// A place in the words of a sentence.
class WordCursor {
public:
    explicit WordCursor(const std::vector<PhraseWord> &words) : words_(words) { }

    [[nodiscard]] bool ended() const { return at_ >= words_.size(); }
    [[nodiscard]] std::size_t at() const { return at_; }
    void go_to(std::size_t at) { at_ = at; }

    /// An empty word beyond the end.
    [[nodiscard]] const PhraseWord &here(std::size_t ahead = 0) const
    {
        return at_ + ahead < words_.size() ? words_[at_ + ahead] : none_;
    }
    const PhraseWord &next() { return words_[at_++]; }

    /// Moves behind the phrase, words with spaces between, if that is what stands here.
    bool take(std::string_view phrase)
    {
        std::size_t ahead = 0;
        for (std::size_t from = 0; from <= phrase.size(); ++ahead) {
            const std::size_t to = std::min(phrase.find(' ', from), phrase.size());
            if (here(ahead).text != phrase.substr(from, to - from))
                return false;
            from = to + 1;
        }
        at_ += ahead;
        return true;
    }
    bool take_any(const phrases::List &list)
    {
        return std::any_of(list.begin(), list.end(), [&](std::string_view phrase) { return take(phrase); });
    }

    /// One of the phrases and what `rest` reads behind it; stays here where the rest does not follow.
    template <typename Rest>
    bool after(const phrases::List &list, const Rest &rest)
    {
        const std::size_t before = at_;
        if (take_any(list) && rest())
            return true;
        at_ = before;
        return false;
    }

    /// What parts the members of a list, if another member follows.
    template <typename Follows>
    bool take_between(const Follows &follows)
    {
        return after({", and", ", or", ",", "and", "or", "nor", "with", "to", "against", "vs", "versus"}, follows);
    }

private:
    const std::vector<PhraseWord> &words_;
    PhraseWord none_{};
    std::size_t at_ = 0;
};

} // namespace ca
