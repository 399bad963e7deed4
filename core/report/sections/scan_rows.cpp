// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/scan_rows.h"

#include "core/base/json_member.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ca::report {
namespace {

/// Formats by which layers differ clearly come first.
constexpr std::array kRankings{"int4", "int3", "int2", "int6", "int8", "nf4", "static-int8"};

std::string text_at(const Json &json, const char *key)
{
    const Json &value = member(json, key);
    return value.is_string() ? clean_text(value.get_ref<const std::string &>()) : std::string();
}

/// Empty where one of them is no number.
std::vector<double> numbers_at(const Json &json, const char *key)
{
    const Json &list = member(json, key);
    const bool all = list.is_array() && std::all_of(list.begin(), list.end(), [](const Json &each) { return each.is_number(); });
    return all ? list.get<std::vector<double>>() : std::vector<double>();
}

bool has_divergence(const Context &context, const ScanRows &scan, const std::string &format)
{
    return std::any_of(scan.rows.begin(), scan.rows.end(), [&](const ScanRow &row) {
        return context.figures.value("scan/layers/" + path_part(row.id) + "/divergence/" + format).has_value();
    });
}

void choose_columns(const Context &context, ScanRows &scan)
{
    for (const std::string &format : scan_formats())
        if (has_divergence(context, scan, format))
            scan.columns.push_back(format);
    scan.is_measured = !scan.columns.empty();
    if (!scan.is_measured)
        scan.columns = {"int8", "int6", "int5", "int4", "int3", "int2"};
    for (const char *format : kRankings)
        if (scan.ranking.empty() && std::count(scan.columns.begin(), scan.columns.end(), format) > 0)
            scan.ranking = format;
    const bool cosine = text_at(*context.source.sensitivity, "measure") == "cosine";
    scan.measure = !scan.is_measured ? "noise to signal of the weights, by the Beta fit"
        : cosine                     ? "one less the cosine of the outputs with float’s"
                                     : "divergence of the output from float’s, in nats";
}

} // namespace

std::string ScanRows::path(const ScanRow &row, const std::string &format) const
{
    const std::string layer = "scan/layers/" + path_part(row.id);
    return is_measured ? layer + "/divergence/" + format : layer + "/noise/" + format.substr(3); // behind "int"
}

ScanRows scan_rows(const Context &context)
{
    ScanRows scan;
    if (!context.source.sensitivity)
        return scan;
    const Json &layers = member(*context.source.sensitivity, "layers");
    if (!layers.is_array())
        return scan;
    for (const Json &layer : layers)
        scan.rows.push_back({text_at(layer, "id"), text_at(layer, "name"), text_at(layer, "block"), text_at(layer, "kind"),
                             text_at(member(layer, "beta"), "trouble"), numbers_at(layer, "histogram")});
    choose_columns(context, scan);
    return scan;
}

std::vector<const ScanRow *> ends_of(const Context &context, const ScanRows &scan, std::size_t count)
{
    std::vector<std::pair<double, const ScanRow *>> ranked;
    for (const ScanRow &row : scan.rows)
        if (const auto value = context.figures.value(scan.path(row, scan.ranking)))
            ranked.emplace_back(*value, &row);
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
    std::vector<const ScanRow *> ends;
    for (std::size_t i = 0; i < ranked.size(); ++i)
        if (i < count || i + count >= ranked.size())
            ends.push_back(ranked[i].second);
    return ends;
}

} // namespace ca::report
