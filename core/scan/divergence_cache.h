// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/scan/divergence_sums.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

namespace ca {

/// Divergences that were measured, in a file, so that they are not measured again after a stop or a crash. One file of lines for
/// one `key`, which stands for everything that the sums depend on: weights, images, how both are made. Each
/// sum is on disk, but for what the system buffers, before the next is measured; a torn last line is left out.
class DivergenceCache {
public:
    /// Without a folder nothing is kept. Errors: `unwritable`.
    [[nodiscard]] static Result<DivergenceCache> open(const std::filesystem::path &folder, const std::string &key);

    [[nodiscard]] std::optional<DivergenceSums> find(const std::string &cell) const;
    void put(const std::string &cell, const DivergenceSums &sums);
    [[nodiscard]] std::size_t size() const { return cells_.size(); }

private:
    std::map<std::string, DivergenceSums> cells_;
    std::ofstream file_;
};

} // namespace ca
