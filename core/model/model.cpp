// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include "core/base/json.h"
#include "core/model/torchscript.h"
#include "core/model/weights_model.h"

namespace ca {

std::string model_name(const std::filesystem::path &file)
{
    std::filesystem::path whole = std::filesystem::absolute(file).lexically_normal();
    if (!whole.has_filename()) // a folder with a slash behind it
        whole = whole.parent_path();
    std::string name = whole.filename().string();
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
    if (inspection->verdict == CodeVerdict::suspicious && !options.trust)
        return fail(ErrorCode::unsafe,
                    "The file " + file.string() + " holds code that does more than compute: " + inspection->findings.front().what
                        + " Open it with --trust if you know where it comes from.");
    if (options.first_load && inspection->format == FileFormat::torchscript)
        if (const auto survived = options.first_load(file, options, stop); !survived)
            return forward(survived);
    auto model = inspection->format == FileFormat::torchscript ? load_torchscript(file, *inspection, options, stop, progress)
                                                               : load_weights(file, *inspection, options, stop, progress);
    if (!model)
        return model;
    model->file = file;
    model->name = model_name(file);
    model->sha256 = inspection->sha256;
    return model;
}

} // namespace ca
