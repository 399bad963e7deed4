// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/measurement.h"

#include <cmath>

namespace ca {
namespace {

OrderedJson to_json(const std::optional<MedianInterval> &times)
{
    OrderedJson json;
    json["median"] = times ? OrderedJson(times->median) : OrderedJson(nullptr);
    json["low"] = times ? OrderedJson(times->low) : OrderedJson(nullptr);
    json["high"] = times ? OrderedJson(times->high) : OrderedJson(nullptr);
    return json;
}

OrderedJson to_json(const std::optional<Latency> &latency)
{
    if (!latency)
        return nullptr;
    OrderedJson json;
    json["device"] = latency->device;
    json["threads"] = latency->threads;
    json["isa"] = latency->isa;
    json["provider"] = latency->provider;
    json["compute"] = latency->compute;
    json["kernel"] = latency->real ? "real" : "simulated";
    json["pinned"] = latency->pinned;
    json["warning"] = or_null(latency->warning);
    // What was only simulated has no speed, whatever was timed.
    json["batch1"] = to_json(latency->real ? latency->batch1 : std::nullopt);
    OrderedJson &many = json["batchN"];
    many["batch"] = latency->batch;
    many.update(to_json(latency->real ? latency->batch_n : std::nullopt));
    return json;
}

OrderedJson to_json(const std::optional<FloatLatency> &floats)
{
    if (!floats)
        return nullptr;
    OrderedJson json;
    json["torchscript"] = to_json(floats->torchscript);
    json["fused_fp32"] = to_json(floats->fused_fp32);
    json["bf16"] = to_json(floats->bf16);
    return json;
}

OrderedJson to_json(const std::optional<PairedComparison> &comparison)
{
    if (!comparison)
        return nullptr;
    OrderedJson json;
    json["fixed"] = comparison->fixed;
    json["broken"] = comparison->broken;
    json["p_value"] = comparison->p_value;
    json["verdict"] = comparison->verdict;
    return json;
}

} // namespace

OrderedJson to_json(const Measurement &measurement)
{
    const Accuracy &accuracy = measurement.accuracy;
    OrderedJson json;
    json["top1"] = accuracy.n > 0 ? OrderedJson(accuracy.top1()) : OrderedJson(nullptr);
    json["top5"] = or_null(accuracy.top5);
    json["correct"] = accuracy.correct;
    json["n"] = accuracy.n;
    json["unread"] = accuracy.unread;
    json["interval"] = accuracy.interval;
    json["per_class"] = OrderedJson::array();
    for (const double share : accuracy.per_class) // NaN: no image of that class
        json["per_class"].push_back(std::isnan(share) ? OrderedJson(nullptr) : OrderedJson(share));
    json["calibration_error"] = or_null(accuracy.calibration_error);
    json["versus_float"] = to_json(measurement.versus_float);
    json["bytes"] = measurement.size.value > 0 ? OrderedJson(measurement.size.value) : OrderedJson(nullptr);
    json["towers"] = nullptr;
    if (measurement.towers) {
        json["towers"]["image"] = measurement.towers->image.value;
        json["towers"]["text"] = measurement.towers->text.value;
    }
    json["latency"] = to_json(measurement.latency);
    json["float_latency"] = to_json(measurement.float_latency);
    json["peak_memory"] = measurement.peak_memory ? OrderedJson(measurement.peak_memory->value) : OrderedJson(nullptr);
    json["predicted_peak_memory"] =
        measurement.predicted_peak_memory ? OrderedJson(measurement.predicted_peak_memory->value) : OrderedJson(nullptr);
    json["seconds"] = measurement.seconds;
    return json;
}

} // namespace ca
