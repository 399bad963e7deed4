// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/file_kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t kSample = 4096;

struct Magic {
    std::size_t at;
    std::string_view bytes;
    std::string_view words;
};
constexpr std::array<Magic, 25> kMagics{{
    {0, "\x89PNG\r\n\x1A\n"sv, "a PNG picture"},
    {0, "\xFF\xD8\xFF"sv, "a JPEG picture"},
    {0, "GIF8"sv, "a GIF picture"},
    {8, "WEBP"sv, "a WebP picture"},
    {0, "BM"sv, "a BMP picture"},
    {0, "II*\0"sv, "a TIFF picture"},
    {0, "MM\0*"sv, "a TIFF picture"},
    {0, "%PDF"sv, "a PDF document"},
    {0,
     "\x7F"
     "ELF"sv,
     "a program or library (ELF)"},
    {0, "MZ"sv, "a Windows program"},
    {0, "\x1F\x8B"sv, "compressed with gzip; unpack it first"},
    {0, "BZh"sv, "compressed with bzip2; unpack it first"},
    {0,
     "\xFD"
     "7zXZ"sv,
     "compressed with xz; unpack it first"},
    {0, "\x28\xB5\x2F\xFD"sv, "compressed with zstd; unpack it first"},
    {0, "7z\xBC\xAF"sv, "a 7-Zip archive; unpack it first"},
    {0, "Rar!"sv, "a RAR archive; unpack it first"},
    {257, "ustar"sv, "a tar archive; unpack it first"},
    {0, "\x89HDF"sv, "an HDF5 file, as Keras writes it; export the model to TorchScript or safetensors"},
    {4, "TFL3"sv, "a TensorFlow Lite model; export it to TorchScript or safetensors from where it was trained"},
    {0, "GGUF"sv, "a GGUF model; export it to TorchScript or safetensors from where it was trained"},
    {0, "\x93NUMPY"sv, "a NumPy array"},
    {4, "ftyp"sv, "a video"},
    {0, "RIFF"sv, "sound or video"},
    {0, "SQLite format 3"sv, "an SQLite database"},
    {0, "version https://git-lfs"sv, "a pointer of Git LFS instead of the file itself; run `git lfs pull`"},
}};

constexpr std::string_view kLegacyTorch =
    "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19\x2E"sv; // torch.save before 1.6

bool has_at(std::string_view bytes, std::size_t at, std::string_view magic)
{
    return bytes.size() >= at + magic.size() && bytes.substr(at, magic.size()) == magic;
}

bool is_text(std::string_view bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return byte >= 0x80 || (byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\r' || c == '\t' || c == '\f';
    });
}

std::string text_words(std::string_view bytes)
{
    std::string lower(bytes.substr(0, 512));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (lower.find("<html") != std::string::npos || lower.find("<!doctype html") != std::string::npos)
        return "a web page; a download probably led to an error or a login page";
    if (const auto first = lower.find_first_not_of(" \t\r\n"); first != std::string::npos && lower[first] == '{')
        return "JSON text";
    return "text";
}

/// A safetensors file begins with the length of its header, below 100 MB, and an opening brace.
bool is_safetensors(std::string_view bytes)
{
    return bytes.size() >= 9 && bytes[8] == '{' && bytes.substr(5, 3) == "\0\0\0"sv;
}

FileGuess guess(std::string_view bytes, const std::string &ending)
{
    if (has_at(bytes, 0, "PK\x03\x04"sv) || has_at(bytes, 0, "PK\x05\x06"sv))
        return {FileKind::zip, "a zip archive"};
    if (is_safetensors(bytes))
        return {FileKind::safetensors, "safetensors"};
    if (has_at(bytes, 0, kLegacyTorch))
        return {FileKind::legacy_torch, "an old PyTorch file"};
    for (const Magic &magic : kMagics)
        if (has_at(bytes, magic.at, magic.bytes))
            return {FileKind::other, std::string(magic.words)};
    if (bytes.size() >= 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)
        return {FileKind::pickle, "a Python pickle that torch.save did not write"};
    if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; }))
        return {FileKind::other, "nothing but zeros; a download or copy probably broke off"};
    if (is_text(bytes))
        return {FileKind::other, text_words(bytes)};
    if (ending == ".safetensors")
        return {FileKind::safetensors, "safetensors"}; // its reader says what is wrong with it
    return {FileKind::other, "of a kind that is not known"};
}

} // namespace

Result<FileGuess> guess_file(const fs::path &file)
{
    std::error_code reason;
    const fs::file_status status = fs::status(file, reason);
    if (status.type() == fs::file_type::not_found)
        return fail(ErrorCode::not_found, "There is no file " + file.string() + ". Check its name.");
    if (fs::is_directory(status))
        return fail(ErrorCode::bad_format, file.string() + " is a folder. Choose a model file in it.");
    if (!fs::is_regular_file(status))
        return fail(ErrorCode::unreadable, file.string() + " is not a file that can be read. Choose a model file.");
    std::ifstream stream(file, std::ios::binary);
    std::string bytes(kSample, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    if (!stream.is_open() || stream.bad())
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    if (bytes.empty())
        return fail(ErrorCode::bad_format, "The file " + file.string() + " is empty. Download or copy it again.");
    return guess(bytes, file.extension().string());
}

Error about_file(const fs::path &file, Error error)
{
    if (error.sentence.find(file.string()) == std::string::npos)
        error.sentence = "The file " + file.string() + " is not usable as a model. " + error.sentence;
    return error;
}

} // namespace ca
