// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/figures/figures.h"

#include "core/agent/figures/figure_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace ca {
namespace {

using Unit = StoredFigure::Unit;

constexpr double kExact = 1e-9; // of a value: what doubles lose

/// Figures that one says only with a word for them in the sentence: there are so many that any number comes near one.
struct Gate {
    std::string_view ending;
    std::array<std::string_view, 4> words;
};
constexpr std::array kGates{Gate{"/low", {"interval", "between", "confiden", "low"}},
                            Gate{"/high", {"interval", "between", "confiden", "high"}},
                            Gate{"/top5", {"top-5", "top5", "top 5", "top five"}},
                            Gate{"/predicted_drop", {"predict", "expect", "estimat", "forecast"}},
                            Gate{"/predicted_bytes", {"predict", "expect", "estimat", "forecast"}},
                            Gate{"/calibration_error", {"calibrat", "ece", "confiden", "overconfiden"}},
                            Gate{"/threads", {"thread", "core", "cpu", "processor"}},
                            Gate{"/saved", {"sav", "smaller", "less", "reduc"}},
                            Gate{"/share", {"of the", "of float", "of its", "share"}},
                            Gate{"/changed", {"change", "differ", "flip", "other answer"}},
                            Gate{"/rank", {"number", "rank", "place", "most"}}};

bool has_any(const std::string &lower, const std::array<std::string_view, 4> &words)
{
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::string subject_of(const std::string &reference)
{
    return reference.substr(0, reference.find('/'));
}

/// `T7`: what is said of it names it; `float`, `study`: what is said of these names nobody.
bool is_id(const std::string &subject)
{
    return subject.size() > 1 && (subject[0] == 'T' || subject[0] == 'P' || subject[0] == 'L') && is_digit(subject[1]);
}

/// A difference between two trials of a sentence, or one over the other.
void add_pair(const StoredFigure &a, const StoredFigure &b, const std::string &other, std::vector<StoredFigure> &into)
{
    const std::string reference = a.reference + "-" + other;
    switch (a.unit) {
    case Unit::fraction:
        into.push_back({Unit::points, 100 * (a.value - b.value), reference});
        return;
    case Unit::points:
        into.push_back({Unit::points, a.value - b.value, reference});
        return;
    case Unit::bytes:
    case Unit::milliseconds:
        into.push_back({a.unit, a.value - b.value, reference});
        if (a.value > 0 && b.value > 0) {
            into.push_back({Unit::ratio, a.value / b.value, reference});
            into.push_back({Unit::fraction, 1 - a.value / b.value, reference});
        }
        return;
    case Unit::ratio:
    case Unit::count:
    case Unit::plain:
        return;
    }
}

/// The stored figures that one sentence may speak of.
class Candidates {
public:
    Candidates(const std::vector<StoredFigure> &stored, const Sentence &sentence, const std::set<std::string> &named)
        : sentence_(sentence)
    {
        const bool names_trials =
            std::any_of(named.begin(), named.end(), [](const std::string &id) { return id[0] == 'T' || id[0] == 'P'; });
        for (const StoredFigure &figure : stored) {
            const std::string subject = subject_of(figure.reference);
            const bool is_free = !is_id(subject) || (subject[0] == 'T' && !names_trials);
            if ((is_free || named.contains(subject)) && is_said(figure))
                figures_.push_back(&figure);
        }
        std::stable_partition(figures_.begin(), figures_.end(), [&](const StoredFigure *figure) {
            return named.contains(subject_of(figure->reference)); // what the sentence names comes first
        });
        add_pairs(named);
    }

    [[nodiscard]] const StoredFigure *match(const WrittenFigure &written) const
    {
        for (const StoredFigure *figure : figures_)
            if (matches(written, *figure))
                return figure;
        for (const StoredFigure &figure : pairs_)
            if (matches(written, figure))
                return &figure;
        return nullptr;
    }

private:
    [[nodiscard]] bool is_said(const StoredFigure &figure) const
    {
        const std::string_view reference = figure.reference;
        if (sentence_.is_row) // its head says what the columns are
            return true;
        if (reference.find("/class/") != std::string_view::npos)
            return sentence_.lower.find("class") != std::string::npos;
        if (reference.find("/selection/") != std::string_view::npos && sentence_.lower.find("holdout") != std::string::npos
            && sentence_.lower.find("selection") == std::string::npos)
            return false;
        for (const Gate &gate : kGates)
            if (reference.ends_with(gate.ending))
                return has_any(sentence_.lower, gate.words) || is_end_of_range(gate);
        return true;
    }

    [[nodiscard]] bool is_end_of_range(const Gate &gate) const
    {
        const auto &figures = sentence_.figures;
        return (gate.ending == "/low" || gate.ending == "/high")
            && std::any_of(figures.begin(), figures.end(), [](const WrittenFigure &figure) { return figure.in_range; });
    }

    void add_pairs(const std::set<std::string> &named)
    {
        std::map<std::pair<std::string, std::string>, const StoredFigure *> by_place; // of a trial, without its id
        for (const StoredFigure *figure : figures_)
            if (const std::string subject = subject_of(figure->reference); subject[0] == 'T' && named.contains(subject))
                by_place[{figure->reference.substr(subject.size()), subject}] = figure;
        for (const auto &[a, figure] : by_place)
            for (const std::string &other : named)
                if (const auto found = by_place.find({a.first, other}); found != by_place.end() && other != a.second)
                    add_pair(*figure, *found->second, other, pairs_);
    }

    [[nodiscard]] bool matches(const WrittenFigure &written, const StoredFigure &figure) const
    {
        if (written.is_limit && figure.reference.ends_with("/p_value"))
            return written.unit == FigureUnit::none && figure.value < written.value;
        const bool is_constraint = figure.reference.starts_with("constraint/"); // whose limits are no measurements below others
        if (written.is_limit && is_constraint && std::abs(figure.value - written.value) > kExact * written.value)
            return false;
        switch (written.unit) {
        case FigureUnit::percent:
            return figure.unit == Unit::fraction && is_near(written, 100 * figure.value);
        case FigureUnit::points:
            return figure.unit == Unit::points && is_near(written, figure.value);
        case FigureUnit::bytes:
            return figure.unit == Unit::bytes && is_near(written, figure.value);
        case FigureUnit::milliseconds:
            return figure.unit == Unit::milliseconds && is_near(written, figure.value);
        case FigureUnit::ratio:
            return figure.unit == Unit::ratio && is_near(written, figure.value);
        case FigureUnit::plain:
            return figure.unit == Unit::plain && is_near(written, figure.value);
        case FigureUnit::none:
            break;
        }
        return matches_bare(written, figure);
    }

    /// Without a unit: whole numbers are counts or bytes to the last; in a row of a table anything in the unit of its column.
    [[nodiscard]] bool matches_bare(const WrittenFigure &written, const StoredFigure &figure) const
    {
        const bool counted = figure.unit == Unit::count || figure.unit == Unit::bytes;
        if (written.whole)
            return counted && std::abs(std::abs(figure.value) - written.value) <= kExact * written.value;
        if (figure.unit == Unit::fraction && is_near(written, sentence_.is_row ? 100 * figure.value : figure.value))
            return true;
        if (figure.unit == Unit::milliseconds || figure.unit == Unit::bytes)
            return sentence_.is_row && is_near(written, figure.value);
        return is_near(written, figure.value);
    }

    /// Rounds to the digits that are written. Signs are words in a sentence: below, gains, smaller.
    [[nodiscard]] static bool is_near(const WrittenFigure &written, double value)
    {
        if (written.is_limit) // "< 3 MB" of 2.8 MB is true, of 20 kB it says nothing
            return std::abs(value) <= written.value && std::abs(value) >= written.value / 2;
        return std::abs(std::abs(value) - written.value) <= written.step / 2 + kExact * std::abs(value);
    }

    const Sentence &sentence_;
    std::vector<const StoredFigure *> figures_;
    std::vector<StoredFigure> pairs_;
};

void append(std::vector<TextSpan> &spans, TextSpan span)
{
    if (!span.text.empty())
        spans.push_back(std::move(span));
}

} // namespace

std::vector<TextSpan> look_up_figures(std::string_view text, const std::vector<StoredFigure> &stored)
{
    std::vector<TextSpan> spans;
    std::set<std::string> named; // what the paragraph spoke of last
    std::size_t at = 0;
    for (const Sentence &sentence : sentences_of(text)) {
        if (sentence.begins_paragraph)
            named.clear();
        if (!sentence.named.empty())
            named = sentence.named;
        if (sentence.figures.empty())
            continue;
        const Candidates candidates(stored, sentence, named);
        for (const WrittenFigure &figure : sentence.figures) {
            const StoredFigure *found = candidates.match(figure);
            append(spans, {TextSpan::Kind::plain, std::string(text.substr(at, figure.begin - at))});
            append(spans,
                   {found ? TextSpan::Kind::figure : TextSpan::Kind::unproved,
                    std::string(text.substr(figure.begin, figure.end - figure.begin)), found ? found->reference : ""});
            at = figure.end;
        }
    }
    append(spans, {TextSpan::Kind::plain, std::string(text.substr(at))});
    return spans;
}

} // namespace ca
