// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"
#include "core/scan/sensitivity.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// Images that a scan begins with, and the most that it goes up to while the ranking of layers still moves.
inline constexpr std::size_t kScanImages = 64;
inline constexpr std::size_t kMostScanImages = 256;

/// Calibration images that these are chosen from: those whose two best classes lie closest in the float model. On the others
/// rounding shows as a change of confidence, and hardly as one of answers.
inline constexpr std::size_t kScanPool = 2000;

/// What divergences are measured on.
struct ScanImages {
    std::string data; ///< the data set's name
    Split calibration;
    Preprocess preprocess;
};

struct ScanOptions {
    std::optional<ScanImages> images; ///< absent: weights alone
    std::vector<std::string> formats = scan_formats();
    std::size_t samples = 0; ///< images, exactly; 0: kScanImages, doubled while the ranking moves
    double seconds = 0;      ///< of all of it: then what is known is given, with a note; 0: as long as it takes
    int threads = 0;
    std::uint64_t seed = 0;
    std::vector<std::string> notes; ///< that the table gets
    std::filesystem::path cache;    ///< a folder where measured divergences are kept, so that a scan goes on where an earlier one
                                    ///< ended; empty: none
};

/// Sets `options.images` to the data's calibration images; where they do not fit the model, only a note why divergence will not
/// be measured. Nothing for a model without a recorded network. `preprocess`: as for `choose_preprocess`, whose other errors it
/// has.
[[nodiscard]] Status add_scan_images(ScanOptions &options, const Model &model, const DataSet &data, const std::string &preprocess,
                                     std::stop_token stop);

/// Told whenever there is something new, one call at a time, from whichever thread found it, at most five times a second.
using ScanWatcher = std::function<void(const SensitivityTable &so_far)>;

/// The sensitivity of every layer: weight statistics and Beta noise first, in seconds; then, with images, what they put into each
/// layer, and the divergence of the output with one layer at a time in each format. Rounds over all layers with more and more
/// images, so that a scan that ends early has all layers on fewer images. The steps before a layer run once for all its formats
/// (core/program/replay_torch.h). Errors: `usage` for a format that is none; `bad_data` where images do not fit; `cancelled`
/// (what was measured is in the cache); `failed`, those of running.
[[nodiscard]] Result<SensitivityTable> scan(const Model &model, const ScanOptions &options, const ScanWatcher &watcher,
                                            std::stop_token stop, const Progress &progress);

} // namespace ca
