// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/figures/figure_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ca {
namespace {

/// A number right behind one of these is the name of something.
constexpr std::array<std::string_view, 18> kNaming{"trial",   "proposal", "layer", "round",   "step",    "class",
                                                   "seed",    "batch",    "top",   "option",  "version", "number",
                                                   "section", "item",     "gemm",  "chapter", "stage",   "table"};
/// A point behind one of these ends no sentence.
constexpr std::array<std::string_view, 6> kShort{"vs", "g", "e", "approx", "ca", "no"};
/// What stands between the ends of a range, and between figures that share the unit of the last.
constexpr std::array<std::string_view, 15> kBetween{"to",   "and",     "or", "-",   "±", "+-", "+/-", ",",
                                                    ",and", "against", "vs", "vs.", "→", "->", ".."};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N> &words, std::string_view word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// A figure as it is read, its unit not yet applied.
struct ReadFigure {
    std::size_t begin = 0, digits_end = 0, end = 0;
    WrittenNumber number;
    WrittenUnit unit;
    bool in_range = false, is_limit = false;
};

class Reader {
public:
    explicit Reader(std::string_view text) : plain_(ascii_signs(text)), text_(plain_.text) { }

    std::vector<Sentence> sentences()
    {
        begin_sentence(true);
        while (at_ < text_.size()) {
            if (here() == '\n')
                end_line();
            else if (is_letter(here()))
                read_word();
            else if (is_digit(here()))
                read_number();
            else
                read_sign();
        }
        end_sentence();
        return std::move(sentences_);
    }

private:
    [[nodiscard]] char here(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    [[nodiscard]] bool in_word(std::size_t ahead = 0) const { return is_letter(here(ahead)) || is_digit(here(ahead)); }
    [[nodiscard]] std::size_t behind_spaces(std::size_t at) const
    {
        while (at < text_.size() && is_space(text_[at]))
            ++at;
        return at;
    }

    void begin_sentence(bool paragraph)
    {
        sentences_.emplace_back();
        sentences_.back().begins_paragraph = paragraph;
        begin_ = at_;
        word_.clear();
        figures_.clear();
    }

    void end_sentence()
    {
        Sentence &sentence = sentences_.back();
        sentence.lower = lower_text(std::string_view(text_).substr(begin_, at_ - begin_));
        sentence.is_row = sentence.lower.find('|') != std::string::npos;
        share_units();
        for (const ReadFigure &read : figures_)
            sentence.figures.push_back({plain_.places[read.begin], plain_.places[read.end], read.number.value * read.unit.scale,
                                        read.number.step * read.unit.scale, read.unit.unit,
                                        read.number.whole && read.unit.scale == 1, read.in_range, read.is_limit});
    }

    void end_line()
    {
        end_sentence();
        ++at_;
        begin_sentence(behind_spaces(at_) < text_.size() && text_[behind_spaces(at_)] == '\n');
        line_ = at_;
    }

    void read_sign()
    {
        const char c = here();
        ++at_;
        const bool ends = (c == '.' || c == '!' || c == '?') && (at_ == text_.size() || is_space(here()));
        if (ends && !(c == '.' && is_among(kShort, word_)))
            next_sentence();
        else if (!is_space(c))
            word_.clear();
    }

    void next_sentence()
    {
        end_sentence();
        begin_sentence(false);
    }

    /// With what is joined to it: `ResNet-18`, `layer1.0.conv1`, `ViT-B/16`.
    void read_word()
    {
        const std::size_t begin = at_;
        while (in_word() || ((here() == '-' || here() == '/' || here() == '.') && in_word(1)))
            ++at_;
        const std::string_view word = std::string_view(text_).substr(begin, at_ - begin);
        note_ids(word);
        word_ = lower_text(word);
    }

    /// "T3/T5" and "T3-T5" name both.
    void note_ids(std::string_view word)
    {
        for (std::size_t i = 0; i < word.size(); ++i) {
            if ((i > 0 && (is_letter(word[i - 1]) || is_digit(word[i - 1])))
                || (word[i] != 'T' && word[i] != 'P' && word[i] != 'L'))
                continue;
            std::size_t end = i + 1;
            while (end < word.size() && is_digit(word[end]))
                ++end;
            if (end > i + 1 && (end == word.size() || !is_letter(word[end])))
                sentences_.back().named.emplace(word.substr(i, end - i));
        }
    }

    void read_number()
    {
        ReadFigure figure;
        figure.begin = at_;
        figure.is_limit = is_behind_limit();
        figure.number = number_at(text_, at_);
        const bool marks =
            begins_line() && figure.number.whole && (text_[figure.number.end] == '.' || text_[figure.number.end] == ')');
        const std::string naming = std::exchange(word_, "");
        at_ = figure.digits_end = figure.end = figure.number.end;
        if (marks && (is_space(here(1)) || here(1) == '\0')) {
            ++at_;
            return;
        }
        if (figure.number.whole && is_among(kNaming, naming)) {
            if (naming == "trial")
                sentences_.back().named.insert("T" + text_.substr(figure.begin, at_ - figure.begin));
            return;
        }
        if (!skip_joined() && !skip_shape() && read_unit(figure))
            figures_.push_back(figure);
    }

    /// Nothing but marks of a list or a heading stands before.
    [[nodiscard]] bool begins_line() const
    {
        return std::all_of(text_.begin() + static_cast<std::ptrdiff_t>(line_), text_.begin() + static_cast<std::ptrdiff_t>(at_),
                           [](char c) { return is_space(c) || c == '#' || c == '*' || c == '-' || c == '>'; });
    }

    [[nodiscard]] bool is_behind_limit() const
    {
        std::size_t back = at_;
        while (back > begin_ && is_space(text_[back - 1]))
            --back;
        return back > begin_ && text_[back - 1] == '<';
    }

    /// Versions and times of day.
    bool skip_joined()
    {
        const auto joins = [&] { return (here() == '.' || here() == ':') && is_digit(here(1)); };
        if (!joins())
            return false;
        while (is_digit(here()) || joins())
            ++at_;
        return true;
    }

    /// "3 x 32 x 32": the sides of something.
    bool skip_shape()
    {
        bool shape = false;
        for (;; shape = true) {
            std::size_t ahead = behind_spaces(at_);
            const std::string_view rest = std::string_view(text_).substr(ahead);
            const std::size_t sign = rest.starts_with("×") ? std::string_view("×").size() : rest.starts_with('x') ? 1 : 0;
            ahead = behind_spaces(ahead + sign);
            if (sign == 0 || ahead >= text_.size() || !is_digit(text_[ahead]))
                return shape;
            for (at_ = ahead; is_digit(here());)
                ++at_;
        }
    }

    /// False where what follows makes it no figure.
    bool read_unit(ReadFigure &figure)
    {
        const std::size_t from = here() == '-' ? at_ + 1 : behind_spaces(at_);
        if (const auto unit = unit_at(text_, from)) {
            figure.unit = *unit;
            at_ = figure.end = unit->end;
            return !is_confidence(figure);
        }
        if (std::string_view(text_).substr(std::min(from, text_.size())).starts_with("bit"))
            return false;
        const bool joined = is_letter(here()); // "3rd", "2D"
        while (joined && in_word())
            ++at_;
        return !joined;
    }

    /// The level of an interval, which nobody measured.
    [[nodiscard]] bool is_confidence(const ReadFigure &figure) const
    {
        constexpr std::size_t kNear = 24;
        const std::string_view behind = std::string_view(text_).substr(at_, kNear);
        return figure.unit.unit == FigureUnit::percent && (figure.number.value == 95 || figure.number.value == 99)
            && (behind.find("interval") != std::string_view::npos || behind.find("confiden") != std::string_view::npos
                || behind.starts_with(" CI"));
    }

    /// "88.3 to 88.9 %": the unit behind the last is that of all.
    void share_units()
    {
        for (std::size_t i = figures_.size(); i-- > 1;) {
            ReadFigure &first = figures_[i - 1], &second = figures_[i];
            std::string between = text_.substr(first.end, second.begin - first.end);
            std::erase_if(between, [](char c) { return is_space(c) || c == '[' || c == '('; });
            if (!is_among(kBetween, between))
                continue;
            if (first.end == first.digits_end)
                first.unit = second.unit;
            if (between != "," && between != ",and" && first.unit.unit == second.unit.unit)
                first.in_range = second.in_range = true;
        }
    }

    PlainText plain_;
    const std::string &text_;
    std::size_t at_ = 0, begin_ = 0, line_ = 0; ///< where it reads, and where the sentence and the line begin
    std::string word_;                          ///< the last one, in small letters; empty where a sign came after it
    std::vector<ReadFigure> figures_;           ///< of the sentence
    std::vector<Sentence> sentences_;
};

} // namespace

std::vector<Sentence> sentences_of(std::string_view text)
{
    return Reader(text).sentences();
}

} // namespace ca
