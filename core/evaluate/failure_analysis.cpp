// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/failure_analysis.h"

#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/evaluate/class_odds.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>

namespace ca {
namespace {

bool is_number(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `3`, `encoder_layer_3`.
bool is_numbered(std::string_view part)
{
    const auto underscore = part.rfind('_');
    return is_number(underscore == std::string_view::npos ? part : part.substr(underscore + 1));
}

/// What a program says of an image that changed.
struct Answer {
    bool is_floats = false;
    double float_odds = 0;
};

Answer answer_of(std::span<const float> outputs, int float_answer)
{
    const auto wanted = static_cast<std::size_t>(float_answer);
    const double odds = ClassOdds(outputs).of(wanted);
    const auto top = std::max_element(outputs.begin(), outputs.end()) - outputs.begin();
    return {top == float_answer, std::isnan(odds) ? 0 : odds};
}

/// Images that changed, with what the float model said.
struct Flips {
    Split split;                    ///< of these images alone
    std::vector<int> float_answers; ///< output by image
};

Flips flips_at(const std::vector<std::size_t> &places, const Split &split, const Predictions &float_answers)
{
    Flips flips{{split.name, split.images, {}}, {}};
    for (const std::size_t place : places) {
        flips.split.indices.push_back(split.indices[place]);
        flips.float_answers.push_back(float_answers.top[place]);
    }
    return flips;
}

/// What `program` says of all of them.
Result<std::vector<Answer>> answers(const Program &program, const Flips &flips, const InputSpec &input,
                                    const Preprocess &preprocess, int threads, std::stop_token stop)
{
    constexpr std::size_t kMost = 8; // images of a batch, so that large ones fit memory on every core
    const auto cores = static_cast<std::size_t>(threads > 0 ? threads : default_threads());
    const std::size_t size = std::clamp<std::size_t>((flips.split.size() + cores - 1) / cores, 1, kMost);
    std::vector<Answer> result(flips.split.size());
    const auto batches = (flips.split.size() + size - 1) / size;
    const auto done = parallel_for(batches, threads, stop, [&](std::size_t batch) -> Status {
        const std::size_t first = batch * size;
        const auto read = read_batch(flips.split, first, std::min(size, flips.split.size() - first), preprocess, input);
        if (!read)
            return forward(read);
        if (!read->unread.empty()) // a moment ago it could be read
            return tl::unexpected(read->unread.front());
        const auto outputs = run(program, read->images, stop, 1);
        if (!outputs)
            return forward(outputs);
        for (std::int64_t row = 0; row < outputs->rows; ++row) {
            const std::size_t image = read->places[static_cast<std::size_t>(row)];
            result[image] = answer_of(outputs->row(row), flips.float_answers[image]);
        }
        return {};
    });
    if (!done)
        return forward(done);
    return result;
}

/// Those with a quantized layer, which alone they keep.
std::vector<LayerGroup> quantized_groups(const QuantizedModel &quantized)
{
    std::vector<LayerGroup> groups = layer_groups(quantized.model.program.layers());
    for (LayerGroup &group : groups)
        std::erase_if(group.layers, [&](const std::string &layer) { return !quantized.weights.contains(layer); });
    std::erase_if(groups, [](const LayerGroup &group) { return group.layers.empty(); });
    return groups;
}

} // namespace

std::string group_of(const std::string &layer)
{
    const auto end_of_part = [&](std::size_t begin) { return std::min(layer.find('.', begin), layer.size()); };
    const auto part = [&](std::size_t begin) { return std::string_view(layer).substr(begin, end_of_part(begin) - begin); };
    std::size_t begin = 0;
    while (begin < layer.size() && !is_numbered(part(begin)))
        begin = end_of_part(begin) + 1;
    if (begin >= layer.size())
        return layer;
    std::size_t end = end_of_part(begin);
    while (end < layer.size() && is_number(part(end + 1)) && end_of_part(end + 1) < layer.size())
        end = end_of_part(end + 1);
    return layer.substr(0, end);
}

std::vector<LayerGroup> layer_groups(const std::vector<Layer> &layers)
{
    std::vector<LayerGroup> groups;
    for (const Layer &layer : layers) {
        const std::string name = group_of(layer.name);
        auto found = std::find_if(groups.begin(), groups.end(), [&](const LayerGroup &group) { return group.name == name; });
        if (found == groups.end())
            found = groups.insert(groups.end(), {name, {}});
        found->layers.push_back(layer.name);
    }
    return groups;
}

Result<std::vector<FlipCause>> explain_flips(const Model &model, const QuantizedModel &quantized,
                                             const Predictions &float_answers, const Split &split,
                                             const std::vector<std::size_t> &places, const Preprocess &preprocess, int threads,
                                             std::stop_token stop, const Progress &progress)
{
    if (places.empty())
        return std::vector<FlipCause>();
    const Flips flips = flips_at(places, split, float_answers);
    const auto said = answers(quantized.program, flips, model.input, preprocess, threads, stop);
    if (!said)
        return forward(said);
    std::vector<FlipCause> causes;
    for (std::size_t i = 0; i < places.size(); ++i)
        causes.push_back({places[i], (*said)[i].float_odds, {}});

    const std::vector<LayerGroup> groups = quantized_groups(quantized);
    for (std::size_t done = 0; done < groups.size(); ++done) {
        if (stop.stop_requested())
            return cancelled();
        const auto restored = restore_to_float(quantized, groups[done].layers);
        if (!restored)
            return forward(restored);
        const auto then = answers(restored->program, flips, model.input, preprocess, threads, stop);
        if (!then)
            return forward(then);
        for (std::size_t i = 0; i < causes.size(); ++i)
            causes[i].repairs.push_back({groups[done].name, (*then)[i].is_floats, (*then)[i].float_odds});
        progress.report("Looking for what changed answers", done + 1, groups.size());
    }
    for (FlipCause &cause : causes)
        std::stable_sort(cause.repairs.begin(), cause.repairs.end(), [](const Repair &a, const Repair &b) {
            return std::tie(a.repaired, a.float_odds) > std::tie(b.repaired, b.float_odds);
        });
    return causes;
}

} // namespace ca
