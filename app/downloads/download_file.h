// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/download.h"
#include "core/base/progress.h"

#include <functional>
#include <stop_token>

namespace ca {

/// A `Download` for code without an event loop: the command line's main thread, or a thread of one's own beside a window.
/// Returns when it has ended; `progress` is called from within. Errors: those of `Download`; `cancelled` soon after a stop.
[[nodiscard]] Result<std::filesystem::path> download_file(const PublishedFile &file, const std::filesystem::path &folder,
                                                          std::stop_token stop,
                                                          const std::function<void(const DownloadProgress &)> &progress,
                                                          const DownloadPatience &patience = {});
/// A `Fetch` (app/cli/fetcher.h).
[[nodiscard]] Result<std::filesystem::path> download_file(const PublishedFile &file, const std::filesystem::path &folder,
                                                          std::stop_token stop, const Progress &progress);

} // namespace ca
