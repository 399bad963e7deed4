// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/base/json_member.h"
#include "core/report/writers/csv.h"
#include "core/scan/sensitivity.h"

#include <algorithm>

namespace ca {
namespace {

using Row = std::vector<std::string>;

Row heading()
{
    Row names{"trial",    "id",    "name",      "block", "kind",        "parameters", "macs", "format", "activation",
              "rounding", "group", "symmetric", "bytes", "float_bytes", "alpha",      "beta", "ks"};
    for (const int bits : kScanBits)
        names.push_back("noise_" + std::to_string(bits));
    for (const char *what : {"divergence_", "changed_"})
        for (const std::string &format : scan_formats())
            names.push_back(what + format);
    return names;
}

/// Numbers and words of the table; all else is an empty field.
std::string field(const Json &json)
{
    if (json.is_string())
        return csv_text(json.get_ref<const std::string &>());
    if (json.is_number_integer())
        return json.dump();
    return json.is_number() ? to_text(json.get<double>()) : std::string();
}

/// What the trial does to the layer of this name; layers that no recipe names stay float.
void add_scheme(Row &row, const Trial *trial, const std::string &name)
{
    if (trial == nullptr) {
        row.insert(row.end(), 5, std::string());
        return;
    }
    const auto found = trial->recipe.layers.find(name);
    const Scheme scheme = found != trial->recipe.layers.end() ? found->second : Scheme();
    const bool is_grid = is_integer(scheme.format);
    row.insert(row.end(),
               {to_text(scheme.format), to_text(scheme.activation), is_grid ? to_text(scheme.rounding) : std::string(),
                is_grid ? std::to_string(scheme.group) : std::string(),
                is_grid ? std::string(scheme.symmetric ? "1" : "0") : std::string()});
}

Row row_of(const Trial *trial, const Json &layer)
{
    const Json &named = member(layer, "name");
    const std::string name = named.is_string() ? named.get<std::string>() : std::string();
    Row row{trial != nullptr ? csv_text(trial->id) : std::string()};
    for (const char *key : {"id", "name", "block", "kind", "parameters", "macs"})
        row.push_back(field(member(layer, key)));
    add_scheme(row, trial, name);
    const Json &sizes = member(layer, "bytes"), &fit = member(layer, "beta");
    const std::string format = row[7]; // as the heading names it
    row.push_back(format.empty() ? format : field(member(sizes, format)));
    row.push_back(field(member(sizes, "fp32")));
    for (const char *key : {"alpha", "beta", "ks"})
        row.push_back(field(member(fit, key)));
    for (const int bits : kScanBits)
        row.push_back(field(member(member(layer, "noise"), std::to_string(bits))));
    for (const std::string &scanned : scan_formats())
        row.push_back(field(member(member(layer, "divergence"), scanned)));
    for (const std::string &scanned : scan_formats())
        row.push_back(field(member(member(member(layer, "divergence_details"), scanned), "changed")));
    return row;
}

} // namespace

std::string layers_csv(const Trial *trial, const std::optional<Json> &sensitivity)
{
    std::string text = csv_line(heading());
    if (const Json &layers = sensitivity ? member(*sensitivity, "layers") : member(Json(), ""); layers.is_array()) {
        for (const Json &layer : layers)
            text += csv_line(row_of(trial, layer));
        return text;
    }
    if (trial != nullptr)
        for (const auto &[name, scheme] : trial->recipe.layers)
            text += csv_line(row_of(trial, {{"name", name}}));
    return text;
}

} // namespace ca
