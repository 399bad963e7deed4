// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/inspect_file.h"

#include "core/base/sha256.h"
#include "core/files/file_kind.h"
#include "core/files/torch_archive.h"

#include <system_error>

namespace ca {
namespace {

Status inspect_content(const std::filesystem::path &file, FileKind kind, std::stop_token stop, FileInspection &inspection)
{
    if (kind == FileKind::safetensors)
        return inspect_safetensors(file, inspection);
    if (kind == FileKind::legacy_torch)
        return inspect_state_dict(file, inspection);
    const auto archive = open_torch_archive(file);
    if (!archive)
        return forward(archive);
    return archive->has_code ? inspect_torchscript(*archive, stop, inspection) : inspect_state_dict(file, inspection);
}

/// The file's name before a sentence that speaks of what is in it.
Error in_file(const std::filesystem::path &file, Error error)
{
    if (error.sentence.find(file.string()) == std::string::npos)
        error.sentence = "The file " + file.string() + " is not usable as a model. " + error.sentence;
    return error;
}

} // namespace

Result<FileInspection> inspect_file(const std::filesystem::path &file, std::stop_token stop)
{
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
                                                         : tl::unexpected(in_file(file, read.error()));
    std::error_code reason;
    inspection.size = bytes(static_cast<std::int64_t>(std::filesystem::file_size(file, reason)));
    const auto hash = sha256_of_file(file, stop);
    if (!hash)
        return forward(hash);
    inspection.sha256 = *hash;
    return inspection;
}

} // namespace ca
