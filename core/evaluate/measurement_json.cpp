// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/measurement_json.h"

#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr std::int64_t kMostImages = std::int64_t{1} << 40;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 60;
constexpr double kHuge = std::numeric_limits<double>::max();

/// The fields of one object. The first that is wrong is remembered, and reading goes on with zeros.
class Fields {
public:
    Fields(const Json &json, std::string &problem) : json_(json.is_object() ? json : kNone), problem_(problem)
    {
        if (!json.is_object())
            blame("a part of it that is no object");
    }

    /// Neither missing nor null.
    [[nodiscard]] bool has(const char *key) const { return json_.contains(key) && !json_[key].is_null(); }
    [[nodiscard]] const Json &at(const char *key) const { return json_.contains(key) ? json_[key] : kNothing; }
    [[nodiscard]] Fields object(const char *key) const { return {has(key) ? at(key) : kNone, problem_}; }

    double number(const char *key, double least = 0, double most = kHuge) { return number(at(key), key, least, most); }
    double number(const Json &value, const char *key, double least, double most)
    {
        if (value.is_number() && value.get<double>() >= least && value.get<double>() <= most)
            return value.get<double>();
        blame(key);
        return 0;
    }
    std::optional<double> number_or_none(const char *key, double most)
    {
        return has(key) ? std::optional(number(key, 0, most)) : std::nullopt;
    }
    std::int64_t integer(const char *key, std::int64_t most)
    {
        const Json &value = at(key);
        const bool whole = value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
        if (whole && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most))
            return value.get<std::int64_t>();
        blame(key);
        return 0;
    }
    int small(const char *key) { return static_cast<int>(integer(key, std::numeric_limits<int>::max())); }
    std::optional<Bytes> bytes_or_none(const char *key)
    {
        return has(key) ? std::optional(bytes(integer(key, kMostBytes))) : std::nullopt;
    }
    std::string text(const char *key)
    {
        if (at(key).is_string())
            return clean_text(at(key).get_ref<const std::string &>());
        blame(key);
        return {};
    }
    bool flag(const char *key)
    {
        if (!at(key).is_boolean())
            blame(key);
        return at(key).is_boolean() && at(key).get<bool>();
    }
    void blame(const char *what)
    {
        if (problem_.empty())
            problem_ = what;
    }

private:
    static inline const Json kNothing = nullptr;
    static inline const Json kNone = Json::object();
    const Json &json_;
    std::string &problem_;
};

std::optional<MedianInterval> times_of(Fields fields)
{
    if (!fields.has("median"))
        return std::nullopt;
    return MedianInterval{fields.number("median"), fields.number("low"), fields.number("high")};
}

std::optional<Latency> latency_of(const Fields &parent, const char *key)
{
    if (!parent.has(key))
        return std::nullopt;
    Fields fields = parent.object(key);
    Latency latency;
    latency.device = fields.text("device");
    latency.threads = fields.small("threads");
    latency.isa = fields.text("isa");
    latency.provider = fields.text("provider");
    latency.compute = fields.text("compute");
    const std::string kernel = fields.text("kernel");
    if (kernel != "real" && kernel != "simulated")
        fields.blame("kernel");
    latency.real = kernel == "real";
    latency.pinned = fields.flag("pinned");
    if (fields.has("warning"))
        latency.warning = fields.text("warning");
    latency.batch1 = times_of(fields.object("batch1"));
    latency.batch = fields.object("batchN").small("batch");
    latency.batch_n = times_of(fields.object("batchN"));
    return latency;
}

std::optional<FloatLatency> float_latency_of(const Fields &parent)
{
    if (!parent.has("float_latency"))
        return std::nullopt;
    const Fields fields = parent.object("float_latency");
    return FloatLatency{latency_of(fields, "torchscript"), latency_of(fields, "fused_fp32"), latency_of(fields, "bf16")};
}

std::optional<PairedComparison> comparison_of(const Fields &parent)
{
    if (!parent.has("versus_float"))
        return std::nullopt;
    Fields fields = parent.object("versus_float");
    PairedComparison comparison;
    comparison.fixed = fields.integer("fixed", kMostImages);
    comparison.broken = fields.integer("broken", kMostImages);
    comparison.p_value = fields.number("p_value", 0, 1);
    comparison.verdict = fields.text("verdict");
    return comparison;
}

Accuracy accuracy_in(Fields &fields)
{
    Accuracy accuracy;
    accuracy.n = fields.integer("n", kMostImages);
    accuracy.correct = fields.integer("correct", accuracy.n);
    accuracy.unread = fields.integer("unread", kMostImages);
    accuracy.top5 = fields.number_or_none("top5", 1);
    accuracy.calibration_error = fields.number_or_none("calibration_error", 1);
    const Json &interval = fields.at("interval");
    if (interval.is_array() && interval.size() == 2)
        accuracy.interval = {fields.number(interval[0], "interval", 0, 1), fields.number(interval[1], "interval", 0, 1)};
    else
        fields.blame("interval");
    const Json &classes = fields.at("per_class");
    if (!classes.is_array())
        fields.blame("per_class");
    for (const Json &share : classes) // null, of a class without images, is NaN
        accuracy.per_class.push_back(share.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                                     : fields.number(share, "per_class", 0, 1));
    return accuracy;
}

} // namespace

Result<Measurement> measurement_from_json(const Json &json)
{
    std::string problem;
    Fields fields(json, problem);
    Measurement measurement;
    measurement.accuracy = accuracy_in(fields);
    measurement.versus_float = comparison_of(fields);
    measurement.size = fields.bytes_or_none("bytes").value_or(Bytes());
    if (fields.has("towers")) {
        Fields towers = fields.object("towers");
        measurement.towers = TowerBytes{bytes(towers.integer("image", kMostBytes)), bytes(towers.integer("text", kMostBytes))};
    }
    measurement.latency = latency_of(fields, "latency");
    measurement.float_latency = float_latency_of(fields);
    measurement.peak_memory = fields.bytes_or_none("peak_memory");
    measurement.predicted_peak_memory = fields.bytes_or_none("predicted_peak_memory");
    measurement.seconds = fields.number("seconds");
    if (!problem.empty())
        return fail(ErrorCode::bad_format,
                    "A measurement cannot be read: its field \"" + problem + "\" is missing or impossible. Measure again.");
    return measurement;
}

} // namespace ca
