// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/model_source.h"
#include "core/files/inspect_file.h"

namespace ca {
namespace {

std::string word(FileFormat format)
{
    switch (format) {
    case FileFormat::torchscript:
        return "torchscript";
    case FileFormat::state_dict:
        return "state_dict";
    case FileFormat::safetensors:
        return "safetensors";
    case FileFormat::huggingface:
        return "huggingface";
    }
    return "unknown";
}

std::string word(TensorRole role)
{
    switch (role) {
    case TensorRole::conv2d:
        return "conv2d";
    case TensorRole::linear:
        return "linear";
    case TensorRole::embedding:
        return "embedding";
    case TensorRole::other:
        return "other";
    }
    return "other";
}

std::string word(CodeVerdict verdict)
{
    switch (verdict) {
    case CodeVerdict::none:
        return "none";
    case CodeVerdict::plain:
        return "plain";
    case CodeVerdict::suspicious:
        return "suspicious";
    }
    return "suspicious";
}

std::string shape_text(const std::vector<std::int64_t> &shape)
{
    std::string text;
    for (const std::int64_t side : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(side);
    return text.empty() ? "scalar" : text;
}

OrderedJson inspection_json(const FileInspection &inspection, const std::filesystem::path &file)
{
    OrderedJson findings = OrderedJson::array();
    for (const CodeFinding &finding : inspection.findings)
        findings.push_back({{"member", finding.member}, {"line", finding.line}, {"what", finding.what}});
    OrderedJson layers = OrderedJson::array();
    for (std::size_t i = 0; i < inspection.layers.size(); ++i) {
        const FileLayer &layer = inspection.layers[i];
        layers.push_back({{"id", layer_index(i).id()},
                          {"name", layer.name},
                          {"kind", word(layer.kind)},
                          {"shape", layer.shape},
                          {"dtype", layer.dtype},
                          {"parameters", layer.parameters},
                          {"bytes", layer.size.value}});
    }
    OrderedJson json;
    json["file"] = file.string();
    json["format"] = word(inspection.format);
    json["architecture"] = inspection.architecture.empty() ? OrderedJson(nullptr) : OrderedJson(inspection.architecture);
    json["bytes"] = inspection.size.value;
    json["sha256"] = inspection.sha256;
    json["parameters"] = inspection.parameters;
    json["code"] = {{"verdict", word(inspection.verdict)}, {"findings", findings}};
    json["layers"] = layers;
    json["warnings"] = inspection.warnings;
    return json;
}

std::string inspection_text(const FileInspection &inspection, const std::filesystem::path &file)
{
    std::string text =
        text_facts({{"file", file.string()},
                    {"format", word(inspection.format) + (inspection.architecture.empty() ? "" : ", ") + inspection.architecture},
                    {"size", to_text(inspection.size)},
                    {"sha256", inspection.sha256},
                    {"parameters", std::to_string(inspection.parameters)},
                    {"code", word(inspection.verdict)}});
    for (const CodeFinding &finding : inspection.findings)
        text += "  " + clean_text(finding.member) + ":" + std::to_string(finding.line) + "  " + clean_text(finding.what) + "\n";
    std::vector<std::vector<std::string>> rows{{"layer", "kind", "shape", "dtype", "parameters", "size"}};
    for (std::size_t i = 0; i < inspection.layers.size(); ++i) {
        const FileLayer &layer = inspection.layers[i];
        rows.push_back({layer_index(i).id() + "  " + clean_text(layer.name), word(layer.kind), shape_text(layer.shape),
                        layer.dtype, std::to_string(layer.parameters), to_text(layer.size)});
    }
    text += "\n" + text_table(rows);
    for (const std::string &warning : inspection.warnings)
        text += clean_text(warning) + "\n";
    return text;
}

} // namespace

int inspect_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    const auto source = find_model(arguments.file, {});
    if (!source)
        return console.fail(source.error());
    const std::filesystem::path &file = source->file;
    const auto inspection = inspect_file(file, stop);
    if (!inspection)
        return console.fail(inspection.error());
    return console.result(inspection_json(*inspection, file), inspection_text(*inspection, file));
}

} // namespace ca
