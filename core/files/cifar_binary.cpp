// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/cifar_binary.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPixels = 3 * 32 * 32;
constexpr std::size_t kRecord = 1 + kPixels;
constexpr std::uintmax_t kFileLimit = std::uintmax_t{4} << 30; // the whole file is held in memory
constexpr std::size_t kNamesLimit = 64 * 1024;                 // more than 256 names of 200 bytes
constexpr std::size_t kMostNames = 256;                        // a label is one byte
constexpr std::size_t kLongestName = 200;

Result<std::size_t> count_records(const fs::path &file)
{
    std::error_code reason;
    if (!fs::exists(file, reason))
        return fail(ErrorCode::not_found, "There is no file " + file.string() + ". Check its name.");
    if (!fs::is_regular_file(file, reason))
        return fail(ErrorCode::unreadable, file.string() + " is not a file. Choose a file of CIFAR records.");
    const std::uintmax_t size = fs::file_size(file, reason);
    if (reason)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be read: " + reason.message() + ".");
    if (size == 0)
        return fail(ErrorCode::bad_format, "The file " + file.string() + " is empty. Copy or download it again.");
    if (size % kRecord != 0) {
        const std::string hint = size % (kRecord + 1) == 0
            ? "its records look like those of CIFAR-100, which have two labels; convert them to one label each."
            : "its last image is cut off. Copy or download it again.";
        return fail(ErrorCode::bad_format,
                    "The file " + file.string() + " holds no whole number of CIFAR records of 3073 bytes: " + hint);
    }
    if (size > kFileLimit)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " is larger than 4 GiB. Split it into smaller ones.");
    return static_cast<std::size_t>(size) / kRecord;
}

} // namespace

Result<CifarRecords> read_cifar_records(const fs::path &file)
{
    const auto count = count_records(file);
    if (!count)
        return forward(count);
    std::ifstream stream(file, std::ios::binary);
    CifarRecords records;
    records.labels.resize(*count);
    records.pixels.resize(*count * kPixels);
    std::vector<char> record(kRecord);
    for (std::size_t i = 0; i < *count && stream; ++i) {
        stream.read(record.data(), static_cast<std::streamsize>(kRecord));
        records.labels[i] = static_cast<std::uint8_t>(record[0]);
        std::transform(record.begin() + 1, record.end(), records.pixels.begin() + static_cast<std::ptrdiff_t>(i * kPixels),
                       [](char c) { return static_cast<std::uint8_t>(c); });
    }
    if (!stream)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " could not be read to its end. Check its permissions.");
    return records;
}

Result<std::vector<std::string>> read_class_names(const fs::path &file)
{
    const auto text = read_file(file, kNamesLimit);
    if (!text)
        return forward(text);
    std::vector<std::string> names;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        names.push_back(clean_text(line));
    }
    while (!names.empty() && names.back().empty()) // the published file ends with an empty line
        names.pop_back();
    const auto bad = [&](const std::string &what) {
        return fail(ErrorCode::bad_format, "The file of class names " + file.string() + ' ' + what);
    };
    if (names.empty())
        return bad("names no class. Write one name a line.");
    if (names.size() > kMostNames)
        return bad("names more than 256 classes, more than a CIFAR label can tell apart.");
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty())
            return bad("has no name in line " + std::to_string(i + 1) + ". Write one name a line.");
        if (names[i].size() > kLongestName)
            return bad("has a name of over 200 bytes in line " + std::to_string(i + 1) + ". Write one short name a line.");
    }
    return names;
}

} // namespace ca
