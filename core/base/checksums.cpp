// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/checksums.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kDigits = 64; // of a checksum

} // namespace

std::map<std::string, std::string> read_checksums(std::string_view text)
{
    std::map<std::string, std::string> sums;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string_view line = text.substr(start, end - start);
        if (line.size() > kDigits + 2 && line.substr(kDigits, 2) == "  ")
            sums[std::string(line.substr(kDigits + 2))] = line.substr(0, kDigits);
        start = end + 1;
    }
    return sums;
}

std::string to_text(const std::map<std::string, std::string> &checksums)
{
    std::string list;
    for (const auto &[name, sum] : checksums)
        list += sum + "  " + name + "\n";
    return list;
}

} // namespace ca
