// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/phrases/phrases.h"

#include "core/agent/phrases/sentence_reader.h"
#include "core/agent/untrusted/untrusted.h"

namespace ca {

Understood understand(std::string_view text)
{
    Understood understood;
    for (const auto &sentence : phrase_words(text))
        read_sentence(sentence, understood);
    return understood;
}

const std::vector<KnownPhrase> &known_phrases()
{
    static const std::vector<KnownPhrase> phrases{
        {"under 6 MB", "limits the size of the file"},
        {"four times smaller", "limits the size, by the float model's"},
        {"lose at most half a point", "limits what top-1 may lose"},
        {"at most 3 ms", "limits the latency at batch 1"},
        {"keep the first layer", "leaves it in float"},
        {"keep L003 at int8", "gives a layer one format"},
        {"no int4", "forbids a format"},
        {"allow int4", "allows it again"},
        {"no limit on size", "lifts a limit"},
        {"why T7", "says what a trial is and what came of it"},
        {"compare T3 and T5", "says in what two trials differ"},
        {"explain layer L017", "says what is known of a layer"},
        {"status", "says where the study stands"},
        {"go on", "carries out what comes next"},
        {"stop", "ends the search"},
    };
    return phrases;
}

std::string sentence_for(const std::vector<std::string> &not_understood)
{
    constexpr std::size_t kShown = 6; // examples
    std::string sentence = "I do not understand ";
    for (std::size_t i = 0; i < not_understood.size(); ++i)
        sentence += (i == 0                               ? ""
                         : i + 1 == not_understood.size() ? " and "
                                                          : ", ")
            + ("“" + visible_text(not_understood[i]) + "”");
    sentence += ". I understand for instance: ";
    for (std::size_t i = 0; i < kShown; ++i)
        sentence += (i == 0 ? "“" : ", “") + known_phrases()[i].example + "”";
    return sentence + ".";
}

} // namespace ca
