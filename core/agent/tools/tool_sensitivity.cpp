// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"

#include <algorithm>
#include <set>

namespace ca::tools {
namespace {

constexpr std::int64_t kUsualRows = 20, kMostRows = 60;
constexpr const char *kUsualFormat = "int4";

struct Order {
    std::string key, format; ///< `divergence`; `int4`
};

double share_of(const LayerSensitivity &row)
{
    return row.measured_share.value_or(row.predicted_share.value_or(-1));
}

/// Rows come by falling value; those that were not measured last.
double value_of(const SensitivityTable &table, const LayerSensitivity &row, const Order &order)
{
    double value = -1;
    if (order.key == "bytes") {
        const auto found = row.bytes.find("fp32");
        value = found == row.bytes.end() ? -1 : static_cast<double>(found->second);
    } else if (order.key == "latency") {
        value = share_of(row);
    } else if (order.key == "noise") {
        value = noise_of(row.weights.beta_noise, order.format == "static-int8" ? "int8" : order.format).value_or(-1);
    } else if (const auto found = row.divergence.find(order.format); found != row.divergence.end()) {
        value = ranked(table, found->second);
    }
    return std::isnan(value) ? -1 : value;
}

Json row_json(const ToolBox::State &state, const LayerSensitivity &row, const std::vector<std::string> &formats)
{
    const SensitivityTable &table = *state.desk.table();
    const auto bytes = row.bytes.find("fp32");
    Json json{row.layer.index.id(), to_text(row.layer.kind), row.layer.depthwise, row.layer.parameters(), row.macs};
    json.push_back(bytes == row.bytes.end() ? Json(nullptr) : Json(bytes->second));
    json.push_back(share_of(row) < 0 ? Json(nullptr) : rounded(100 * share_of(row), 1));
    json.push_back(significant(noise_of(row.weights.beta_noise, "int4").value_or(INFINITY)));
    json.push_back(significant(noise_of(row.weights.measured.channel, "int4").value_or(INFINITY)));
    for (const std::string &format : formats) {
        const auto found = row.divergence.find(format);
        json.push_back(found == row.divergence.end() ? Json(nullptr) : significant(ranked(table, found->second)));
    }
    if (state.untrusted.sent())
        json.push_back(state.untrusted(row.layer.name));
    return json;
}

/// Ids that are there, and errors for the others.
std::set<std::string> wanted_ids(const ToolBox::State &state, const Json &layers, ArgumentErrors &errors)
{
    std::set<std::string> ids;
    if (layers.is_null())
        return ids;
    if (layers.empty())
        errors.push_back({"/layers", "is empty", state.layer_ids()});
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto &id = layers[i].get_ref<const std::string &>();
        if (!state.layer(id))
            errors.push_back({"/layers/" + std::to_string(i), "is no layer", state.layer_ids()});
        ids.insert(id);
    }
    return ids;
}

std::vector<std::string> measured_formats(const SensitivityTable &table)
{
    std::vector<std::string> formats;
    for (const std::string &format : scan_formats())
        if (std::any_of(table.layers.begin(), table.layers.end(),
                        [&](const LayerSensitivity &row) { return row.divergence.contains(format); }))
            formats.push_back(format);
    return formats;
}

} // namespace

ToolAnswer sensitivity(ToolBox::State &state, const Json &arguments, std::stop_token)
{
    ArgumentErrors errors;
    const std::set<std::string> ids = wanted_ids(state, arguments["layers"], errors);
    const Json &limit = arguments["limit"];
    if (!limit.is_null() && (limit < 1 || limit > kMostRows))
        errors.push_back({"/limit", "is out of range", "1 to " + std::to_string(kMostRows)});
    if (!errors.empty())
        return refusal(errors);
    if (auto refused = state.plan())
        return std::move(*refused);
    const SensitivityTable &table = *state.desk.table();
    const Order order{arguments["sort"].is_null() ? "divergence" : arguments["sort"].get<std::string>(),
                      arguments["format"].is_null() ? kUsualFormat : arguments["format"].get<std::string>()};
    std::vector<const LayerSensitivity *> rows;
    for (const LayerSensitivity &row : table.layers)
        if (ids.empty() || ids.contains(row.layer.index.id()))
            rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [&](const LayerSensitivity *a, const LayerSensitivity *b) {
        return value_of(table, *a, order) > value_of(table, *b, order);
    });
    const std::vector<std::string> formats = measured_formats(table);
    Table shown{{"id", "kind", "depthwise", "parameters", "macs", "fp32_bytes", "time_percent", "beta_noise_int4",
                 "measured_noise_int4"}};
    for (const std::string &format : formats)
        shown.columns.push_back("divergence_" + format);
    if (state.untrusted.sent())
        shown.columns.emplace_back("name");
    const auto most = static_cast<std::size_t>(limit.is_null() ? kUsualRows : limit.get<std::int64_t>());
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i)
        shown.rows.push_back(row_json(state, *rows[i], formats));
    ToolAnswer answer;
    answer.content = {{"sorted_by", order.key},
                      {"format", order.format},
                      {"of_layers", rows.size()},
                      {"images", table.images},
                      {"table", shown.json()}};
    if (!rows.empty())
        answer.summary = std::to_string(shown.rows.size()) + " of " + std::to_string(rows.size()) + " layers by " + order.key
            + "; " + rows.front()->layer.index.id() + " comes first";
    return answer;
}

} // namespace ca::tools
