// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_parts.h"

#include "core/base/json.h"
#include "core/data/natural_order.h"
#include "core/files/image_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

struct SplitNames {
    std::string_view split;
    std::array<std::string_view, 3> folders; ///< the first that exists counts
};
constexpr std::array<SplitNames, 3> kSplits{{{"train", {"train"}}, {"val", {"val", "valid", "validation"}}, {"test", {"test"}}}};

/// What lies directly in a folder, each in natural order.
struct Entries {
    std::vector<std::string> folders, images, tables;

    [[nodiscard]] bool has_folder(std::string_view name) const
    {
        return std::find(folders.begin(), folders.end(), name) != folders.end();
    }
};

bool is_split_name(std::string_view name)
{
    return std::any_of(kSplits.begin(), kSplits.end(), [&](const SplitNames &names) {
        return !name.empty() && std::find(names.folders.begin(), names.folders.end(), name) != names.folders.end();
    });
}

Result<Entries> entries_of(const fs::path &folder)
{
    std::error_code reason, ignored;
    Entries entries;
    fs::directory_iterator entry(folder, reason);
    for (; !reason && entry != fs::directory_iterator(); entry.increment(reason)) {
        std::string name = entry->path().filename().string();
        if (name.starts_with('.'))
            continue;
        if (entry->is_directory(ignored))
            entries.folders.push_back(std::move(name));
        else if (has_image_name(name))
            entries.images.push_back(std::move(name));
        else if (name.ends_with(".csv"))
            entries.tables.push_back(std::move(name));
    }
    if (reason)
        return fail(ErrorCode::unreadable,
                    "The folder " + folder.string() + " cannot be read: " + reason.message() + ". Check its permissions.");
    for (auto *names : {&entries.folders, &entries.images, &entries.tables})
        std::sort(names->begin(), names->end(), natural_less);
    return entries;
}

class Lister {
public:
    Lister(fs::path root, std::stop_token stop) : root_(std::move(root)), stop_(std::move(stop))
    {
        std::error_code ignored;
        real_root_ = fs::canonical(root_, ignored);
    }

    Result<std::vector<ImagePart>> parts()
    {
        const auto entries = entries_of(root_);
        if (!entries)
            return forward(entries);
        const auto divided = is_divided(*entries);
        if (!divided)
            return forward(divided);
        std::vector<std::pair<std::string_view, fs::path>> places;
        for (const SplitNames &names : kSplits) {
            const auto *const folder = std::find_if(names.folders.begin(), names.folders.end(),
                                                    [&](std::string_view name) { return entries->has_folder(name); });
            if (*divided && folder != names.folders.end())
                places.emplace_back(names.split, *folder);
        }
        if (!*divided)
            places.emplace_back();
        std::vector<ImagePart> result;
        for (const auto &[split, relative] : places) {
            result.push_back({std::string(split), {}});
            if (const auto listed = list(relative, result.back()); !listed)
                return forward(listed);
        }
        return result;
    }

    [[nodiscard]] std::vector<std::string> take_warnings() { return std::move(warnings_); }

private:
    using Seen = std::set<fs::path>;

    /// Below folders named after splits, and nowhere else, there are images.
    Result<bool> is_divided(const Entries &entries)
    {
        if (std::none_of(entries.folders.begin(), entries.folders.end(), is_split_name) || has_table(entries))
            return false;
        for (const std::string &name : entries.folders) {
            std::vector<std::string> images;
            if (is_split_name(name))
                continue;
            if (const auto listed = collect(name, images); !listed)
                return forward(listed);
            if (!images.empty()) // a class that is called `train`
                return false;
        }
        return true;
    }

    static bool has_table(const Entries &entries)
    {
        return std::find(entries.tables.begin(), entries.tables.end(), "labels.csv") != entries.tables.end()
            || (entries.tables.size() == 1 && !entries.images.empty());
    }

    Status list(const fs::path &relative, ImagePart &part)
    {
        const auto entries = entries_of(root_ / relative);
        if (!entries)
            return forward(entries);
        if (has_table(*entries))
            return list_table(relative, entries->tables.size() == 1 ? entries->tables.front() : "labels.csv", part);
        for (const std::string &name : entries->folders) {
            std::vector<std::string> images;
            if (const auto listed = collect(relative / name, images); !listed)
                return listed;
            if (images.empty())
                warnings_.push_back("The folder " + clean_text((relative / name).generic_string())
                                    + " holds no image and is no class.");
            for (std::string &image : images)
                part.files.push_back({std::move(image), name});
        }
        const bool has_classes = !part.files.empty();
        if (has_classes && !entries->images.empty())
            warnings_.push_back(std::to_string(entries->images.size()) + " images lie beside the class folders of "
                                + (root_ / relative).string() + " and are left out.");
        if (!has_classes)
            for (const std::string &image : entries->images)
                part.files.push_back({(relative / image).generic_string(), {}});
        return {};
    }

    Status list_table(const fs::path &relative, const std::string &name, ImagePart &part)
    {
        const fs::path folder = root_ / relative, csv = folder / name;
        auto table = read_label_table(csv);
        if (!table)
            return forward(table);
        std::vector<std::string> missing;
        std::unordered_set<std::string> labelled;
        std::error_code ignored;
        for (LabelledFile &line : *table) {
            if (!fs::exists(folder / line.file, ignored))
                missing.push_back(line.file);
            line.file = (relative / line.file).generic_string();
            labelled.insert(line.file);
        }
        if (!missing.empty())
            return fail(ErrorCode::bad_data,
                        "The file of labels " + csv.string() + " names " + std::to_string(missing.size())
                            + (missing.size() == 1 ? " image that is" : " images that are") + " not there, the first of them "
                            + clean_text(missing.front()) + ". Put them in place, or remove their lines.");
        std::vector<std::string> images;
        if (const auto listed = collect(relative, images); !listed)
            return listed;
        const auto left_out =
            std::count_if(images.begin(), images.end(), [&](const auto &file) { return !labelled.contains(file); });
        if (left_out > 0)
            warnings_.push_back(std::to_string(left_out) + " images have no line in " + csv.string() + " and are left out.");
        part.files = std::move(*table);
        return {};
    }

    /// All images below `relative`, with their paths from the root.
    Status collect(const fs::path &relative, std::vector<std::string> &images)
    {
        Seen seen;
        return collect(relative, seen, images);
    }

    Status collect(const fs::path &relative, Seen &seen, std::vector<std::string> &images)
    {
        if (stop_.stop_requested())
            return cancelled();
        const fs::path folder = root_ / relative;
        std::error_code reason;
        const fs::path real = fs::canonical(folder, reason);
        if (reason || (!relative.empty() && holds_root(real)) || !seen.insert(real).second)
            return {};
        const auto entries = entries_of(folder);
        if (!entries)
            return forward(entries);
        for (const std::string &image : entries->images)
            images.push_back((relative / image).generic_string());
        for (const std::string &name : entries->folders)
            if (const auto listed = collect(relative / name, seen, images); !listed)
                return listed;
        return {};
    }

    [[nodiscard]] bool holds_root(const fs::path &folder) const
    {
        return std::mismatch(folder.begin(), folder.end(), real_root_.begin(), real_root_.end()).first == folder.end();
    }

    fs::path root_, real_root_;
    std::stop_token stop_;
    std::vector<std::string> warnings_;
};

} // namespace

Result<ImageParts> list_image_parts(const fs::path &folder, std::stop_token stop)
{
    Lister lister(folder, std::move(stop));
    auto parts = lister.parts();
    if (!parts)
        return forward(parts);
    std::erase_if(*parts, [](const ImagePart &part) { return part.files.empty(); });
    return ImageParts{std::move(*parts), lister.take_warnings()};
}

} // namespace ca
