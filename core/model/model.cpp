// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include "core/base/json.h"
#include "core/model/torchscript.h"

namespace ca {

std::string model_name(const std::filesystem::path &file)
{
    std::string name = file.filename().string();
    for (const char *ending : {".pt", ".pth", ".safetensors", ".traced", ".scripted"})
        if (name.size() > std::string_view(ending).size() && name.ends_with(ending))
            name.resize(name.size() - std::string_view(ending).size());
    return clean_text(name);
}

Result<Model> load_model(const std::filesystem::path &file, const LoadOptions &options, std::stop_token stop,
                         const Progress &progress)
{
    progress.report("Inspecting " + file.filename().string(), 0, 3);
    const auto inspection = inspect_file(file, stop);
    if (!inspection)
        return forward(inspection);
    if (inspection->format != FileFormat::torchscript)
        return fail(ErrorCode::unsupported,
                    "The file " + file.string()
                        + " holds weights without a network that uses them. Give the network as TorchScript (torch.jit.save).");
    if (inspection->verdict == CodeVerdict::suspicious && !options.trust)
        return fail(ErrorCode::unsafe,
                    "The file " + file.string() + " holds code that does more than compute: " + inspection->findings.front().what
                        + " Open it with --trust if you know where it comes from.");
    if (options.first_load)
        if (const auto survived = options.first_load(file, options, stop); !survived)
            return forward(survived);
    return load_torchscript(file, *inspection, options, stop, progress);
}

} // namespace ca
