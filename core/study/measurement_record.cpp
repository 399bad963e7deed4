// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measurement_record.h"

#include "core/base/sha256.h"

#include <algorithm>
#include <limits>

namespace ca {
namespace {

tl::unexpected<Error> unusable(const std::string &what)
{
    return fail(ErrorCode::bad_format, "A stored measurement cannot be used: " + what + ". Measure again.");
}

/// What must be the same wherever it was measured.
bool agree(const MeasurementRecord &a, const MeasurementRecord &b)
{
    const Accuracy &one = a.measurement.accuracy;
    const Accuracy &other = b.measurement.accuracy;
    const bool answers = a.answers.empty() || b.answers.empty() || a.answers == b.answers;
    return answers && one.n == other.n && one.unread == other.unread && one.right == other.right
        && a.measurement.size == b.measurement.size;
}

std::size_t width_of(std::span<const int> answers)
{
    const std::int64_t most = std::int64_t{*std::max_element(answers.begin(), answers.end())} + 1;
    return most <= 0xFF ? 1 : most <= 0xFFFF ? 2 : 4;
}

} // namespace

Json to_json(const MeasurementKey &key)
{
    return {{"model", key.model}, {"recipe", key.recipe}, {"data", key.data},
            {"split", key.split}, {"seed", key.seed},     {"program", key.program}};
}

std::string hash(const MeasurementKey &key)
{
    return sha256(canonical(to_json(key)));
}

Result<MeasurementKey> measurement_key_from_json(const Json &json)
{
    MeasurementKey key;
    const auto seed = json.is_object() ? json.find("seed") : json.end();
    if (seed == json.end() || !seed->is_number_unsigned())
        return unusable("its key has no seed");
    key.seed = seed->get<std::uint64_t>();
    for (const auto &[name, into] :
         {std::pair("model", &key.model), std::pair("recipe", &key.recipe), std::pair("data", &key.data),
          std::pair("split", &key.split), std::pair("program", &key.program)}) {
        if (!json.contains(name) || !json[name].is_string())
            return unusable(std::string("its key has no text \"") + name + "\"");
        *into = clean_text(json[name].get_ref<const std::string &>());
    }
    return key;
}

Status check(const MeasurementRecord &record)
{
    const Accuracy &accuracy = record.measurement.accuracy;
    if (std::ssize(accuracy.right) != accuracy.n + accuracy.unread)
        return unusable("it has not one flag for each image");
    if (std::count_if(accuracy.right.begin(), accuracy.right.end(), [](std::uint8_t flag) { return flag != 0; })
        != accuracy.correct)
        return unusable("its flags are of another number of right answers than it says");
    if (!record.answers.empty() && record.answers.size() != accuracy.right.size())
        return unusable("it has not one answer for each image");
    return {};
}

Result<MeasurementRecord> joined(const MeasurementRecord &a, const MeasurementRecord &b)
{
    if (!agree(a, b))
        return fail(ErrorCode::bad_data,
                    "Two results of the recipe " + a.key.recipe
                        + " on the same images differ in their answers or their size, so one of the two machines computes"
                          " otherwise. Neither was changed; measure that recipe again on this one.");
    const bool first = canonical(Json(to_json(a.measurement))) <= canonical(Json(to_json(b.measurement)));
    MeasurementRecord record = first ? a : b;
    if (record.answers.empty())
        record.answers = first ? b.answers : a.answers;
    return record;
}

std::vector<std::uint8_t> pack_flags(std::span<const std::uint8_t> flags)
{
    std::vector<std::uint8_t> bytes((flags.size() + 7) / 8);
    for (std::size_t i = 0; i < flags.size(); ++i)
        if (flags[i] != 0)
            bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (1U << (i % 8)));
    return bytes;
}

Result<std::vector<std::uint8_t>> unpack_flags(std::span<const std::uint8_t> bytes, std::size_t count)
{
    if (bytes.size() != count / 8 + (count % 8 == 0 ? 0 : 1))
        return unusable("it has flags of another number of images than it says");
    std::vector<std::uint8_t> flags(count);
    for (std::size_t i = 0; i < count; ++i)
        flags[i] = (bytes[i / 8] >> (i % 8)) & 1U;
    if (count % 8 != 0 && (bytes.back() >> (count % 8)) != 0)
        return unusable("it has flags of more images than it says");
    return flags;
}

std::vector<std::uint8_t> pack_answers(std::span<const int> answers)
{
    if (answers.empty())
        return {};
    const std::size_t width = width_of(answers);
    std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(width)};
    bytes.reserve(1 + width * answers.size());
    for (const int answer : answers) {
        const auto raised = static_cast<std::uint32_t>(answer) + 1U;
        for (std::size_t i = 0; i < width; ++i)
            bytes.push_back(static_cast<std::uint8_t>(raised >> (8 * i)));
    }
    return bytes;
}

Result<std::vector<int>> unpack_answers(std::span<const std::uint8_t> bytes)
{
    if (bytes.empty())
        return std::vector<int>();
    const std::size_t width = bytes.front();
    bytes = bytes.subspan(1);
    if ((width != 1 && width != 2 && width != 4) || bytes.size() % width != 0)
        return unusable("its answers are cut off");
    std::vector<int> answers;
    answers.reserve(bytes.size() / width);
    for (std::size_t i = 0; i < bytes.size(); i += width) {
        std::uint32_t raised = 0;
        for (std::size_t k = 0; k < width; ++k)
            raised |= std::uint32_t{bytes[i + k]} << (8 * k);
        if (raised > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
            return unusable("its answers are no classes");
        answers.push_back(static_cast<int>(raised) - 1);
    }
    return answers;
}

} // namespace ca
