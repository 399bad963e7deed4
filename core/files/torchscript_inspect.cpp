// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/files/file_layers.h"
#include "core/files/torch_archive.h"
#include "core/files/torchscript_code.h"
#include "core/files/torchscript_tensors.h"

#include <algorithm>
#include <utility>

namespace ca {
namespace {

constexpr std::size_t kLargestSource = 4 << 20; // one member; the largest seen is 0.1 MB
constexpr std::uint64_t kAllSource = 64 << 20;

std::string dotted(std::string_view path)
{
    std::string name(path);
    std::replace(name.begin(), name.end(), '/', '.');
    return name;
}

/// Looks through `code/`: what it does, and what its classes declare.
Status read_code(const TorchArchive &archive, std::stop_token stop, FileInspection &inspection, ScriptClasses &classes)
{
    const std::string folder = archive.prefix + "code/";
    std::uint64_t total = 0;
    for (const ZipMember &member : archive.zip.members()) {
        if (!member.name.starts_with(folder) || !member.name.ends_with(".py"))
            continue;
        if (stop.stop_requested())
            return cancelled();
        const std::string shown = clean_text(member.name.substr(archive.prefix.size()));
        total += member.size;
        if (member.size > kLargestSource || total > kAllSource) {
            inspection.findings.push_back({shown, 0, "It is more source than any model's (over 4 MiB), and was not read."});
            continue;
        }
        const auto source = archive.zip.read(member, kLargestSource);
        if (!source)
            return forward(source);
        const auto found = script_findings(*source, shown);
        inspection.findings.insert(inspection.findings.end(), found.begin(), found.end());
        const std::string_view path = std::string_view(member.name).substr(folder.size());
        for (ScriptClass &one : script_classes(*source, dotted(path.substr(0, path.size() - 3))))
            classes.insert_or_assign(one.name, std::move(one));
    }
    return {};
}

void count_constants(const std::vector<FoundTensor> &found, FileInspection &inspection)
{
    const auto counted = std::count_if(found.begin(), found.end(), [](const FoundTensor &one) {
        return one.tensor.name.starts_with("CONSTANTS.") && !one.tensor.is_buffer;
    });
    if (counted > 0)
        inspection.warnings.push_back(std::to_string(counted)
                                      + " tensors were frozen into the code as constants; they are counted as parameters, "
                                        "and their names are lost.");
}

} // namespace

Status inspect_torchscript(const TorchArchive &archive, std::stop_token stop, FileInspection &inspection)
{
    inspection.format = FileFormat::torchscript;
    ScriptClasses classes;
    if (auto status = read_code(archive, stop, inspection, classes); !status)
        return status;
    const auto pickles = read_script_pickles(archive);
    if (!pickles)
        return forward(pickles);
    for (const std::string &name : pickles->module.unknown_globals)
        inspection.findings.push_back({"data.pkl", 0, "It names `" + name + "`, which no model's weights need."});
    auto tensors = script_tensors(archive, *pickles, classes);
    if (!tensors)
        return forward(tensors);
    std::vector<FoundTensor> found;
    for (ScriptTensor &tensor : *tensors)
        found.push_back(std::move(tensor.found));
    count_constants(found, inspection);
    if (classes.empty())
        mark_buffers_by_name(found, inspection);
    inspection.verdict = inspection.findings.empty() ? CodeVerdict::plain : CodeVerdict::suspicious;
    list_tensors(found, inspection);
    return {};
}

} // namespace ca
