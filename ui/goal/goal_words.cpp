// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/goal/goal_words.h"

#include "ui/common/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kMegabyte = 1e6;
constexpr int kFewestBits = 2;

QString tr(const char *text)
{
    return QCoreApplication::translate("Goal", text);
}

double least_bits(const LayerKeep &keep)
{
    return keep.format ? bits_of(*keep.format).value : std::max(keep.minimum_bits, kFewestBits);
}

QString number(double value)
{
    return QString::number(value, 'g', 6);
}

QString size_words(const SizeLimit &size)
{
    return size.unit == SizeLimit::Unit::megabytes ? tr("at most %1 MB").arg(number(size.value))
                                                   : tr("%1 times smaller than float").arg(number(size.value));
}

} // namespace

QString keep_word(const LayerKeep &keep)
{
    if (keep.format)
        return *keep.format == Format::fp32 ? tr("float") : words::from(to_text(*keep.format));
    return keep.minimum_bits == 0 ? tr("free") : tr("%1 bits or more").arg(keep.minimum_bits);
}

std::vector<LayerKeep> keep_choices()
{
    std::vector<LayerKeep> choices{{}};
    for (const Format format : {Format::fp32, Format::int8, Format::int6, Format::int5, Format::int4, Format::int3, Format::int2})
        choices.push_back({format, 0});
    for (const int bits : {8, 6, 5, 4, 3})
        choices.push_back({{}, bits});
    return choices;
}

QString goal_words(const GoalFacts &goal)
{
    QStringList limits;
    if (goal.max_drop)
        limits << tr("lose at most %1 points").arg(number(*goal.max_drop));
    if (goal.size)
        limits << size_words(*goal.size);
    if (goal.latency)
        limits << tr("at most %1 ms").arg(number(*goal.latency));
    if (!goal.keeps.empty())
        limits << (goal.keeps.size() == 1 ? tr("1 layer kept") : tr("%1 layers kept").arg(goal.keeps.size()));
    return limits.isEmpty() ? tr("no limit") : limits.join(u", "_s);
}

std::optional<std::int64_t> allowed_bytes(const GoalFacts &goal, Bytes float_file)
{
    if (!goal.size)
        return std::nullopt;
    if (goal.size->unit == SizeLimit::Unit::megabytes)
        return std::llround(goal.size->value * kMegabyte);
    if (float_file.value == 0 || goal.size->value <= 0)
        return std::nullopt;
    return static_cast<std::int64_t>(static_cast<double>(float_file.value) / goal.size->value);
}

std::int64_t least_bytes(const GoalFacts &goal, const GoalModel &model)
{
    constexpr double kFloatBytes = 4, kBitsOfByte = 8;
    auto least = static_cast<double>(model.float_file.value);
    for (const GoalLayer &layer : model.layers) {
        const auto kept = goal.keeps.find(layer.name);
        const double bits = least_bits(kept == goal.keeps.end() ? LayerKeep{} : kept->second);
        least -= static_cast<double>(layer.weights) * (kFloatBytes - bits / kBitsOfByte);
    }
    return static_cast<std::int64_t>(std::max(0.0, least));
}

QString problem_of(const GoalFacts &goal, const GoalModel &model)
{
    const auto is_fixed = [&](const GoalLayer &layer) {
        const auto kept = goal.keeps.find(layer.name);
        return kept != goal.keeps.end() && kept->second.format.has_value();
    };
    if (!model.layers.empty() && std::all_of(model.layers.begin(), model.layers.end(), is_fixed))
        return tr("Every layer keeps its format, so there is nothing to search. Free some of them.");
    const auto most = allowed_bytes(goal, model.float_file);
    if (most && model.float_file.value > 0) {
        const std::int64_t least = least_bytes(goal, model);
        if (*most < least)
            return goal.keeps.empty()
                ? tr("Even 2 bits for every layer take %1. Allow more.").arg(words::size(bytes(least)))
                : tr("With what the layers keep, the file takes at least %1. Allow more, or free some of them.")
                      .arg(words::size(bytes(least)));
    }
    return {};
}

QString note_on(const GoalFacts &goal, const GoalModel &model)
{
    const auto most = allowed_bytes(goal, model.float_file);
    if (most && model.float_file.value > 0 && *most >= model.float_file.value)
        return tr("Float takes %1 itself, so this size limits nothing.").arg(words::size(model.float_file));
    if (goal.max_drop && *goal.max_drop == 0)
        return tr("No drop at all can only be shown on very many images: the answer may be close to float's size.");
    if (!goal.max_drop && !goal.size && !goal.latency)
        return tr("Without a limit the study looks for the whole front.");
    return {};
}

} // namespace ca
