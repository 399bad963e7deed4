// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/inspect_file.h"

#include "core/base/sha256.h"
#include "core/files/file_kind.h"
#include "core/files/torch_archive.h"
#include "core/files/weight_source.h"

#include <algorithm>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;

Bytes size_of(const fs::path &file)
{
    std::error_code ignored;
    return bytes(static_cast<std::int64_t>(fs::file_size(file, ignored)));
}

Status inspect_weights(const OpenWeights &source, FileInspection &inspection)
{
    if (!source)
        return forward(source);
    inspection.format = (*source)->format;
    for (const std::string &name : (*source)->unknown_globals)
        inspection.findings.push_back({"data.pkl", 0, "It names `" + name + "`, which no model's weights need."});
    inspection.verdict = inspection.findings.empty() ? CodeVerdict::none : CodeVerdict::suspicious;
    std::vector<FoundTensor> found = (*source)->found;
    mark_buffers_by_name(found, inspection);
    list_tensors(found, inspection);
    return {};
}

Status inspect_content(const fs::path &file, FileKind kind, std::stop_token stop, FileInspection &inspection)
{
    if (kind == FileKind::safetensors)
        return inspect_weights(open_safetensors_source(file), inspection);
    if (kind == FileKind::legacy_torch)
        return inspect_weights(open_state_dict_source(file), inspection);
    const auto archive = open_torch_archive(file);
    if (!archive)
        return forward(archive);
    return archive->has_code ? inspect_torchscript(*archive, stop, inspection)
                             : inspect_weights(open_state_dict_source(file), inspection);
}

Status hash_folder(const ModelFolder &folder, std::stop_token stop, FileInspection &inspection)
{
    std::vector<fs::path> files = folder.weights;
    files.push_back(folder.folder / "config.json");
    std::sort(files.begin(), files.end());
    Sha256 all;
    for (const fs::path &file : files) {
        const auto hash = sha256_of_file(file, stop);
        if (!hash)
            return forward(hash);
        all.add(*hash + "  " + file.filename().string() + '\n');
        inspection.size += size_of(file);
    }
    inspection.sha256 = all.hex();
    return {};
}

Result<FileInspection> inspect_folder(const fs::path &path, std::stop_token stop)
{
    const auto folder = open_model_folder(path);
    if (!folder)
        return forward(folder);
    FileInspection inspection;
    inspection.architecture = folder->architecture;
    if (const auto read = inspect_weights(open_folder_source(*folder), inspection); !read)
        return forward(read);
    if (const auto hashed = hash_folder(*folder, stop, inspection); !hashed)
        return forward(hashed);
    return inspection;
}

} // namespace

Result<FileInspection> inspect_file(const fs::path &file, std::stop_token stop)
{
    if (is_model_folder(file))
        return inspect_folder(file, stop);
    const auto guess = guess_file(file);
    if (!guess)
        return forward(guess);
    if (guess->kind == FileKind::other || guess->kind == FileKind::pickle)
        return fail(ErrorCode::bad_format,
                    "The file " + file.string() + " is no model: it is " + guess->words
                        + ". Choose a .pt, .pth or .safetensors file.");
    FileInspection inspection;
    if (const auto read = inspect_content(file, guess->kind, stop, inspection); !read)
        return read.error().code == ErrorCode::cancelled ? tl::unexpected(read.error())
                                                         : tl::unexpected(about_file(file, read.error()));
    inspection.size = size_of(file);
    const auto hash = sha256_of_file(file, stop);
    if (!hash)
        return forward(hash);
    inspection.sha256 = *hash;
    return inspection;
}

} // namespace ca
