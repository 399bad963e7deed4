// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_folder.h"

#include <cstdlib>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr const char *kProgram = "compression-agent";

std::optional<fs::path> platform_folder(const Environment &environment)
{
#if defined(_WIN32)
    if (const auto local = environment("LOCALAPPDATA"))
        return fs::path(*local);
    return {};
#else
    const auto home = environment("HOME");
#if defined(__APPLE__)
    return home ? std::optional(fs::path(*home) / "Library" / "Application Support") : std::nullopt;
#else
    // The XDG base directory specification has relative paths ignored.
    if (const auto xdg = environment("XDG_DATA_HOME"); xdg && fs::path(*xdg).is_absolute())
        return fs::path(*xdg);
    return home ? std::optional(fs::path(*home) / ".local" / "share") : std::nullopt;
#endif
#endif
}

} // namespace

std::optional<std::string> environment(const char *name)
{
    const char *value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

Result<fs::path> data_folder(const Environment &environment)
{
    if (const auto told = environment("COMPRESSION_AGENT_DATA"))
        return fs::path(*told);
    if (const auto place = platform_folder(environment))
        return *place / kProgram;
    return fail(
        ErrorCode::not_found,
        "There is no home folder to keep downloads in. Name a folder in the environment variable COMPRESSION_AGENT_DATA.");
}

fs::path model_place(const fs::path &data, std::string_view key)
{
    return data / "models" / key;
}

fs::path cifar10_place(const fs::path &data)
{
    return data / "datasets" / "cifar10";
}

fs::path scan_cache_folder()
{
    const auto folder = data_folder();
    return folder ? *folder / "scans" : fs::path();
}

} // namespace ca
