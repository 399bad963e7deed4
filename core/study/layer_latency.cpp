// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_latency.h"

#include "core/quantize/methods.h"

namespace ca {
namespace {

constexpr int kRounds = 15;

/// Milliseconds by layer; those of other steps under the empty name.
Result<std::map<std::string, double>> time_steps(const Program &program, const InputSpec &input, std::stop_token stop)
{
    ImageBatch image{1, input.channels, input.height, input.width, {}};
    image.values.assign(static_cast<std::size_t>(image.channels * image.height * image.width), 0.5F);
    const auto milliseconds = profile(program, image, kRounds, 1, std::move(stop));
    if (!milliseconds)
        return forward(milliseconds);
    const auto steps = program.steps();
    std::map<std::string, double> sums;
    for (std::size_t i = 0; i < steps.size(); ++i)
        sums[steps[i].layer] += (*milliseconds)[i];
    return sums;
}

Result<std::map<std::string, double>> time_method(const Workbench &bench, const char *method, const std::stop_token &stop,
                                                  const Progress &progress)
{
    const auto recipe = make_recipe(bench.model, method, {.has_images = bench.calibration.has_images()});
    if (!recipe)
        return forward(recipe);
    const auto model = quantize(bench.model, *recipe, bench.calibration, bench.threads, stop, progress);
    if (!model)
        return forward(model);
    return time_steps(model->program, bench.model.input, stop);
}

} // namespace

Result<LayerLatencies> time_layers(const Workbench &bench, std::stop_token stop, const Progress &progress)
{
    const auto in_float = time_method(bench, "fp32", stop, progress);
    if (!in_float)
        return forward(in_float);
    const auto in_int8 = time_method(bench, "static-int8", stop, progress);
    if (!in_int8)
        return forward(in_int8);
    LayerLatencies latencies;
    for (const auto &[layer, milliseconds] : *in_float) {
        if (layer.empty()) {
            latencies.others = milliseconds;
            continue;
        }
        const auto integer = in_int8->find(layer);
        latencies.layers[layer] = {milliseconds, integer == in_int8->end() ? milliseconds : integer->second};
    }
    return latencies;
}

Json to_json(const LayerLatencies &latencies)
{
    Json json{{"others", latencies.others}, {"layers", Json::object()}};
    for (const auto &[layer, times] : latencies.layers)
        json["layers"][layer] = {times.first, times.second};
    return json;
}

Result<LayerLatencies> layer_latencies_from_json(const Json &json)
{
    const auto damaged = [] {
        return fail(ErrorCode::bad_format, "The study's table of layers' times is damaged. Begin a new study.");
    };
    if (!json.is_object() || !json.contains("others") || !json["others"].is_number() || !json.contains("layers")
        || !json["layers"].is_object())
        return damaged();
    LayerLatencies latencies;
    latencies.others = json["others"].get<double>();
    for (const auto &[layer, times] : json["layers"].items()) {
        if (!times.is_array() || times.size() != 2 || !times[0].is_number() || !times[1].is_number())
            return damaged();
        latencies.layers[layer] = {times[0].get<double>(), times[1].get<double>()};
    }
    return latencies;
}

} // namespace ca
