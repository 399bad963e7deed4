// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/find_examples.h"

#include "core/data/image_files.h"
#include "core/data/resize.h"
#include "core/evaluate/examples.h"
#include "core/evaluate/failure_analysis.h"
#include "core/files/png_writer.h"

#include <algorithm>

namespace ca {
namespace {

struct Naming {
    const Split &split;
    const Scoring &scoring;
    const Model &model;

    [[nodiscard]] const std::vector<std::string> &classes() const { return split.images->classes; }
    /// Absent where the label is not known.
    [[nodiscard]] std::optional<std::string> of_class(int label) const
    {
        return label >= 0 && static_cast<std::size_t>(label) < classes().size()
            ? std::optional(classes()[static_cast<std::size_t>(label)])
            : std::nullopt;
    }
    [[nodiscard]] ShownAnswer answer(int output, double odds) const
    {
        return {output, output_name(output, classes(), scoring, model), odds};
    }
};

ShownExample shown(const Example &example, const Naming &naming)
{
    const Split &split = naming.split;
    ShownExample result{.kind = to_text(example.kind), .index = split.indices[example.place]};
    if (const ImageFiles *files = split.images->files.get())
        result.file = files->name(split.indices[example.place]);
    result.name = naming.of_class(example.label);
    result.label = result.name ? example.label : -1;
    result.before = naming.answer(example.float_class, example.float_odds);
    result.after = naming.answer(example.quantized_class, example.quantized_odds);
    if (auto picture = thumbnail(split, example.place))
        result.picture = std::move(*picture);
    return result;
}

ShownClassChange shown(const ClassChange &change, const Naming &naming)
{
    return {change.label, naming.of_class(change.label), change.images, change.float_right, change.quantized_right, change.fixed,
            change.broken};
}

void add_cause(ShownExample &example, const FlipCause &cause)
{
    example.probability_before = cause.before;
    for (const Repair &repair : cause.repairs)
        example.repairs.push_back({repair.group, repair.repaired, repair.float_odds});
}

Result<RgbImage> original(const Split &split, std::size_t place)
{
    const ImageSet &images = *split.images;
    const std::size_t index = split.indices[place];
    if (images.files)
        return images.files->original(index);
    const auto pixels = images.image(index);
    RgbImage image{{images.width, images.height}, {}};
    for (int channel = 0; channel < 3; ++channel) { // grey repeats
        const std::size_t plane = pixels.size() / static_cast<std::size_t>(images.channels);
        const auto from = pixels.subspan(images.channels == 3 ? plane * static_cast<std::size_t>(channel) : 0, plane);
        image.pixels.insert(image.pixels.end(), from.begin(), from.end());
    }
    return image;
}

RgbImage smaller(const RgbImage &image)
{
    const auto [width, height] = image.size;
    Preprocess how;
    how.size = std::max(1, kThumbnailSide * std::min(width, height) / std::max(width, height));
    PlaneResizer resizer(height, width, how);
    RgbImage result{{resizer.width(), resizer.height()}, {}};
    const auto from = image.pixels.size() / 3;
    const auto to = static_cast<std::size_t>(resizer.width()) * static_cast<std::size_t>(resizer.height());
    result.pixels.resize(3 * to);
    for (std::size_t channel = 0; channel < 3; ++channel)
        resizer.resize(std::span(image.pixels).subspan(channel * from, from), std::span(result.pixels).subspan(channel * to, to));
    return result;
}

} // namespace

Result<Thumbnail> thumbnail(const Split &split, std::size_t place)
{
    auto image = original(split, place);
    if (!image)
        return forward(image);
    if (std::max(image->size.width, image->size.height) > kThumbnailSide)
        image = smaller(*image);
    auto png = encode_png(*image);
    if (!png)
        return forward(png);
    return Thumbnail{image->size.width, image->size.height, std::move(*png)};
}

Result<ExampleSet> find_examples(const QuantizedModel &quantized, const Predictions &float_answers, const Predictions &answers,
                                 const Split &split, const Scoring &scoring, const Preprocess &preprocess, int threads,
                                 std::stop_token stop, const Progress &progress)
{
    const Naming naming{split, scoring, quantized.model};
    const auto examples = choose_examples(float_answers, answers, split, scoring, kMostExamples);
    ExampleSet set{.trial = {}, .split = split.name, .examples = {}, .changes = {}};
    std::vector<std::size_t> broken;
    for (const Example &example : examples) {
        set.examples.push_back(shown(example, naming));
        if (example.kind == ExampleKind::broken)
            broken.push_back(example.place);
    }
    for (const ClassChange &change : class_changes(float_answers, answers, split, scoring))
        set.changes.push_back(shown(change, naming));
    if (broken.empty())
        return set;
    const auto causes =
        explain_flips(quantized.model, quantized, float_answers, split, broken, preprocess, threads, std::move(stop), progress);
    if (!causes)
        return forward(causes);
    for (const FlipCause &cause : *causes)
        for (std::size_t i = 0; i < examples.size(); ++i)
            if (examples[i].place == cause.place && examples[i].kind == ExampleKind::broken)
                add_cause(set.examples[i], cause);
    return set;
}

} // namespace ca
