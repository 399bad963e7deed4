// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/tools/tools.h"

#include <algorithm>
#include <string>
#include <vector>

/// Arguments of `propose_recipe`.
inline ca::Json proposal(const char *base, ca::Json layers = nullptr, ca::Json target = nullptr)
{
    return {{"name", "mine"},
            {"base", base ? ca::Json(base) : ca::Json(nullptr)},
            {"layers", std::move(layers)},
            {"target_bytes", std::move(target)},
            {"reason", "because"},
            {"expect", {{"bytes", nullptr}, {"drop", 1.5}}}};
}

/// One of its changes.
inline ca::Json change(std::vector<std::string> ids, ca::Json format, ca::Json activation = nullptr, ca::Json rounding = nullptr,
                       ca::Json group = nullptr)
{
    return {{"ids", std::move(ids)},
            {"format", std::move(format)},
            {"activation", std::move(activation)},
            {"rounding", std::move(rounding)},
            {"group", std::move(group)}};
}

inline ca::ToolAnswer call(ca::ToolBox &tools, const std::string &name, const ca::Json &arguments, std::stop_token stop = {})
{
    return tools.call({"c1", name, arguments.dump()}, std::move(stop));
}

/// Path, problem and allowed values of the only error.
inline ca::Json only_error(const ca::ToolAnswer &answer)
{
    return answer.failed && answer.content["errors"].size() == 1 ? answer.content["errors"][0] : answer.content;
}

/// The values of a table's column.
inline ca::Json column(const ca::Json &table, const std::string &name)
{
    const auto &columns = table["columns"];
    const auto found = std::find(columns.begin(), columns.end(), name);
    ca::Json values = ca::Json::array();
    for (const ca::Json &row : table["rows"])
        values.push_back(row[static_cast<std::size_t>(found - columns.begin())]);
    return values;
}

/// Somebody who always says the same.
inline ca::ToolOptions approving(std::vector<ca::ConsentRequest> &asked, bool granted = true)
{
    ca::ToolOptions options;
    options.ask = [&asked, granted](const ca::ConsentRequest &request, std::stop_token) {
        asked.push_back(request);
        return ca::Decision{granted, granted ? "" : "not today"};
    };
    return options;
}
