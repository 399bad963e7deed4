// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/model/zoo.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace ca {

/// Brings one published file into a folder, under its name, whole and with its checksum verified; returns its path.
/// `download_file` (app/downloads) in a build with Qt; empty in one without, where the sentences below say what to download by
/// hand.
using Fetch = std::function<Result<std::filesystem::path>(const PublishedFile &, const std::filesystem::path &folder,
                                                          std::stop_token, const Progress &)>;

/// Whether the file is there with its published size. Only whole files get their names, so this needs no checksum.
[[nodiscard]] bool is_fetched(const PublishedFile &file, const std::filesystem::path &folder);
[[nodiscard]] bool is_fetched(const ZooEntry &entry, const std::filesystem::path &data);
[[nodiscard]] bool is_cifar10_fetched(const std::filesystem::path &data);

/// What `load_model` opens: the folder of a CLIP model, the file of another one.
[[nodiscard]] std::filesystem::path model_path(const ZooEntry &entry, const std::filesystem::path &data);

/// Fetches what is missing of a model into its place in the data folder, its weights last, and returns its `model_path`.
/// Errors: those of `data_folder` and `fetch`; `unsupported` where something is missing and `fetch` is empty.
[[nodiscard]] Result<std::filesystem::path> fetch_zoo_model(const ZooEntry &entry, const Fetch &fetch, std::stop_token stop,
                                                            const Progress &progress);

/// The folder with CIFAR-10's binary records. Where it is incomplete, an archive that was put there by hand is checked and
/// unpacked, or one is fetched into `.fetched` below it, unpacked and removed; after a stop or on a full disk it waits there for
/// the next start. Errors: as above, and those of `extract_tar_members`; `bad_format` for another archive than the published one.
[[nodiscard]] Result<std::filesystem::path> fetch_cifar10(const Fetch &fetch, std::stop_token stop, const Progress &progress);

} // namespace ca
