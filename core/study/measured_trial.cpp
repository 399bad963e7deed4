// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measured_trial.h"

#include "core/base/atomic_file.h"
#include "core/base/base64.h"
#include "core/evaluate/measurement_json.h"

namespace ca {
namespace {

constexpr int kVersion = 1;
constexpr int kDepth = 16;                         // its deepest part, latency of the float baselines, has 5
constexpr std::size_t kLargestFile = 64ULL << 20U; // a million images take 7 MB
constexpr std::size_t kLongestText = 500;          // of a method or a name

tl::unexpected<Error> unusable(const std::string &what)
{
    return fail(ErrorCode::bad_format, "It is not a result that run-trial wrote: " + what + ".");
}

Result<std::string> text_at(const Json &json, const char *key)
{
    if (!json.contains(key) || !json[key].is_string() || json[key].get_ref<const std::string &>().size() > kLongestText)
        return unusable(std::string("it has no short text \"") + key + "\"");
    return clean_text(json[key].get_ref<const std::string &>());
}

Result<std::vector<std::uint8_t>> bytes_at(const Json &json, const char *key)
{
    auto bytes =
        json.contains(key) && json[key].is_string() ? from_base64(json[key].get_ref<const std::string &>()) : std::nullopt;
    if (!bytes)
        return unusable(std::string("its \"") + key + "\" is no base64");
    return std::move(*bytes);
}

/// Flags and answers, for the images that the measurement counts.
Status read_answers(const Json &json, MeasurementRecord &record)
{
    const auto packed = bytes_at(json, "right");
    if (!packed)
        return forward(packed);
    const auto packed_answers = bytes_at(json, "answers");
    if (!packed_answers)
        return forward(packed_answers);
    Accuracy &accuracy = record.measurement.accuracy;
    auto flags = unpack_flags(*packed, static_cast<std::size_t>(accuracy.n + accuracy.unread));
    if (!flags)
        return forward(flags);
    auto answers = unpack_answers(*packed_answers);
    if (!answers)
        return forward(answers);
    accuracy.right = std::move(*flags);
    record.answers = std::move(*answers);
    return check(record);
}

Result<MeasurementRecord> record_from_json(const Json &json)
{
    MeasurementRecord record;
    auto key = measurement_key_from_json(json.value("key", Json()));
    if (!key)
        return forward(key);
    auto measured = measurement_from_json(json.value("measurement", Json()));
    if (!measured)
        return forward(measured);
    record.key = std::move(*key);
    record.measurement = std::move(*measured);
    if (const auto read = read_answers(json, record); !read)
        return forward(read);
    return record;
}

} // namespace

Json to_json(const MeasuredTrial &result)
{
    Json json{{"version", kVersion}, {"method", result.method}, {"name", result.name}, {"recipe", to_json(result.recipe)}};
    json["key"] = to_json(result.record.key);
    json["measurement"] = Json(to_json(result.record.measurement));
    json["right"] = to_base64(pack_flags(result.record.measurement.accuracy.right));
    json["answers"] = to_base64(pack_answers(result.record.answers));
    return json;
}

Result<MeasuredTrial> measured_trial_from_json(const Json &json)
{
    if (!json.is_object() || json.value("version", Json()) != kVersion)
        return unusable("it is not of version " + std::to_string(kVersion) + ", the only one that this program knows");
    MeasuredTrial result;
    for (const auto &[key, into] : {std::pair("method", &result.method), std::pair("name", &result.name)}) {
        auto text = text_at(json, key);
        if (!text)
            return forward(text);
        *into = std::move(*text);
    }
    auto recipe = recipe_from_json(json.value("recipe", Json()));
    if (!recipe)
        return fail(ErrorCode::bad_format, "It is not a result that run-trial wrote.", recipe.error());
    result.recipe = std::move(*recipe);
    auto record = record_from_json(json);
    if (!record)
        return forward(record);
    result.record = std::move(*record);
    if (result.record.key.recipe != hash(result.recipe))
        return unusable("its recipe is not the one that its key names");
    return result;
}

Status write_measured_trial(const MeasuredTrial &result, const std::filesystem::path &file)
{
    const auto written = write_file(file, canonical(to_json(result)) + "\n");
    return written ? Status() : Status(forward(written));
}

Result<MeasuredTrial> read_measured_trial(const std::filesystem::path &file)
{
    const auto text = read_file(file, kLargestFile);
    if (!text)
        return forward(text);
    const auto json = parse_json(*text, "The file " + file.string(), kDepth);
    if (!json)
        return forward(json);
    auto result = measured_trial_from_json(*json);
    if (!result)
        return fail(ErrorCode::bad_format, "The file " + file.string() + " cannot be merged. Carry the trial out again.",
                    result.error());
    return result;
}

} // namespace ca
