// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace ca {

/// Bytes that count as progress.
inline constexpr std::int64_t kGrowth = 64 * 1024;

/// How patient a download is.
struct DownloadPatience {
    std::chrono::milliseconds idle{30'000};     ///< without another `kGrowth`, after which the connection counts as lost
    int tries = 5;                              ///< more, after a failed one; counted anew whenever the file has grown
    std::chrono::milliseconds first_wait{1000}; ///< before trying again; doubles each time
    std::chrono::milliseconds longest_wait{30'000};
};

/// The tries of a download of which `size` bytes are kept.
class Tries {
public:
    explicit Tries(const DownloadPatience &patience) : patience_(patience) { }

    void count_anew(std::int64_t size)
    {
        used_ = 0;
        most_ = size;
    }
    /// Whether nothing has failed or come since they were counted anew.
    [[nodiscard]] bool is_first(std::int64_t size) const { return used_ == 0 && size <= most_; }
    /// How long to wait before the next one; nothing where all are used up.
    [[nodiscard]] std::optional<std::chrono::milliseconds> next(std::int64_t size)
    {
        if (size >= most_ + kGrowth)
            count_anew(size);
        if (used_ >= patience_.tries)
            return {};
        constexpr int kMostDoublings = 16;
        return std::min(patience_.first_wait * (1 << std::min(used_++, kMostDoublings)), patience_.longest_wait);
    }

private:
    DownloadPatience patience_;
    int used_ = 0;
    std::int64_t most_ = 0; // size when they were last counted anew
};

} // namespace ca
