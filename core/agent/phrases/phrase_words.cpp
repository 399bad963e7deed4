// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/phrases/phrase_words.h"

#include "core/base/units.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ca {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 16> kNumbers{{{"half", 0.5},
                                                                        {"one", 1},
                                                                        {"two", 2},
                                                                        {"three", 3},
                                                                        {"four", 4},
                                                                        {"five", 5},
                                                                        {"six", 6},
                                                                        {"seven", 7},
                                                                        {"eight", 8},
                                                                        {"nine", 9},
                                                                        {"ten", 10},
                                                                        {"twice", 2},
                                                                        {"zero", 0},
                                                                        {"eleven", 11},
                                                                        {"twelve", 12},
                                                                        {"nothing", 0}}};

bool is_inside(char c) ///< of a word
{
    return is_letter(c) || is_digit(c) || c == '\'' || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

/// `T7`, of letters in any case; empty where it is none.
std::string id_of(const std::string &word, char letter)
{
    const bool is_id =
        word.size() > 1 && word.size() < 8 && word.front() == letter && std::all_of(word.begin() + 1, word.end(), is_digit);
    if (!is_id)
        return {};
    const auto number = static_cast<std::size_t>(std::stoul(word.substr(1)));
    if (letter == 't')
        return "T" + std::to_string(number);
    return number == 0 ? std::string() : layer_index(number - 1).id();
}

PhraseWord word_of(std::string text)
{
    PhraseWord word;
    word.trial = id_of(text, 't');
    word.layer = id_of(text, 'l');
    word.format = format_from(text);
    if (const auto unit = unit_at(text, 0); unit && unit->end == text.size())
        word.unit = unit;
    const auto number = std::find_if(kNumbers.begin(), kNumbers.end(), [&](const auto &each) { return each.first == text; });
    if (number != kNumbers.end())
        word.number = number->second;
    word.text = std::move(text);
    return word;
}

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(ascii_signs(text).text) { }

    std::vector<std::vector<PhraseWord>> sentences()
    {
        sentences_.emplace_back();
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_digit(c))
                read_number();
            else if (is_letter(c) || static_cast<unsigned char>(c) >= 0x80)
                read_word();
            else
                read_sign(c);
        }
        std::erase_if(sentences_, [](const auto &sentence) { return sentence.empty(); });
        return std::move(sentences_);
    }

private:
    void read_number()
    {
        const std::size_t begin = at_;
        const WrittenNumber number = number_at(text_, at_);
        PhraseWord word;
        word.number = number.value;
        at_ = number.end;
        if (const auto unit = unit_at(text_, at_)) {
            word.unit = unit;
            at_ = unit->end;
        } else if (at_ < text_.size() && text_[at_] == '-') {
            ++at_; // "4-bit", "0.5-point"
        }
        word.text = lower_text(text_.substr(begin, at_ - begin));
        sentences_.back().push_back(std::move(word));
    }

    void read_word()
    {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_inside(text_[at_]))
            ++at_;
        std::string text = text_.substr(begin, at_ - begin);
        const bool ends = text.back() == '.';
        while (!text.empty() && (text.back() == '.' || text.back() == '-' || text.back() == '\''))
            text.pop_back();
        PhraseWord word = word_of(lower_text(text));
        if (const auto unit = unit_at(text, 0); unit && unit->end == text.size()) // case tells MB
            word.unit = unit;
        else if (word.text == "mb" || word.text == "gb" || word.text == "kb")
            word.unit = unit_at(word.text == "mb" ? "MB" : word.text == "gb" ? "GB" : "kB", 0);
        sentences_.back().push_back(std::move(word));
        if (ends)
            sentences_.emplace_back();
    }

    void read_sign(char c)
    {
        ++at_;
        if (c == ',')
            sentences_.back().push_back(word_of(","));
        else if (c == ';' || c == '.' || c == '!' || c == '?' || c == '\n' || c == ':')
            sentences_.emplace_back();
        else if (c == '%' || c == '<' || c == '>')
            sentences_.back().push_back(word_of(std::string(1, c)));
    }

    std::string text_;
    std::size_t at_ = 0;
    std::vector<std::vector<PhraseWord>> sentences_;
};

} // namespace

std::vector<std::vector<PhraseWord>> phrase_words(std::string_view text)
{
    return Splitter(text).sentences();
}

} // namespace ca
