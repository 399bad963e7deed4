// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/examples.h"

#include <algorithm>

namespace ca {
namespace {

/// An example with what its group is ordered by.
struct Candidate {
    Example example;
    double lead = 0; ///< of the quantized model's first class over its second

    [[nodiscard]] double surety() const { return std::min(example.float_odds, example.quantized_odds); }
    [[nodiscard]] bool flipped() const { return example.float_class != example.quantized_class; }
};

/// What both models answered, compared image by image.
struct Comparison {
    const Predictions &float_answers, &quantized;
    const Split &split;
    std::vector<std::uint8_t> float_right, quantized_right;

    Comparison(const Predictions &of_float, const Predictions &of_quantized, const Split &images, const Scoring &scoring)
        : float_answers(of_float),
          quantized(of_quantized),
          split(images),
          float_right(accuracy_of(of_float, images, scoring, &of_float).right),
          quantized_right(accuracy_of(of_quantized, images, scoring, &of_float).right)
    {
    }

    [[nodiscard]] std::size_t size() const { return std::min(float_answers.size(), quantized.size()); }
    [[nodiscard]] bool is_read(std::size_t place) const
    {
        return float_answers.top[place] != kUnread && quantized.top[place] != kUnread;
    }

    [[nodiscard]] ExampleKind flip(std::size_t place) const
    {
        if (float_right[place] != 0)
            return ExampleKind::broken;
        return quantized_right[place] != 0 ? ExampleKind::fixed : ExampleKind::changed;
    }

    [[nodiscard]] Candidate candidate(std::size_t place) const
    {
        const auto odds_of = [&](const Predictions &answers, std::size_t rank) {
            return static_cast<double>(answers.odds[place][rank]);
        };
        const Example example{ExampleKind::confident, place,
                              split.label(place),     float_answers.top[place],
                              quantized.top[place],   odds_of(float_answers, 0),
                              odds_of(quantized, 0)};
        return {example, odds_of(quantized, 0) - odds_of(quantized, 1)};
    }
};

/// The first `most` of `from` by `before`, taken out of it.
template <typename Before>
std::vector<Candidate> take(std::vector<Candidate> &from, std::size_t most, const Before &before)
{
    std::stable_sort(from.begin(), from.end(), before);
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(most, from.size()));
    std::vector<Candidate> taken(from.begin(), end);
    from.erase(from.begin(), end);
    return taken;
}

void append(std::vector<Example> &examples, const std::vector<Candidate> &group)
{
    for (const Candidate &candidate : group)
        examples.push_back(candidate.example);
}

} // namespace

std::string to_text(ExampleKind kind)
{
    switch (kind) {
    case ExampleKind::confident:
        return "confident";
    case ExampleKind::marginal:
        return "marginal";
    case ExampleKind::broken:
        return "broken";
    case ExampleKind::fixed:
        return "fixed";
    case ExampleKind::changed:
        break;
    }
    return "changed";
}

std::vector<Example> choose_examples(const Predictions &float_answers, const Predictions &quantized, const Split &split,
                                     const Scoring &scoring, std::size_t most)
{
    const Comparison comparison(float_answers, quantized, split, scoring);
    std::vector<Candidate> alike, flips;
    for (std::size_t place = 0; place < comparison.size(); ++place) {
        if (!comparison.is_read(place))
            continue;
        Candidate candidate = comparison.candidate(place);
        if (candidate.flipped())
            candidate.example.kind = comparison.flip(place);
        (candidate.flipped() ? flips : alike).push_back(candidate);
    }

    std::vector<Example> examples;
    append(examples, take(alike, most, [](const Candidate &a, const Candidate &b) { return a.surety() > b.surety(); }));
    std::stable_sort(alike.begin(), alike.end(), [](const Candidate &a, const Candidate &b) { // ties again by place
        return a.example.place < b.example.place;
    });
    auto marginal = take(alike, most, [](const Candidate &a, const Candidate &b) { return a.lead < b.lead; });
    for (Candidate &candidate : marginal)
        candidate.example.kind = ExampleKind::marginal;
    append(examples, marginal);
    append(examples, take(flips, most, [](const Candidate &a, const Candidate &b) {
               return a.example.kind != b.example.kind ? a.example.kind < b.example.kind : a.surety() > b.surety();
           }));
    return examples;
}

std::vector<ClassChange> class_changes(const Predictions &float_answers, const Predictions &quantized, const Split &split,
                                       const Scoring &scoring)
{
    if (scoring.head == Head::agreement || !split.images)
        return {};
    const Comparison comparison(float_answers, quantized, split, scoring);
    std::vector<ClassChange> changes(split.images->classes.size());
    for (std::size_t place = 0; place < comparison.size(); ++place) {
        const int label = split.label(place);
        if (!comparison.is_read(place) || label < 0 || static_cast<std::size_t>(label) >= changes.size())
            continue;
        ClassChange &change = changes[static_cast<std::size_t>(label)];
        const bool before = comparison.float_right[place] != 0, after = comparison.quantized_right[place] != 0;
        change.label = label;
        ++change.images;
        change.float_right += before ? 1 : 0;
        change.quantized_right += after ? 1 : 0;
        change.fixed += !before && after ? 1 : 0;
        change.broken += before && !after ? 1 : 0;
    }
    std::erase_if(changes, [](const ClassChange &change) { return change.images == 0; });
    const auto loss = [](const ClassChange &change) {
        return static_cast<double>(change.float_right - change.quantized_right) / static_cast<double>(change.images);
    };
    std::stable_sort(changes.begin(), changes.end(),
                     [&](const ClassChange &a, const ClassChange &b) { return loss(a) > loss(b); });
    return changes;
}

std::string output_name(int output, const std::vector<std::string> &classes, const Scoring &scoring, const Model &model)
{
    const auto named = [&](const std::vector<std::string> &names) {
        return output >= 0 && static_cast<std::size_t>(output) < names.size();
    };
    const auto place = static_cast<std::size_t>(output);
    if (scoring.head != Head::agreement) {
        if (scoring.outputs.empty() && named(classes))
            return classes[place];
        const auto found = std::find(scoring.outputs.begin(), scoring.outputs.end(), output);
        const auto label = static_cast<std::size_t>(found - scoring.outputs.begin());
        if (found != scoring.outputs.end() && label < classes.size())
            return classes[label];
    } else if (model.zero_shot && named(model.zero_shot->classes)) {
        return model.zero_shot->classes[place];
    }
    return named(model.output_names) ? model.output_names[place] : std::to_string(output);
}

} // namespace ca
