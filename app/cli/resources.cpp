// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/resources.h"

#include <cstdlib>
#include <vector>

namespace ca {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> candidates()
{
    std::vector<fs::path> folders;
    if (const char *told = std::getenv("COMPRESSION_AGENT_RESOURCES"); told && *told)
        folders.emplace_back(told);
    std::error_code ignored;
    const fs::path binary = fs::read_symlink("/proc/self/exe", ignored);
    if (!binary.empty()) {
        const fs::path beside = binary.parent_path();
        folders.push_back(beside / "resources");
        folders.push_back(beside.parent_path() / "resources");
        folders.push_back(beside.parent_path() / "share" / "compression-agent");
    }
    folders.emplace_back(CA_SOURCE_RESOURCES);
    return folders;
}

Result<fs::path> resource(const fs::path &relative)
{
    const auto folder = find_resources();
    if (!folder)
        return forward(folder);
    fs::path path = *folder / relative;
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        return fail(ErrorCode::not_found,
                    "The folder " + folder->string() + " lacks " + relative.string()
                        + ", which comes with the program. Install the program again.");
    return path;
}

} // namespace

Result<fs::path> find_resources()
{
    for (const fs::path &folder : candidates()) {
        std::error_code ignored;
        if (fs::is_directory(folder / "demo", ignored))
            return folder;
    }
    return fail(ErrorCode::not_found,
                "The folder with the demo model and data is not found. Name it in the environment variable "
                "COMPRESSION_AGENT_RESOURCES, or install the program again.");
}

Result<fs::path> demo_model()
{
    return resource("demo/clip-tiny");
}

Result<fs::path> demo_data()
{
    return resource("demo/pictogram10");
}

} // namespace ca
