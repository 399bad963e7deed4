// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/child_report.h"

#include "core/base/json.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ca {
namespace {

constexpr std::string_view kMark = "CAR1";
constexpr std::size_t kHead = kMark.size() + 1 + 2; // the kind and the length, little-endian
constexpr std::size_t kLongestSentence = 1000;      // bytes

/// The kinds that a file can be told to have, by their number in a report; 0 is success.
constexpr std::array<ErrorCode, 8> kKinds{ErrorCode::bad_format,    ErrorCode::unsupported, ErrorCode::unsafe,
                                          ErrorCode::out_of_memory, ErrorCode::unreadable,  ErrorCode::not_found,
                                          ErrorCode::failed,        ErrorCode::usage};

std::uint8_t kind_of(const Status &status)
{
    if (status)
        return 0;
    const auto found = std::find(kKinds.begin(), kKinds.end(), status.error().code);
    const auto index = found == kKinds.end() ? std::find(kKinds.begin(), kKinds.end(), ErrorCode::failed) : found;
    return static_cast<std::uint8_t>(index - kKinds.begin() + 1);
}

} // namespace

std::string write_report(const Status &status)
{
    std::string sentence = status ? std::string() : status.error().text();
    sentence.resize(std::min(sentence.size(), kLongestSentence));
    std::string bytes(kMark);
    bytes += static_cast<char>(kind_of(status));
    bytes += static_cast<char>(sentence.size() & 0xFFU);
    bytes += static_cast<char>(sentence.size() >> 8U);
    return bytes + sentence;
}

std::optional<Status> read_report(std::string_view bytes)
{
    if (bytes.size() < kHead || !bytes.starts_with(kMark))
        return std::nullopt;
    const auto byte = [&](std::size_t at) { return std::size_t{static_cast<std::uint8_t>(bytes[at])}; };
    const std::size_t kind = byte(kMark.size());
    const std::size_t length = byte(kMark.size() + 1) | (byte(kMark.size() + 2) << 8U);
    const std::string_view sentence = bytes.substr(kHead);
    if (kind > kKinds.size() || length != sentence.size() || length > kLongestSentence || (kind == 0) != sentence.empty())
        return std::nullopt;
    if (kind == 0)
        return Status();
    return Status(fail(kKinds.at(kind - 1), clean_text(sentence)));
}

} // namespace ca
